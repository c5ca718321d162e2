/**
 * fastText models (.bin): the words and their vectors, each the mean of the word's own row and the rows of its
 * n-grams, as `fasttext print-word-vectors` gives them. (Bojanowski et al. 2017, "Enriching Word Vectors with
 * Subword Information".) Of a supervised model the words alone are read, without its labels.
 */
import { RowspaceError } from '../../core/errors.ts'
import { readExactly, readStraight } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import type {
  FormatReader,
  LoadedRows,
  LoadOptions,
  ReaderOptions,
  TableFile,
  WordOptions,
} from '../format.ts'
import { checkTarget, ReadProgress } from '../loading.ts'
import { invalidFormat, truncated, unsupported } from '../malformed.ts'
import { decodeText } from '../text/utf8.ts'
import { checkRowCount } from '../text/word2vec-header.ts'
import { shareRow } from './add-rows.ts'
import { eachEntry } from './dictionary.ts'
import {
  bytesOfMatrices,
  FASTTEXT_HEADER_BYTES,
  FASTTEXT_MAGIC,
  type FastTextHeader,
  isMatrixHeader,
  leavesRoom,
  MATRIX_HEADER_BYTES,
  readFastTextHeader,
} from './header.ts'
import { eachBucket } from './ngrams.ts'
import { addBuckets, stretchesOf, WordBuckets } from './sums.ts'

export const fastTextReader: FormatReader = {
  name: 'fasttext',
  types: ['float32'],
  takes: [],
  recognises: (head) => FASTTEXT_MAGIC.every((byte, index) => head[index] === byte),
  async open(source, _head, options) {
    return fastTextTable(source, await openFastTextHeader(source, options.signal), options)
  },
}

/** The header of a file that is as it says. Throws `UNSUPPORTED`, `TRUNCATED`, `INVALID_FORMAT`. */
export async function openFastTextHeader(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<FastTextHeader> {
  const header = await readFastTextHeader(source, signal)
  const { rowsStart, isPruned } = header
  if (isPruned) throw quantised(source)
  if (!leavesRoom(header)) throw await explained(source, header, signal)
  const matrixHeader = await readExactly(source, rowsStart - MATRIX_HEADER_BYTES, rowsStart, signal)
  if (!isMatrixHeader(matrixHeader, header)) throw await explained(source, header, signal)
  return header
}

function fastTextTable(source: ByteSource, header: FastTextHeader, options: ReaderOptions): TableFile {
  const { limit = header.words } = options
  const size = Math.min(limit, header.words)
  checkRowCount(source, size)
  return {
    format: 'fasttext',
    dtype: 'f32',
    size,
    ...(size < header.words && { rowsInFile: header.words }),
    dimension: header.dimension,
    headerBytes: FASTTEXT_HEADER_BYTES + MATRIX_HEADER_BYTES,
    parameters: (header.words + header.buckets + header.outputs) * header.dimension,
    load: (target, loadOptions = {}) => loadWords(source, header, size, options, target, loadOptions),
  }
}

async function loadWords(
  source: ByteSource,
  header: FastTextHeader,
  size: number,
  encoding: WordOptions,
  target: Float32Array,
  options: LoadOptions,
): Promise<LoadedRows> {
  const { words, buckets, dimension, rowsStart } = header
  checkTarget(target, size, dimension)
  const { tokens, counts, wordBuckets } = await readWords(source, header, size, encoding, options)
  const ownBytes = 4 * size * dimension
  const users = wordBuckets.byBucket(buckets)
  const stretches = stretchesOf(users.starts, dimension)
  const bucketBytes = stretches.reduce((sum, { first, last }) => sum + 4 * dimension * (last + 1 - first), 0)
  const progress = new ReadProgress(options, ownBytes + bucketBytes)
  const own = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
  await readStraight(source, rowsStart, own, progress.blockOptions(options))
  const start = rowsStart + 4 * words * dimension
  await addBuckets(
    { source, start, dimension },
    users,
    stretches,
    target,
    progress.blockOptions(options, ownBytes),
  )
  for (let word = 0; word < size; word++) {
    shareRow(target, word * dimension, dimension, 1 + wordBuckets.countOf(word))
  }
  return progress.finish({ size, tokens, counts, duplicates: 0 })
}

/** The first words, and the buckets of their n-grams. */
async function readWords(
  source: ByteSource,
  header: FastTextHeader,
  size: number,
  encoding: WordOptions,
  { signal }: LoadOptions,
): Promise<{ tokens: string[]; counts: Float64Array; wordBuckets: WordBuckets }> {
  const end = header.rowsStart - MATRIX_HEADER_BYTES
  const tokens: string[] = []
  const counts = new Float64Array(size)
  const wordBuckets = new WordBuckets(size)
  const add = (bucket: number) => wordBuckets.add(bucket)
  // without a limit all entries are looked at, the labels behind the words too
  const count = size < header.words ? size : header.entries
  const last = await eachEntry(source, header, { count, end, signal }, (word, offset, times) => {
    if (tokens.length === size) return
    counts[tokens.length] = times
    tokens.push(decodeText(word, encoding, { name: source.name, offset }))
    eachBucket(word, header, add)
    wordBuckets.endWord()
  })
  if (count < header.entries || last === end) return { tokens, counts, wordBuckets }
  throw invalidFormat(source, `${end - last} bytes follow its ${count} words.`, {
    expected: last,
    actual: end,
  })
}

function quantised(source: ByteSource): RowspaceError {
  return unsupported(
    source,
    'it is a quantised fastText model (.ftz), whose rows are codes of parts of rows. Open the .bin that it was ' +
      'made from, or its vectors as text (fasttext print-word-vectors).',
    { kind: 'a quantised fastText model' },
  )
}

/** What is wrong with a file whose rows are not where its size says: it is quantised, cut short, or damaged. */
async function explained(
  source: ByteSource,
  header: FastTextHeader,
  signal: AbortSignal | undefined,
): Promise<RowspaceError> {
  const { entries: count, words, buckets, dimension } = header
  const what = `a model of ${words} words and ${buckets} buckets of ${dimension} numbers`
  const behind = bytesOfMatrices(header) ?? 0
  const least = FASTTEXT_HEADER_BYTES + 11 * count
  const end = await eachEntry(source, header, { count, end: source.size, signal }, () => {}).catch(
    (error) => {
      if (!(error instanceof RowspaceError)) throw error
      return error
    },
  )
  if (typeof end !== 'number')
    return least + behind > source.size ? truncated(source, what, least + behind) : end
  if (end < source.size && (await readExactly(source, end, end + 1, signal))[0] === 1)
    return quantised(source)
  if (end + behind > source.size) return truncated(source, what, end + behind)
  const problem = `${what} ends at byte ${end + behind}`
  return invalidFormat(
    source,
    `${problem}, and the file has ${source.size} bytes, or its rows are not there.`,
    {
      expected: end + behind,
      actual: source.size,
    },
  )
}
