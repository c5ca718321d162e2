/** npz: npy arrays in a zip archive, as numpy.savez and savez_compressed write them. */
import { isRowspaceError } from '../../core/errors.ts'
import { readBlocks } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { chooseTensor } from '../choose-tensor.ts'
import type { FormatReader, ReaderOptions, TensorInfo } from '../format.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { invalidFormat, MAX_WORDS, quoted, safeProduct, shortened, unsupported } from '../malformed.ts'
import { countElements } from '../tensor-table.ts'
import { checkWordCount } from '../text/word-list.ts'
import { wordsBeside } from '../text/words-beside.ts'
import { type ArrayWords, checkArrayEnd, NPY_TYPES, npyTable, wordFiles } from './npy.ts'
import { type NpyHeader, readNpyHeader } from './npy-header.ts'
import { readZipEntries, type ZipEntry } from './zip.ts'
import { openZipEntry } from './zip-entry.ts'

export const npzReader: FormatReader = {
  name: 'npz',
  types: NPY_TYPES,
  takes: ['tensor', 'words'],
  seeks: true,
  recognises: (head) => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4,
  async open(source, _head, options) {
    const arrays = await readArrays(source, options)
    const chosen = chooseTensor(source, arrays, options.tensor)
    const words = await findWords(source, arrays, chosen, options)
    const all = [...arrays.values()]
    return {
      ...npyTable(chosen.bytes, chosen.header, words, options.limit),
      format: 'npz',
      tensor: chosen.name,
      tensors: all,
      parameters: countElements(all.filter(({ dtype }) => isNumber(dtype))),
      headerBytes: all.reduce((sum, { header }) => sum + header.headerBytes, 0),
      parts: [chosen.bytes],
    }
  },
}

interface NamedArray extends TensorInfo {
  readonly elements: number
  readonly header: NpyHeader
  readonly bytes: ByteSource
}

/** Archives of more are no tables: each entry's header is read. */
const MAX_ENTRIES = 1_024
const NPY = '.npy'

/** By the names they were saved by. */
async function readArrays(source: ByteSource, options: ReaderOptions): Promise<Map<string, NamedArray>> {
  const entries = await readZipEntries(source, options.signal)
  const saved = entries.filter(({ name }) => name.endsWith(NPY))
  if (saved.length === 0) {
    const names = entries.slice(0, 5).map(({ name }) => JSON.stringify(name))
    throw invalidFormat(
      source,
      `it is a zip archive without .npy arrays (it has ${names.join(', ') || 'nothing'}). Unpack it, ` +
        'and open the table.',
    )
  }
  if (entries.length > MAX_ENTRIES) {
    throw invalidFormat(source, `its ${entries.length} entries are too many (${MAX_ENTRIES}).`)
  }
  const arrays = new Map<string, NamedArray>()
  for (const entry of entries) {
    const array = await readArray(source, entry, options)
    if (array !== undefined) arrays.set(array.name, array)
  }
  return arrays
}

/** Undefined for what is no array of numbers or text: some archives have objects and records too. */
async function readArray(
  source: ByteSource,
  entry: ZipEntry,
  { signal }: ReaderOptions,
): Promise<NamedArray | undefined> {
  const bytes = await openZipEntry(source, entry, signal)
  if (!entry.name.endsWith(NPY)) return undefined
  try {
    const header = await readNpyHeader(bytes, signal)
    await checkSize(bytes, header, signal)
    const { descr, shape } = header
    const elements = safeProduct(shape) ?? 0
    return { name: entry.name.slice(0, -NPY.length), dtype: typeName(descr), shape, elements, header, bytes }
  } catch (error) {
    if (!isRowspaceError(error, 'UNSUPPORTED')) throw error
    await bytes.verify?.({ signal })
    return undefined
  } finally {
    // a stream that goes on would hold what it has unpacked; reading again begins it again
    await bytes.close?.()
  }
}

/**
 * The header decides which arrays are read, and is checked against the checksum only if all of the array is
 * read. So its numbers must take the bytes that the entry has, and where that is not known, as of objects,
 * all of it is read.
 */
