/**
 * How many rows are scored in full because their codes did not rule them out: pinned, since the answers do
 * not show it. A change that is meant to rule out more or fewer changes these numbers; one that is not must
 * leave them.
 */
import { expect, test } from 'vitest'
import { makeCodes } from '../../bindings/codes.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { searchOne, searchSome } from '../oracle/kernel.ts'
import { type Kind, METRICS, makeQuery, makeTable } from '../oracle/tables.ts'

const DIMENSION = 24
const COUNTS = [1, 10, 100]
/** Questions of a batch: four by one kernel, and one more by another. */
const BATCH = 5

/** Rows scored by each metric and each k: for single questions, and for the same as a batch. */
async function rescored(kind: Kind, size: number, bits: 4 | 8) {
  const shape = { capacity: size, dimension: DIMENSION, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  memory.rows.set(makeTable(size, DIMENSION, kind, 3).flat)
  memory.computeNorms(0, size)
  makeCodes(memory, size, bits)
  memory.mask.fill(-1)
  const queries = Array.from({ length: BATCH }, (_, seed) => makeQuery(DIMENSION, kind, seed))
  const cases = METRICS.flatMap((metric) => COUNTS.map((k) => ({ metric, k })))
  const single = cases.map(({ metric, k }) =>
    queries.reduce((sum, query) => {
      searchOne(memory, memory.queryByVector(query), { size, allowed: size, metric, k })
      return sum + memory.questions.rescored(0)
    }, 0),
  )
  const batches = cases.map(({ metric, k }) => {
    const norms = queries.map((query, index) => memory.queryByVector(query, index))
    searchSome(memory, norms, { size, allowed: size, metric, k })
    return queries.reduce((sum, _, index) => sum + memory.questions.rescored(index), 0)
  })
  return { single: single.join(' '), batches: batches.join(' ') }
}

test.each([
  ['plain', 3000, 8, '8 54 860 7 53 840'],
  ['plain', 3000, 4, '17 145 1135 19 134 1127'],
  ['plain', 20_000, 8, '8 74 1564 7 67 1541'],
  ['plain', 20_000, 4, '47 242 2098 25 218 2017'],
  ['model', 3000, 8, '11 61 864 5 53 841'],
  ['model', 20_000, 4, '508 937 2961 15 204 1811'],
  ['near', 12_000, 8, '37695 37695 37695 37695 37695 37695'],
  ['grid', 12_000, 4, '29 201 1875 19 188 1815'],
] as const)('%s numbers, %i rows, codes of %i bits', async (kind, size, bits, expected) => {
  expect(await rescored(kind, size, bits)).toEqual({ single: expected, batches: expected })
})

test('half of the rows left out', async () => {
  const size = 5000
  const shape = { capacity: size, dimension: DIMENSION, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  memory.rows.set(makeTable(size, DIMENSION, 'plain', 3).flat)
  memory.computeNorms(0, size)
  makeCodes(memory, size, 4)
  memory.mask.fill(0x55555555)
  searchOne(memory, memory.queryByVector(makeQuery(DIMENSION, 'plain', 1)), {
    size: size,
    allowed: size / 2,
    metric: 'dot',
    k: 10,
  })
  expect(memory.questions.rescored(0)).toBe(31)
})
