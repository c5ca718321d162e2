/**
 * The bits themselves, written down: answers must not change from one engine, version or machine to another,
 * nor may core and oracle be changed together without anyone noticing.
 */
import { expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { DIMENSIONS, makeQuery, makeTable } from '../oracle/tables.ts'

/** FNV-1a over 32-bit words. */
function hash(words: Iterable<number>, seed = 0x811c9dc5): number {
  let state = seed
  for (const word of words) state = Math.imul(state ^ word, 0x01000193)
  return state >>> 0
}

const bitsOf = (floats: Float32Array) => new Uint32Array(floats.buffer, floats.byteOffset, floats.length)

test.each([
  ['cosine', 331784776],
  ['dot', 935172672],
] as const)('all answers by %s over all dimensions', async (metric, expected) => {
  let state: number | undefined
  for (const dimension of DIMENSIONS) {
    const { flat, size } = makeTable(40, dimension, 'plain', dimension)
    using table = await EmbeddingTable.from(flat, { dimension })
    const { ids, cosines, dots } = table.nearest(makeQuery(dimension, 'plain', dimension), {
      k: size,
      metric,
    })
    state = hash([...ids, ...bitsOf(cosines), ...bitsOf(dots)], state)
  }
  expect(state).toBe(expected)
})
