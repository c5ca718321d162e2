/** Questions about given keys: how similar they are, which is the odd one, how many rows come between. */

import { RowspaceError } from '../core/errors.ts'
import { describe, isVector } from '../core/values.ts'
import { zeroQuery } from '../table/arguments.ts'
import type { EmbeddingTable, RowKey } from '../table/embedding-table.ts'
import { liveRows } from '../table/live-rows.ts'
import { liveIdOfKey, readKeys, scoreAll } from './keys.ts'
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

/** Keys by their similarity to the mean of all, the most central first; equal ones in the given order. */
export function rankByCentrality<Key extends RowKey>(
  table: EmbeddingTable,
  keys: Iterable<Key>,
  useNorm: boolean,
): Central<Key>[] {
  const list = readKeys(keys, 'keys')
  const known = list.flatMap((key) => {
    if (liveIdOfKey(table, key) === undefined) return []
    return [{ key, row: useNorm ? normalized(table.row(key)) : table.row(key) }]
  })
  if (known.length === 0) {
    throw new RowspaceError(
      'UNKNOWN_TOKEN',
      `none of the ${list.length} keys is in the table (the first is ${describe(list[0])}).`,
      { keys: list },
    )
  }
  const rows = known.map(({ row }) => row)
  const mean = meanVector(table, rows, { postNormalize: true })
  const ranked = known.map(({ key, row }) => ({ key, similarity: dotProduct(row, mean) }))
  return ranked.sort((a, b) => b.similarity - a.similarity)
}

/** The ids of rows nearer to `a` than `b` is, by cosine, in order, without `a`. */
export function closerThan(table: EmbeddingTable, a: RowKey, b: RowKey): Uint32Array {
  const first = table.id(a)
  const limit = table.similarity(first, b)
  const live = liveRows(table)
  const { cosines } = scoreAll(table, first)
  const closer = new Uint32Array(cosines.length)
  let count = 0
  for (let id = 0; id < cosines.length; id++) {
    const cosine = cosines[id]!
    // rows that were skipped have cosine 0
    if (cosine > limit && id !== first && (cosine !== 0 || live.has(id))) closer[count++] = id
  }
  return closer.slice(0, count)
}

/** The key of `keys` whose row has the largest cosine with that of `key`; the first of equal ones. */
export function mostSimilarToGiven<Key extends RowKey>(
  table: EmbeddingTable,
  key: RowKey,
  keys: Iterable<Key>,
): Key {
  const given: Key[] = readKeys(keys, 'keys')
  const list = table.skipped > 0 ? given.filter((one) => liveRows(table).has(table.id(one))) : given
  const { cosines } = table.scores(key, list)
  let best = 0
  for (let place = 1; place < cosines.length; place++) if (cosines[place]! > cosines[best]!) best = place
  const found = list[best]
  if (found !== undefined) return found
  throw zeroQuery('every key to choose from names a row that was not finite')
}

/** cos(a, b) over the sum of the cosines of a's `topn` nearest (Leeuwenberg et al. 2016). */
export function relativeCosineSimilarity(table: EmbeddingTable, a: RowKey, b: RowKey, topn: number): number {
  const nearest = mostSimilar(table, table.id(a), { topn })
  if (nearest.length > 0) {
    return table.similarity(a, b) / nearest.cosines.reduce((sum, cosine) => sum + cosine, 0)
  }
  throw new RowspaceError(
    'INVALID_K',
    `there are no nearest rows to compare with: topn is ${topn}, |V| is ${table.size}.`,
  )
}

/** The cosine of a vector with each of a list of vectors, in float64; 0 where one is all zeros. */
export function cosineSimilarities(
  vector: ArrayLike<number>,
  vectors: Iterable<ArrayLike<number>>,
): Float64Array {
  const vectorNorm = norm(checkedVector(vector))
  return Float64Array.from(readKeys(vectors, 'vectors'), (other) => {
    if (checkedVector(other).length !== vector.length) {
      throw new RowspaceError(
        'DIMENSION_MISMATCH',
        `every vector must have ${vector.length} numbers; got one of ${other.length} numbers.`,
        { expected: vector.length, actual: other.length },
      )
    }
    let dot = 0
    let squares = 0
    for (let i = 0; i < other.length; i++) {
      dot += vector[i]! * other[i]!
      squares += other[i]! * other[i]!
    }
    return dot === 0 ? 0 : dot / (vectorNorm * Math.sqrt(squares))
  })
}

function checkedVector(vector: ArrayLike<number>): ArrayLike<number> {
  if (isVector(vector)) return vector
  throw new RowspaceError('INVALID_ARGUMENT', `a vector must be a list of numbers; got ${describe(vector)}.`)
}
