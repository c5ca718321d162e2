/** Questions about given keys: how similar they are, which is the odd one, how many rows come between. */

import { RowspaceError } from '../core/errors.ts'
import { describe, isVector } from '../core/values.ts'
import { zeroQuery } from '../table/arguments.ts'
import type { EmbeddingTable, Query, RowKey } from '../table/embedding-table.ts'
import { liveRows } from '../table/live-rows.ts'
import { scoreAll } from './all-rows.ts'
import { keyList, knownKeys } from './keys.ts'
import { meanVector } from './mean-vector.ts'
import { mostSimilar } from './most-similar.ts'
import { dotProduct, norm, normalized } from './norm.ts'

/** A key of a list, and how central it is. */
export interface Central<Key extends RowKey = RowKey> {
  /** The key as given. */
  key: Key
  /**
   * The dot product of its row with the mean of all, scaled to length 1: the cosine where `useNorm` is true.
   */
  similarity: number
}

/** The cosine of the means of two lists of rows, unscaled; unknown keys are left out. */
export function nSimilarity(table: EmbeddingTable, a: Iterable<Query>, b: Iterable<Query>): number {
  const mean = (keys: Iterable<Query>) => meanVector(table, keys, { preNormalize: false })
  return table.similarity(mean(a), mean(b))
}

/** 1 − cosine of a query with each of `others`, or with every row. */
export function distances(
  table: EmbeddingTable,
  query: Query,
  others: Iterable<RowKey> | undefined,
): Float32Array {
  const { cosines } = others === undefined ? scoreAll(table, query) : table.scores(query, others)
  return cosines.map((cosine) => 1 - cosine)
}

/** Keys by their similarity to the mean of all, the most central first; equal ones in the given order. */
export function rankByCentrality<Key extends RowKey>(
  table: EmbeddingTable,
  keys: Iterable<Key>,
  useNorm: boolean,
): Central<Key>[] {
  const known = knownKeys(table, keys, 'the keys to rank')
  const vectors = known.map((key) => (useNorm ? normalized(table.row(key)) : table.row(key)))
  const mean = meanVector(table, vectors, { postNormalize: true })
  const similarities = vectors.map((vector) => dotProduct(vector, mean))
  const ranked = known.map((key, index) => ({ key, similarity: similarities[index] ?? 0 }))
  return ranked.sort((a, b) => b.similarity - a.similarity)
}

/** The ids of rows nearer to `a` than `b` is, by cosine, in order, without `a`. */
export function closerThan(table: EmbeddingTable, a: RowKey, b: RowKey): Uint32Array {
  const [first, second] = [table.id(a), table.id(b)]
  const { cosines } = scoreAll(table, first)
  const limit = cosines[second]!
  const live = liveRows(table)
  const closer: number[] = []
  for (let id = 0; id < cosines.length; id++) {
    if (cosines[id]! > limit && id !== first && live.has(id)) closer.push(id)
  }
  return Uint32Array.from(closer)
}

/** The key of `keys` whose row has the largest cosine with that of `key`; the first of equal ones. */
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
  const vectorNorm = norm(checked(vector))
  return Float64Array.from(keyList(vectors, 'the list of vectors'), (other) => {
    if (checked(other).length !== vector.length) {
      throw new RowspaceError(
        'DIMENSION_MISMATCH',
        `every vector must have ${vector.length} numbers; got one of ${other.length} numbers`,
        { expected: vector.length, actual: other.length },
      )
    }
    const dot = dotProduct(vector, other)
    return dot === 0 ? 0 : dot / (vectorNorm * norm(other))
  })
}
