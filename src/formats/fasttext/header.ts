/**
 * The header of a fastText model, checked against the size of its file.
 *
 * ```
 * magic version                                        2 int32
 * dim ws epoch minCount neg wordNgrams loss model
 *   bucket minn maxn lrUpdateRate t                    12 int32, a float64
 * entries words labels tokens pruned                   3 int32, 2 int64
 * word 0 count type                                    an entry: bytes, int64, int8; words come first
 * quantised rows columns numbers                       int8, 2 int64, float32: of words, then of buckets
 * quantised rows columns numbers                       the same: the output
 * ```
 * As fastText writes it: https://github.com/facebookresearch/fastText (fasttext.cc, args.cc, dictionary.cc)
 */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { invalidFormat, safeProduct, unsupported } from '../malformed.ts'

export const FASTTEXT_MAGIC = [0xba, 0x16, 0x4f, 0x2f] as const
/** Where the first entry begins. */
export const FASTTEXT_HEADER_BYTES = 92
/** An entry without its word. */
export const ENTRY_BYTES = 10
/** What comes before the numbers of a matrix. */
export const MATRIX_HEADER_BYTES = 17

/** No model has longer n-grams, and a word has as many n-grams as letters times this. */
const MAX_NGRAM = 64
const SUPERVISED = 3

/** What the header says. */
export interface FastTextHeader {
  readonly words: number
  /** Words and labels. */
  readonly entries: number
  readonly dimension: number
  /** Rows behind those of words, which n-grams of letters share by their hash; 0 where words have none. */
  readonly buckets: number
  /** Letters of an n-gram, the marks < and > of a word's ends included: from … to. */
  readonly minNgram: number
  readonly maxNgram: number
  /** Rows of the output. */
  readonly outputs: number
  /** Whether rows may have been left out, as only quantised models do. */
  readonly isPruned: boolean
  /** Where the rows begin, if the file is as long as the header says. */
  readonly rowsStart: number
}

/** Reads the numbers. Throws `INVALID_FORMAT`, `UNSUPPORTED` for those that no model has. */
export async function readFastTextHeader(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<FastTextHeader> {
  if (source.size < FASTTEXT_HEADER_BYTES) throw invalidFormat(source, 'its header is cut short.')
  const bytes = await readExactly(source, 0, FASTTEXT_HEADER_BYTES, signal)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const int = (index: number) => view.getInt32(4 * index, true)
  const [version, dimension, model, bucket, minNgram, maxNgram] = [
    int(1),
    int(2),
    int(9),
    int(10),
    int(11),
    int(12),
  ]
  const [entries, words, labels] = [int(16), int(17), int(18)]
  if (version !== 11 && version !== 12) {
    throw unsupported(source, `it is a fastText model of version ${version}; 11 and 12 are read.`, {
      version,
    })
  }
  const said = `its header announces ${words} words, ${labels} labels and ${bucket} buckets of ${dimension} numbers`
  if (
    words < 1 ||
    labels < 0 ||
    entries !== words + labels ||
    dimension < 1 ||
    bucket < 0 ||
    model < 1 ||
    model > 3
  ) {
    throw invalidFormat(
      source,
      `${said}, in ${entries} entries, for a model of kind ${model}: no model is so.`,
    )
  }
  if (minNgram < 0 || maxNgram < 0 || maxNgram > MAX_NGRAM) {
    throw invalidFormat(
      source,
      `its n-grams have ${minNgram} to ${maxNgram} letters; at most ${MAX_NGRAM} are read.`,
    )
  }
  const hasOutputOfLabels = model === SUPERVISED
  const shape = {
    words,
    entries,
    dimension,
    buckets: bucket,
    minNgram,
    // supervised models of version 11 have no n-grams of letters
    maxNgram: version === 11 && hasOutputOfLabels ? 0 : maxNgram,
    outputs: hasOutputOfLabels ? labels : words,
    isPruned: view.getBigInt64(84, true) >= 0n,
  }
  const bytesBehind = bytesOfMatrices(shape)
  if (bytesBehind === undefined) throw invalidFormat(source, `${said}: no file is so large.`)
  return { ...shape, rowsStart: source.size - bytesBehind + MATRIX_HEADER_BYTES }
}

/** Bytes behind the last entry; undefined where JavaScript cannot count them. */
export function bytesOfMatrices({
  words,
  buckets,
  outputs,
  dimension,
}: Pick<FastTextHeader, 'words' | 'buckets' | 'outputs' | 'dimension'>): number | undefined {
  const numbers = safeProduct([words + buckets + outputs, dimension, 4])
  return numbers === undefined ? undefined : 2 * MATRIX_HEADER_BYTES + numbers
}

/** Whether entries of some length each can lie between the header and the rows. */
export function leavesRoom({ entries, rowsStart }: FastTextHeader): boolean {
  const bytes = rowsStart - MATRIX_HEADER_BYTES - FASTTEXT_HEADER_BYTES
  return bytes >= entries * (1 + ENTRY_BYTES) && bytes <= entries * (MAX_WORD_LENGTH + ENTRY_BYTES)
}

/** Whether `bytes` are the 17 before the numbers of words and buckets. */
export function isMatrixHeader(bytes: Uint8Array, { words, buckets, dimension }: FastTextHeader): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const [rows, columns] = [view.getBigInt64(1, true), view.getBigInt64(9, true)]
  return bytes[0] === 0 && rows === BigInt(words + buckets) && columns === BigInt(dimension)
}
