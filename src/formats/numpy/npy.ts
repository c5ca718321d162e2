/**
 * npy: an array of rows, with a file of words beside it or without. Floats of 2, 4 and 8 bytes, in any order.
 */
import type { ByteSource } from '../../sources/source.ts'
import type { FormatReader, TableFile } from '../format.ts'
import { invalidFormat, safeProduct, shortened, truncated, unsupported } from '../malformed.ts'
import { numberTable } from '../number-table.ts'
import { F16, F32, F64 } from '../number-types.ts'
import { checkWordCount } from '../text/word-list.ts'
import { stem, wordsBeside } from '../text/words-beside.ts'
import { NPY_MAGIC, type NpyHeader, readNpyHeader } from './npy-header.ts'

const TYPES = new Map(Object.entries({ f2: F16, f4: F32, f8: F64 }))
export const NPY_TYPES = [...TYPES.keys()].flatMap((type) => [`<${type}`, `>${type}`])

export const npyReader: FormatReader = {
  name: 'npy',
  types: NPY_TYPES,
  takes: ['words'],
  recognises: (head) => NPY_MAGIC.every((byte, index) => head[index] === byte),
  async open(source, _head, options) {
    const header = await readNpyHeader(source, options.signal)
    return npyTable(source, header, await wordsBeside(source, wordFiles(source), options), options.limit)
  },
}

export interface ArrayWords {
  readonly words: readonly string[]
  /** Where they come from, for messages. */
  readonly from: string
}

/**
 * The array of an npy file as a table. Throws `UNSUPPORTED`, `INVALID_FORMAT`, `TRUNCATED` where it is none.
 */
export function npyTable(
  source: ByteSource,
  header: NpyHeader,
  named: ArrayWords | undefined,
  limit: number | undefined,
): TableFile {
  const { descr, shape, headerBytes: start, fortranOrder: byColumn } = header
  const type = /^[<>]/.test(descr) ? TYPES.get(descr.slice(1)) : undefined
  if (type === undefined) {
    throw unsupported(
      source,
      `its numbers are '${shortened(descr)}'; float16, float32 and float64 ('<f2', '<f4', '<f8', or ` +
        "'>') are read. Save it with .astype('float32').",
      { dtype: descr },
    )
  }
  const [size, dimension, ...more] = shape
  const shown = `its shape is (${shape.join(', ')})`
  if (size === undefined || dimension === undefined || more.length > 0) {
    throw invalidFormat(source, `${shown}; a table has two dimensions.`, { shape })
  }
  if (size === 0 || dimension === 0) throw invalidFormat(source, `${shown}: no rows.`)
  checkArrayEnd(source, header, type.bytes)
  if (named) checkWordCount(source, named.words, size, named.from)
  const readTokens = named && (async () => named.words)
  const bigEndian = descr.startsWith('>')
  return numberTable(
    { source, start, type, size, dimension, bigEndian, byColumn, readTokens },
    { format: 'npy', headerBytes: start },
    limit,
  )
}

/** Throws `INVALID_FORMAT` or `TRUNCATED` unless the array takes all bytes after the header. */
export function checkArrayEnd(
  source: ByteSource,
  { shape, headerBytes }: NpyHeader,
  itemBytes: number,
): void {
  const array = `the array of shape (${shape.join(', ')})`
  const bytes = safeProduct([...shape, itemBytes])
  if (bytes === undefined) throw invalidFormat(source, `it claims ${array}: no file is so large.`)
  const end = headerBytes + bytes
  if (end > source.size) throw truncated(source, array, end)
  if (end === source.size) return
  const problem = `${source.size - end} bytes follow ${array}.`
  throw invalidFormat(source, problem, { expected: end, actual: source.size })
}

/** Where the words may be, in the order in which they are looked for. */
export function wordFiles(source: ByteSource): string[] {
  const name = stem(source)
  return ['words.json', `${name}.json`, 'words.txt', 'vocab.txt', `${name}.txt`]
}
