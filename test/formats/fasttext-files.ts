/**
 * fastText models made for tests, and what their vectors are: written from fastText's own description, letter by
 * letter, without what the reader has.
 */
import { ascii, join } from './files.ts'
import { bytesOf, u64 } from './gguf-files.ts'

export interface FastTextSpec {
  words: readonly (string | Uint8Array)[]
  labels?: readonly string[]
  dimension: number
  buckets: number
  minNgram?: number
  maxNgram?: number
  /** 1: cbow, 2: skipgram, 3: supervised. */
  model?: number
  version?: number
  counts?: readonly number[]
  /** Rows of words and of buckets; waves unless given. */
  rows?: Float32Array
  /** What the file says of itself, where it lies. */
  said?: {
    words?: number
    entries?: number
    labels?: number
    buckets?: number
    dimension?: number
    pruned?: bigint
  }
  quantised?: boolean
  matrixRows?: number
}

const i32 = (...values: number[]) => bytesOf(Int32Array.from(values))

export function rowsOf({ words, buckets, dimension }: FastTextSpec): Float32Array {
  return Float32Array.from({ length: (words.length + buckets) * dimension }, (_, place) =>
    Math.sin(place * 0.7),
  )
}

export function fastText(spec: FastTextSpec): Uint8Array {
  const { words, labels = [], dimension, buckets, minNgram = 3, maxNgram = 6, model = 2, said = {} } = spec
  const matrix = (rows: number, numbers: Float32Array, quantised = false) => [
    Uint8Array.of(Number(quantised)),
    u64(rows),
    u64(said.dimension ?? dimension),
    bytesOf(numbers),
  ]
  const entry = (word: string | Uint8Array, count: number, type: number) =>
    join([typeof word === 'string' ? ascii(word) : word, Uint8Array.of(0), u64(count), Uint8Array.of(type)])
  const outputs = model === 3 ? labels.length : words.length
  return join([
    i32(793712314, spec.version ?? 12),
    i32(
      said.dimension ?? dimension,
      5,
      5,
      5,
      5,
      1,
      2,
      model,
      said.buckets ?? buckets,
      minNgram,
      maxNgram,
      100,
    ),
    bytesOf(Float64Array.of(0.0001)),
    i32(
      said.entries ?? words.length + labels.length,
      said.words ?? words.length,
      said.labels ?? labels.length,
    ),
    u64(1_000),
    bytesOf(BigInt64Array.of(said.pruned ?? -1n)),
    ...words.map((word, id) => entry(word, spec.counts?.[id] ?? words.length - id, 0)),
    ...labels.map((label) => entry(label, 1, 1)),
    ...matrix(spec.matrixRows ?? words.length + buckets, spec.rows ?? rowsOf(spec), spec.quantised),
    ...matrix(outputs, new Float32Array(outputs * dimension).fill(0.5)),
  ])
}

/** The n-grams of a word, by letters: of <word>, all but the marks alone. */
export function ngramsOf(word: string, minNgram: number, maxNgram: number): string[] {
  if (word === '</s>') return []
  const letters = [...`<${word}>`]
  const ngrams: string[] = []
  for (let start = 0; start < letters.length; start++) {
    for (let length = minNgram; length <= maxNgram && start + length <= letters.length; length++) {
      const isMark = length === 1 && (start === 0 || start === letters.length - 1)
      if (length > 0 && !isMark) ngrams.push(letters.slice(start, start + length).join(''))
    }
  }
  return ngrams
}

/** FNV-1a over signed bytes, in integers of any size. */
export function bucketOfBytes(ngram: Uint8Array, buckets: number): number {
  let hash = 2166136261n
  for (const byte of ngram) {
    const signed = BigInt.asUintN(32, BigInt.asIntN(8, BigInt(byte)))
    hash = BigInt.asUintN(32, (hash ^ signed) * 16777619n)
  }
  return Number(hash % BigInt(buckets))
}

/** The vector of a word: its own row, where it has one, and those of its n-grams in order, in float32. */
export function vectorOf(spec: FastTextSpec, word: string): Float32Array {
  const { words, dimension, buckets, minNgram = 3, maxNgram = 6 } = spec
  const rows = spec.rows ?? rowsOf(spec)
  const id = words.indexOf(word)
  const ids = ngramsOf(word, minNgram, maxNgram).map(
    (ngram) => words.length + bucketOfBytes(ascii(ngram), buckets),
  )
  const all = [...(id < 0 ? [] : [id]), ...ids.sort((a, b) => a - b)]
  return Float32Array.from({ length: dimension }, (_, column) => {
    const sum = all.reduce((sum, row) => Math.fround(sum + rows[row * dimension + column]!), 0)
    return sum * Math.fround(1 / all.length)
  })
}

/** A small model with labels, as fastText writes one. */
export const SMALL_MODEL: FastTextSpec = {
  words: ['</s>', 'the', 'king', 'queen', 'é', 'of'],
  dimension: 8,
  buckets: 20,
}
