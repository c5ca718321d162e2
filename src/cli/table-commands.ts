/** `rowspace lookup`, `inspect` and `pack`: what is in a table, and writing it elsewhere. */
import { layoutOf } from '../../bindings/layout.ts'
import { wantsCodes } from '../core.ts'
import { isRowspaceError, RowspaceError } from '../errors.ts'
import { describeTableFile } from '../formats/describe.ts'
import { openTableFile } from '../formats/open.ts'
import type { WritableTable } from '../formats/writable.ts'
import { writeFileAtomically } from '../formats/write-file.ts'
import { writeSafetensors } from '../formats/write-safetensors.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../formats/write-word2vec.ts'
import type { EmbeddingTable } from '../table.ts'
import { WordList } from '../vocabulary.ts'
import { openNamedTable, refuseLater } from './named-table.ts'
import { bytesText, colours, countText, table as drawTable, print, printJson, shown } from './output.ts'
import { positionals, readArguments, usageError } from './usage.ts'

export async function lookupCommand(args: string[]): Promise<void> {
  const { values, positionals: given } = readArguments(args, { tensor: { type: 'string' } })
  const [name, ...words] = given
  if (name === undefined || words.length === 0)
    throw usageError('lookup needs a table and a text: rowspace lookup <table> <text…>')
  using table = await openNamedTable(name, { tensor: values.tensor })
  const text = words.join(' ')
  const tokens = (table.vocabulary ?? new WordList([])).split(text)
  const found = tokens.map(({ text: token, id }) => ({
    token,
    id: id ?? null,
    row: id === undefined ? null : [...table.row(id)],
  }))
  if (values.json === true) return printJson({ table: name, text, dimension: table.dimension, tokens: found })
  print(
    drawTable(
      ['token', 'id', 'x_i = E[t_i]'],
      found.map(({ token, id, row }) => [shown(token), id ?? 'unknown', rowStart(row)]),
    ),
  )
}

/** The first numbers of a row. */
export function rowStart(row: readonly number[] | null): string {
  if (row === null) return ''
  const first = row.slice(0, 6).map((value) => value.toFixed(4).padStart(8))
  return `[${first.join(' ')}${row.length > 6 ? ' …' : ''}]`
}

export async function inspectCommand(args: string[]): Promise<void> {
  const { values, positionals: given } = readArguments(args, { tensor: { type: 'string' } })
  const [name] = positionals(given, ['<path>']) as [string]
  refuseLater(name)
  const source = name === 'default' ? new URL('./glove-20k.safetensors', import.meta.url) : name
  const file = await openTableFile(source, { tensor: values.tensor })
  const description = describeTableFile(file)
  await file.close()
  const shape = { capacity: file.rowCount, dimension: file.dimension }
  const bytesWith = (codes: boolean) => layoutOf({ ...shape, codes }, 0).byteLength
  const byDefault = wantsCodes(shape, undefined)
  const memory = { opened: bytesWith(byDefault), withCodes: bytesWith(true), withoutCodes: bytesWith(false) }
  if (values.json === true) return printJson({ ...description, codes: byDefault ? 'int8' : 'none', memory })
  const {
    format,
    dtype,
    rows,
    dimension,
    tableParameters,
    parameters,
    share,
    headerBytes,
    fileBytes,
    tensor,
    tensors,
  } = description
  const facts: [string, string][] = [
    ['format', tensor === undefined ? format : `${format}, tensor ${tensor}`],
    ['table', `${countText(rows)} x ${countText(dimension)}, stored as ${dtype}`],
    [
      'parameters',
      `${countText(tableParameters)} in the table, ${countText(parameters)} in the file (${(share * 100).toFixed(1)} %)`,
    ],
    [
      'memory',
      `${bytesText(memory.opened)} when opened: float32 ${byDefault ? `with 8-bit codes; ${bytesText(memory.withoutCodes)} without` : 'alone'}`,
    ],
    ['read', `${bytesText(headerBytes)} of ${bytesText(fileBytes)}`],
  ]
  print(colours.bold(name))
  print(drawTable(['', ''], facts, 2).split('\n').slice(1).join('\n'))
  if (tensors !== undefined) {
    print(
      `\n${drawTable(
        ['tensor', 'type', 'shape'],
        tensors.map((one) => [one.name, one.dtype, one.shape.join(' x ')]),
        2,
      )}`,
    )
  }
}

const WRITERS: Record<string, (table: WritableTable) => Iterable<Uint8Array>> = {
  safetensors: writeSafetensors,
  txt: writeWord2vecText,
  vec: writeWord2vecText,
  bin: writeWord2vecBinary,
}

export async function packCommand(args: string[]): Promise<void> {
  const { values, positionals: given } = readArguments(args, {
    tensor: { type: 'string' },
    dtype: { type: 'string' },
    force: { type: 'boolean' },
  })
  const [input, output] = positionals(given, ['<in>', '<out>']) as [string, string]
  const write = WRITERS[/\.([^./\\]+)$/.exec(output)?.[1]?.toLowerCase() ?? '']
  if (write === undefined)
    throw usageError(
      `${JSON.stringify(output)} must end in .safetensors, .txt, .vec or .bin: that chooses the format`,
    )
  if (values.dtype !== undefined && values.dtype !== 'f32')
    throw usageError(`--dtype ${values.dtype} is not written by this version: only f32 is`)
  using table = await openNamedTable(input, { tensor: values.tensor })
  const bytes = await writeFileAtomically(output, write(writable(table)), { force: values.force }).catch(
    sayForce,
  )
  const result = { table: input, output, rows: table.size, dimension: table.dimension, dtype: 'f32', bytes }
  if (values.json === true) return printJson(result)
  print(`${output}: ${countText(table.size)} x ${countText(table.dimension)}, ${bytesText(bytes)}`)
}

/** On the command line the way to replace a file has another name. */
function sayForce(error: unknown): never {
  if (!isRowspaceError(error, 'EXISTS')) throw error
  throw new RowspaceError('EXISTS', error.message.replace('pass force', 'pass --force'), error.details)
}

function writable(table: EmbeddingTable): WritableTable {
  const { size, dimension, vocabulary } = table
  const ids = Array.from({ length: size }, (_, id) => id)
  const tokens = vocabulary === undefined ? undefined : ids.map((id) => vocabulary.tokenOf(id) ?? '')
  return { size, dimension, tokens, rows: (start, end) => table.gather(ids.slice(start, end)) }
}
