/** Vectors of words that a fastText model does not have: the mean of the rows of their n-grams, read by range. */
import { type ByteRange, readRanges } from '../../sources/blocks.ts'
import type { ByteSource, ReadOptions } from '../../sources/source.ts'
import { addRow, alignedNumbers, shareRow } from './add-rows.ts'
import type { FastTextHeader } from './header.ts'
import { eachBucket } from './ngrams.ts'

/**
 * The vector of a word given in bytes, d numbers: sums are float32, in the order of the buckets. Undefined
 * where it has no n-gram.
 */
export async function subwordVector(
  source: ByteSource,
  header: FastTextHeader,
  word: Uint8Array,
  options: ReadOptions,
): Promise<Float32Array | undefined> {
  const { rowsStart, words, dimension } = header
  const buckets: number[] = []
  eachBucket(word, header, (bucket) => buckets.push(bucket))
  if (buckets.length === 0) return undefined
  buckets.sort((a, b) => a - b)
  const ranges = buckets.map((bucket): ByteRange => {
    const start = rowsStart + 4 * dimension * (words + bucket)
    return [start, start + 4 * dimension]
  })
  const vector = new Float32Array(dimension)
  for await (const row of readRanges(source, ranges, options)) {
    addRow(vector, 0, alignedNumbers(row), 0, dimension)
  }
  shareRow(vector, 0, dimension, buckets.length)
  return vector
}
