/** `rowspace inspect`: what a file says about its table, read from headers alone. */

import { layoutOf, MAX_MEMORY_BYTES } from '../../bindings/layout.ts'
import { bytes, count, percent, rounded } from '../../data/figures.ts'
import type { ElementType } from '../../src/core/element-types.ts'
import { readTied, type Tied } from '../../src/formats/tied.ts'
import { describeTableFile, type TableDescription } from '../../src/open/describe-table-file.ts'
import { wantsCodes } from '../../src/table/load-core.ts'
import { rejectFileOptions } from '../elsewhere.ts'
import { answerWithIndex, indexesBeside, indexLines, openUnlessIndex, readIndex } from '../index-beside.ts'
import { tableOptionsWithout } from '../open-table.ts'
import { columns, facts, oneLine, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import { isClusterName } from '../parsing/clickhouse-address.ts'
import type { Answer, Command } from '../parsing/command.ts'

const LISTED = 20

export const inspect: Command = {
  name: 'inspect',
  summary: 'shape, type, parameters and share, from headers alone',
  operands: ['<table>'],
  notes: ['An index beside the table (rowspace index) is held against 32 of its rows.'],
  // no row is left out
  options: tableOptionsWithout('non-finite'),
  examples: [
    'rowspace inspect model.safetensors',
    'rowspace inspect hf:openai-community/gpt2',
    'rowspace inspect default --json',
  ],
  async run(args: Arguments): Promise<Answer> {
    const [name] = args.operands as [string]
    if (isClusterName(name)) {
      rejectFileOptions(args)
      return (await import('./clickhouse.ts')).inspectCluster(name)
    }
    const file = await openUnlessIndex(name, args)
    if (file === undefined) return answerWithIndex(name, await readIndex(name, args))
    try {
      const tied = await readTied(file)
      const description = describeTableFile(file)
      const memory = memoryToOpen({ ...description, rows: file.size })
      const indexes = await indexesBeside(name, file, args)
      return {
        text: () =>
          formatDescription(name, description, tied, [
            ...memoryLines(memory),
            ...indexes.flatMap(indexLines),
          ]),
        document: { ...description, name, ...tiedDocument(tied), memory, indexes },
      }
    } finally {
      await file.close()
    }
  },
}

const PAGE = 65_536

/** Bytes of the one memory a table takes: rows, norms, room for an answer, and codes (8 bits, 4, none). */
interface Way {
  withCodes: number
  /** What is in use where 4 bits are enough. Int8 rows have no such codes. */
  withFourBitCodes?: number
  withoutCodes: number
}

interface Memory extends Way {
  /** As it opens without options, at most: with codes of 8 bits where there are any. */
  opened: number
  /** The same for rows held in each type: as they are stored, and float32. */
  ways: Partial<Record<ElementType, Way>>
}

function memoryToOpen({ rows, dimension, elementType }: TableDescription): Memory {
  const inPages = (bytes: number) => Math.ceil(bytes / PAGE) * PAGE
  const layout = (dtype: ElementType, codes: boolean) =>
    layoutOf({ capacity: rows, dimension, dtype, codes, threads: 1 }, 0)
  const wayOf = (type: ElementType): Way => {
    const { byteLength, codeStride } = layout(type, true)
    const way = { withCodes: inPages(byteLength), withoutCodes: inPages(layout(type, false).byteLength) }
    if (type === 'int8') return way
    return { ...way, withFourBitCodes: inPages(byteLength - (rows * codeStride) / 2) }
  }
  const standard = wayOf(elementType)
  const ways = { [elementType]: standard, f32: wayOf('f32') }
  const codes = wantsCodes({ capacity: rows, dimension, dtype: elementType }, undefined)
  return { opened: codes ? standard.withCodes : standard.withoutCodes, ...standard, ways }
}

/** One line for each way to open the table. */
function memoryLines({ ways }: Memory): [string, string][] {
  const size = (value: number) =>
    value <= MAX_MEMORY_BYTES
      ? bytes(value)
      : paint.yellow(`${bytes(value)} (one memory holds 4 GiB: too large)`)
  return Object.entries(ways).map(([type, { withCodes, withFourBitCodes, withoutCodes }], index) => {
    let codes = withCodes === withoutCodes ? '' : `, ${size(withCodes)} with 8-bit codes`
    if (withFourBitCodes !== undefined) codes += `, ${size(withFourBitCodes)} with 4-bit ones`
    return [index === 0 ? 'memory' : '', `as ${type} ${size(withoutCodes)}${codes}`]
  })
}

/** In JSON what is unknown is null. */
export function tiedDocument({ tied, outputTensor }: Tied) {
  return { tied: tied ?? null, outputTensor: outputTensor ?? null }
}

function tiedText({ tied, outputTensor }: Tied): string | undefined {
  const stored = outputTensor === undefined ? '' : oneLine(outputTensor)
  if (tied === undefined) return undefined
  if (!tied) return `untied: the output layer is its own${stored === '' ? '' : `, ${stored}`}`
  return `tied: the output layer is the table${stored === '' ? '' : `, stored a second time as ${stored}`}`
}

function fileText({ fileBytes, bytesRead }: TableDescription): string {
  if (bytesRead === 0) return `${bytes(fileBytes)}, of which nothing was fetched: this was cached`
  if (bytesRead >= fileBytes) return `${bytes(fileBytes)}, all of it read to know this`
  return `${bytes(fileBytes)}, of which ${bytes(bytesRead)} were read to know this`
}

function formatDescription(
  name: string,
  description: TableDescription,
  tied: Tied,
  more: readonly [string, string][],
): string {
  const { format, rows, dimension, tensor, tableParameters, parameters } = description
  const lines: [string, string][] = [
    ['format', format],
    ['table', `|V| x d = ${paint.bold(`${count(rows)} x ${count(dimension)}`)}, ${typeText(description)}`],
    ...labelled('tensor', tensor === undefined ? undefined : oneLine(tensor)),
    ['parameters', `${parameterCount(tableParameters)} in the table`],
    ['', `${parameterCount(parameters)} in the file`],
    ['share', paint.cyan(percent(description.share))],
    ...labelled('output', tiedText(tied)),
    ['file', fileText(description)],
    ...more,
  ]
  return [paint.bold(oneLine(name)), facts(lines), ...formatTensors(description)].join('\n')
}

/** q4_k (4.5 bits per weight) */
function typeText({ dtype, bitsPerWeight }: TableDescription): string {
  return bitsPerWeight === undefined ? dtype : `${dtype} (${bitsPerWeight} bits per weight)`
}

/** A row for what is known; none for what is not. */
function labelled(label: string, text: string | undefined): [string, string][] {
  return text === undefined ? [] : [[label, text]]
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
