/**
 * Rows of words: the mean of a word's own row and those of its n-grams, which lie anywhere among millions. One
 * pass over the buckets that are used, in the order of the file, adds each to the words that have it.
 */
import { BLOCK_BYTES, type BlockOptions, type ByteRange, readRanges } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { addRow, alignedNumbers } from './add-rows.ts'

/** Bytes between two rows that are read along: as cheap as another read. */
const MAX_GAP_BYTES = 1 << 16

/** The buckets of a list of words, as their n-grams come. */
export class WordBuckets {
  #buckets = new Uint32Array(1 << 10)
  #length = 0
  /** Where the buckets of each word end. */
  readonly #ends: Uint32Array
  #words = 0

  constructor(size: number) {
    this.#ends = new Uint32Array(size)
  }

  add(bucket: number): void {
    if (this.#length === this.#buckets.length) {
      const larger = new Uint32Array(2 * this.#length)
      larger.set(this.#buckets)
      this.#buckets = larger
    }
    this.#buckets[this.#length++] = bucket
  }

  endWord(): void {
    this.#ends[this.#words++] = this.#length
  }

  /** How many buckets a word has. */
  countOf(word: number): number {
    return (this.#ends[word] ?? 0) - (word === 0 ? 0 : (this.#ends[word - 1] ?? 0))
  }

  /** The same by bucket: a counting sort, so that words stay in order. */
  byBucket(buckets: number): BucketWords {
    const starts = new Uint32Array(buckets + 1)
    for (let place = 0; place < this.#length; place++) starts[(this.#buckets[place] ?? 0) + 1]!++
    for (let bucket = 0; bucket < buckets; bucket++) starts[bucket + 1]! += starts[bucket]!
    const next = starts.slice()
    const words = new Uint32Array(this.#length)
    let place = 0
    for (let word = 0; word < this.#words; word++) {
      for (const end = this.#ends[word] ?? 0; place < end; place++) {
        const bucket = this.#buckets[place] ?? 0
        words[next[bucket]!++] = word
      }
    }
    return { starts, words }
  }
}

/** The words of bucket b are words[starts[b]] … words[starts[b + 1] − 1]; one that has it twice comes twice. */
export interface BucketWords {
  readonly starts: Uint32Array
  readonly words: Uint32Array
}

/** Where rows of buckets lie: the byte of the first, and the numbers in each. */
export interface BucketRows {
  readonly source: ByteSource
  readonly start: number
  readonly dimension: number
}

interface Stretch {
  readonly first: number
  readonly last: number
}

/** Stretches of buckets that are read at once: from a used one to a used one, without wide gaps. */
export function stretchesOf(starts: Uint32Array, dimension: number): Stretch[] {
  const rowBytes = 4 * dimension
  const stretches: Stretch[] = []
  let first = -1
  let last = -1
  for (let bucket = 0; bucket < starts.length - 1; bucket++) {
    if (starts[bucket] === starts[bucket + 1]) continue
    const isFar = (bucket - last) * rowBytes > MAX_GAP_BYTES || (bucket + 1 - first) * rowBytes > BLOCK_BYTES
    if (first >= 0 && isFar) stretches.push({ first, last })
    if (first < 0 || isFar) first = bucket
    last = bucket
  }
  if (first >= 0) stretches.push({ first, last })
  return stretches
}

/** Adds the rows of buckets to those of the words that have them, in float32, in the order of the buckets. */
export async function addBuckets(
  { source, start, dimension }: BucketRows,
  { starts, words }: BucketWords,
  stretches: readonly Stretch[],
  target: Float32Array,
  options: BlockOptions,
): Promise<void> {
  const rowBytes = 4 * dimension
  const ranges = stretches.map(
    ({ first, last }): ByteRange => [start + first * rowBytes, start + (last + 1) * rowBytes],
  )
  let index = 0
  for await (const block of readRanges(source, ranges, options)) {
    const { first, last } = stretches[index++]!
    const numbers = alignedNumbers(block)
    for (let bucket = first; bucket <= last; bucket++) {
      const row = (bucket - first) * dimension
      for (let place = starts[bucket]!; place < starts[bucket + 1]!; place++) {
        addRow(target, words[place]! * dimension, numbers, row, dimension)
      }
    }
  }
}
