/** `rowspace inspect`: what a file says about its table, read from headers alone. */
import { layoutOf, MAX_MEMORY_BYTES } from '../../bindings/layout.ts'
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
      const memoryBytes = memoryToOpen(description)
      return {
        text: () => formatDescription(name, description, memoryBytes),
        document: { ...description, name, memoryBytes },
      }
    } finally {
      await file.close()
    }
  },
}

const PAGE = 65_536

/** Bytes of the one memory an opened table takes: rows as float32, norms, room for an answer. */
function memoryToOpen({ rows, dimension }: TableDescription): number {
  return Math.ceil(layoutOf({ capacity: rows, dimension }, 0).byteLength / PAGE) * PAGE
}

function formatDescription(name: string, description: TableDescription, memoryBytes: number): string {
  const { format, dtype, rows, dimension, tensor, tableParameters, parameters, fileBytes, headerBytes } =
    description
  const fits = memoryBytes <= MAX_MEMORY_BYTES ? '' : paint.yellow(' (one memory holds 4 GiB: too large)')
  const lines = [
    ['format', format],
    ['table', `|V| x d = ${paint.bold(`${count(rows)} x ${count(dimension)}`)}, ${dtype}`],
    ...(tensor === undefined ? [] : [['tensor', oneLine(tensor)]]),
    ['parameters', `${parameterCount(tableParameters)} in the table`],
    ['', `${parameterCount(parameters)} in the file`],
    ['share', paint.cyan(share(description.share))],
    ['file', `${bytes(fileBytes)}, of which ${bytes(headerBytes)} were read to know this`],
    ['memory', `${bytes(memoryBytes)} when opened${fits}`],
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
