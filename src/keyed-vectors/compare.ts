/** Questions about given keys: how alike they are, which is the odd one, how many come between. */

import { RowspaceError } from '../core/errors.ts'
import { describe, isVector } from '../core/values.ts'
import { zeroQuery } from '../table/arguments.ts'
import type { EmbeddingTable, Query, RowKey } from '../table/embedding-table.ts'
import { liveRows } from '../table/live-rows.ts'
import { measureAll } from './all-rows.ts'
import { keyList, knownKeys } from './keys.ts'
import { lengthOf, meanVector } from './mean-vector.ts'
import { mostSimilar } from './most-similar.ts'

/** A key of a list with its similarity to the mean of all. */
export interface Central<Key extends RowKey = RowKey> {
  key: Key
  similarity: number
}

/** The cosine of the means of two lists of rows as they are; keys the table does not have are left out. */
export function nSimilarity(table: EmbeddingTable, a: Iterable<Query>, b: Iterable<Query>): number {
  const mean = (keys: Iterable<Query>) => meanVector(table, keys, { preNormalize: false })
  return table.similarity(mean(a), mean(b))
}

/** 1 − cosine, of a query with each of `others`, or with every row. */
export function distances(
  table: EmbeddingTable,
  query: Query,
  others: Iterable<RowKey> | undefined,
): Float32Array {
  const { cosines } = others === undefined ? measureAll(table, query) : table.scores(query, others)
  return cosines.map((cosine) => 1 - cosine)
}

/** Keys by their similarity to the mean of all of them, the most central first; equal ones as they came. */
export function rankByCentrality<Key extends RowKey>(
  table: EmbeddingTable,
  keys: Iterable<Key>,
  useNorm: boolean,
): Central<Key>[] {
  const known = knownKeys(table, keys, 'the keys to rank')
  const vectors = known.map((key) => {
    const row = table.row(key)
    const length = lengthOf(row)
    return useNorm && length > 0 ? row.map((value) => value / length) : row
  })
  const mean = meanVector(table, vectors, { postNormalize: true })
  const ranked = known.map((key, index) => {
    const similarity = vectors[index]!.reduce((sum, value, i) => sum + value * mean[i]!, 0)
    return { key, similarity }
  })
  return ranked.sort((a, b) => b.similarity - a.similarity)
}

/** Rows nearer to `a` than `b` is, by cosine, in order of id. `a` is none of them. */
export function closerThan(table: EmbeddingTable, a: RowKey, b: RowKey): Uint32Array {
  const [first, second] = [table.id(a), table.id(b)]
  const { cosines } = measureAll(table, first)
  const limit = cosines[second]!
  const live = liveRows(table)
  const closer: number[] = []
  for (let id = 0; id < cosines.length; id++) {
    if (cosines[id]! > limit && id !== first && live.has(id)) closer.push(id)
  }
  return Uint32Array.from(closer)
}

/** The key of `keys` with the largest cosine; the first of equal ones. */
export function mostSimilarToGiven<Key extends RowKey>(
  table: EmbeddingTable,
  key: RowKey,
  keys: Iterable<Key>,
): Key {
  const list = keyList(keys, 'the keys to choose from')
  const { ids, cosines } = table.scores(key, list)
  const live = liveRows(table)
  let best: number | undefined
  for (let place = 0; place < ids.length; place++) {
    if (live.has(ids[place]!) && (best === undefined || cosines[place]! > cosines[best]!)) best = place
  }
  if (best !== undefined) return list[best]!
  throw zeroQuery('every key to choose from names a row that was not finite')
}

/** cos(a, b) over the sum of the cosines of a's `topn` nearest (Leeuwenberg et al. 2016). */
export function relativeCosineSimilarity(table: EmbeddingTable, a: RowKey, b: RowKey, topn: number): number {
  const nearest = mostSimilar(table, table.id(a), { topn })
  if (nearest.length === 0) {
    throw new RowspaceError(
      'INVALID_K',
      `there are no nearest rows to compare with: topn is ${topn}, |V| is ${table.size}`,
    )
  }
  return table.similarity(a, b) / nearest.cosines.reduce((sum, cosine) => sum + cosine, 0)
}

/** The cosine of a vector with each of a list of vectors, in float64; 0 where one is all zeros. */
export function cosineSimilarities(
  vector: ArrayLike<number>,
  vectors: Iterable<ArrayLike<number>>,
): Float64Array {
  const checked = (value: ArrayLike<number>) => {
    if (isVector(value)) return value
    throw new RowspaceError('INVALID_ARGUMENT', `a vector must be a list of numbers; got ${describe(value)}`)
  }
  const length = lengthOf(checked(vector))
  return Float64Array.from(keyList(vectors, 'the list of vectors'), (other) => {
    if (checked(other).length !== vector.length) {
      throw new RowspaceError(
        'DIMENSION_MISMATCH',
        `vectors of ${vector.length} and of ${other.length} numbers have no cosine`,
        { expected: vector.length, actual: other.length },
      )
    }
    let dot = 0
    for (let i = 0; i < vector.length; i++) dot += vector[i]! * other[i]!
    return dot === 0 ? 0 : dot / (length * lengthOf(other))
  })
}