async function checkSize(
  bytes: ByteSource,
  header: NpyHeader,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [, kind, count] = /^[<>|=]?([biufcUS])(\d{1,9})$/.exec(header.descr) ?? []
  if (kind === undefined) return bytes.verify?.({ signal })
  checkArrayEnd(bytes, header, Number(count) * (kind === 'U' ? 4 : 1))
}

/** '<f4' as F32, so that floats are known by their names; others as numpy writes them. */
function typeName(descr: string): string {
  const float = /^[<>=|]?f([248])$/.exec(descr)
  return float === null ? descr : `F${Number(float[1]) * 8}`
}

const isNumber = (dtype: string) => /^F\d|^[<>|=]?[biuc]/.test(dtype)

/** What people call the words of their rows. */
const WORD_ARRAYS = ['words', 'tokens', 'vocab', 'vocabulary', 'keys', 'labels']

/** The words in an array of such a name, else in the only one of |V| texts, else in a file beside it. */
async function findWords(
  source: ByteSource,
  arrays: ReadonlyMap<string, NamedArray>,
  { shape: [size = 0] }: NamedArray,
  options: ReaderOptions,
): Promise<ArrayWords | undefined> {
  if (options.words !== undefined) return options.words
  const texts = [...arrays.values()].filter(({ dtype, shape }) => /U\d+$/.test(dtype) && shape.length === 1)
  const fitting = texts.filter(({ shape }) => shape[0] === size)
  const named = WORD_ARRAYS.map((name) => texts.find((text) => text.name === name))
  const text = named.find((each) => each !== undefined) ?? (fitting.length === 1 ? fitting[0] : undefined)
  if (text === undefined) return wordsBeside(source, wordFiles(source), options)
  return { words: await readText(source, text, size, options), from: `the array ${text.name}` }
}

/** numpy's text: code points of 32 bits, as many to each as the longest has, filled up with zeros. */
async function readText(
  source: ByteSource,
  { name, header, bytes }: NamedArray,
  size: number,
  { signal }: ReaderOptions,
): Promise<string[]> {
  const [count = 0] = header.shape
  // before a word is read: an archive may claim more words than there is memory
  checkWordCount(source, { length: count }, size, `the array ${quoted(name)}`)
  if (count > MAX_WORDS) throw unsupported(source, `${count} words are too many to distinguish.`)
  const [, order, letters] = /^([<>=])U(\d+)$/.exec(header.descr) ?? []
  const wordBytes = Number(letters) * 4
  if (order === undefined || wordBytes === 0 || wordBytes > MAX_WORD_BYTES) {
    throw unsupported(bytes, `its words are '${shortened(header.descr)}'; '<U10' and the like are read.`)
  }
  const words: string[] = []
  const blockBytes = Math.max(1, Math.floor((1 << 18) / wordBytes)) * wordBytes
  try {
    for await (const block of readBlocks(bytes, header.headerBytes, bytes.size, { signal, blockBytes })) {
      const view = new DataView(block.buffer, block.byteOffset, block.length)
      for (let start = 0; start < block.length; start += wordBytes) {
        words.push(wordAt(bytes, view, start, wordBytes, order !== '>'))
      }
    }
    await bytes.verify?.({ signal })
  } finally {
    await bytes.close?.()
  }
  return words
}

const MAX_WORD_BYTES = 4 * MAX_WORD_LENGTH
const LAST_CODE_POINT = 0x10ffff

function wordAt(
  source: ByteSource,
  view: DataView,
  start: number,
  wordBytes: number,
  littleEndian: boolean,
): string {
  let word = ''
  let end = start + wordBytes
  while (end > start && view.getUint32(end - 4, littleEndian) === 0) end -= 4
  for (let at = start; at < end; at += 4) {
    const point = view.getUint32(at, littleEndian)
    if (point > LAST_CODE_POINT) throw invalidFormat(source, `a word holds ${point}, which is no code point.`)
    word += String.fromCodePoint(point)
  }
  return word
}
