/** `rowspace inspect`: what a file says about its table, read from headers alone. */
import { layoutOf, MAX_MEMORY_BYTES } from '../../bindings/layout.ts'
import { wantsCodes } from '../core.ts'
import { describeTableFile, type TableDescription } from '../formats/describe.ts'
import type { Arguments } from './arguments.ts'
import type { Answer, Command } from './command.ts'
import { bytes, count, rounded, share } from './figures.ts'
import { openFile, TABLE_OPTIONS, tableOptions } from './open-table.ts'
import { columns, oneLine, paint } from './output.ts'

const LISTED = 20

export const inspect: Command = {
  name: 'inspect',
  summary: 'shape, type, parameters and share, from headers alone',
  operands: ['<table>'],
  options: TABLE_OPTIONS,
  examples: ['rowspace inspect model.safetensors', 'rowspace inspect default --json'],
  async run(args: Arguments): Promise<Answer> {
    const [name] = args.operands as [string]
    const file = await openFile(name, tableOptions(args))
    try {
      const description = describeTableFile(file)
      const memory = memoryToOpen(description)
      return {
        text: () => formatDescription(name, description, memory),
        document: { ...description, name, memory },
      }
    } finally {
      await file.close()
    }
  },
}

const PAGE = 65_536

/** Bytes of the one memory an opened table takes: rows as float32, norms, room for an answer, and codes or none. */
interface Memory {
  opened: number
  withCodes: number
  withoutCodes: number
}

function memoryToOpen({ rows, dimension }: TableDescription): Memory {
  const shape = { capacity: rows, dimension, dtype: 'f32' as const }
  const bytesOf = (codes: boolean) =>
    Math.ceil(layoutOf({ ...shape, codes, threads: 1 }, 0).byteLength / PAGE) * PAGE
  return {
    opened: bytesOf(wantsCodes(shape, undefined)),
    withCodes: bytesOf(true),
    withoutCodes: bytesOf(false),
  }
}

function memoryText({ opened, withoutCodes }: Memory): string {
  const tooLarge = opened <= MAX_MEMORY_BYTES ? '' : paint.yellow(' (one memory holds 4 GiB: too large)')
  const codes = opened === withoutCodes ? '' : `, 8-bit codes among it; ${bytes(withoutCodes)} without`
  return `${bytes(opened)} when opened${codes}${tooLarge}`
}

function formatDescription(name: string, description: TableDescription, memory: Memory): string {
  const { format, dtype, rows, dimension, tensor, tableParameters, parameters, fileBytes, headerBytes } =
    description
  const lines = [
    ['format', format],
    ['table', `|V| x d = ${paint.bold(`${count(rows)} x ${count(dimension)}`)}, ${dtype}`],
    ...(tensor === undefined ? [] : [['tensor', oneLine(tensor)]]),
    ['parameters', `${parameterCount(tableParameters)} in the table`],
    ['', `${parameterCount(parameters)} in the file`],
    ['share', paint.cyan(share(description.share))],
    ['file', `${bytes(fileBytes)}, of which ${bytes(headerBytes)} were read to know this`],
    ['memory', memoryText(memory)],
  ].map(([label, text]) => [paint.dim(label!), text!])
  return [paint.bold(oneLine(name)), columns('ll', undefined, lines), ...formatTensors(description)].join(
    '\n',
  )
}

/** 38,597,376 (38.6M) */
function parameterCount(value: number): string {
  return value < 1e6 ? count(value) : `${count(value)} ${paint.dim(`(${rounded(value)})`)}`
}

function formatTensors({ tensors, tensor }: TableDescription): string[] {
  if (tensors === undefined || tensors.length < 2) return []
  const rows = tensors
    .slice(0, LISTED)
    .map(({ name, dtype, shape }) => [
      name === tensor ? paint.cyan(oneLine(name)) : oneLine(name),
      dtype,
      shape.map(count).join(' x '),
    ])
  const more = tensors.length - LISTED
  return [
    '',
    columns('lll', [`${tensors.length} tensors`, 'type', 'shape'], rows),
    ...(more > 0 ? [paint.dim(`  and ${more} more (--json lists all)`)] : []),
  ]
}
