/** Rows that one query of a batch leaves out, by its list: as if the mask left them out for all. */
import { expect, test } from 'vitest'
import { makeCodes } from '../../bindings/codes.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { readAnswer, search } from '../../bindings/search.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { makeTable } from '../oracle/tables.ts'

const [SIZE, DIMENSION, K] = [3000, 24, 5]

/** The answer of query `place`, as ids and cosines. */
function answerOf(memory: TableMemory, place: number) {
  const count = readAnswer(memory, place, K)
  return [...memory.ids.slice(0, count), ...memory.cosines.slice(0, count)]
}

test.each([undefined, 8, 4] as const)('codes of %s bits', async (bits) => {
  const shape = { capacity: SIZE, dimension: DIMENSION, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  memory.rows.set(makeTable(SIZE, DIMENSION, 'plain', 3).flat)
  memory.computeNorms(0, SIZE)
  if (bits !== undefined) makeCodes(memory, SIZE, bits)
  const params = { size: SIZE, allowed: SIZE, metric: 'cosine', k: K } as const
  for (const count of [1, 2, 5]) {
    for (const excludedCount of [0, 1, 2, 3, 40]) {
      // the rows nearest to each query, which would all be in its answer
      memory.mask.fill(-1)
      const queries = Array.from({ length: count }, (_, place) => {
        const wide = { ...params, k: Math.max(1, excludedCount) }
        search(memory, [{ inverseNorm: memory.queryByRow(place * 7), excluded: [] }], wide)
        const found = readAnswer(memory, 0, wide.k)
        return { row: place * 7, excluded: memory.ids.slice(0, found).sort().slice(0, excludedCount) }
      })
      const expected = queries.map(({ row, excluded }) => {
        memory.mask.fill(-1)
        for (const id of excluded) memory.mask[id >>> 5]! &= ~(1 << (id & 31))
        search(memory, [{ inverseNorm: memory.queryByRow(row), excluded: [] }], params)
        return answerOf(memory, 0)
      })
      memory.mask.fill(-1)
      search(
        memory,
        queries.map(({ row, excluded }, place) => ({
          inverseNorm: memory.queryByRow(row, place),
          excluded,
        })),
        params,
      )
      expect(queries.map((_, place) => answerOf(memory, place))).toEqual(expected)
      expect(expected.every(({ length }) => length === 2 * K)).toBe(true)
    }
  }
})
