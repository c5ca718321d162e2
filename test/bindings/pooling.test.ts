/** Sums of bags against the same float32 sums in plain TypeScript, bit for bit, for bags of all sizes in one target. */
import { expect, test } from 'vitest'
import { reserveMemory } from '../../bindings/memory.ts'
import { Pooling, UNIT } from '../../bindings/pooling.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { makeTable, randomNumbers } from '../oracle/tables.ts'

const { fround } = Math
const SIZE = 50

test.each([
  // rows as long as their places, rows with a pad, and fewer columns than rows have
  ['f32', 16, 16],
  ['f32', 20, 20],
  ['f32', 20, 5],
  ['bf16', 20, 20],
] as const)('%s rows of %i numbers, %i columns', async (dtype, dimension, columns) => {
  const shape = { capacity: SIZE, dimension, dtype, codes: false, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  const { flat } = makeTable(SIZE, dimension, 'plain', 4)
  const bits = new Uint32Array(Float32Array.from(flat).buffer)
  memory.rows.set(dtype === 'f32' ? flat : Array.from(bits, (word) => word >>> 16))
  const random = randomNumbers(9)
  const weights = Float32Array.from({ length: SIZE }, random)
  // more rows than a bag's room and more bags than there are places, so that all is done in parts
  const lengths = [...Array.from({ length: 40 }, (_, index) => index % 7), 120, 9000, 3, 4000, 4000, 4000, 1]
  const bags = lengths.map((length) =>
    Uint32Array.from({ length }, () => Math.floor((random() + 2) * SIZE) % SIZE),
  )
  const target = new Float32Array(bags.length * columns)
  const pooling = new Pooling(memory, columns, target)
  for (const [index, ids] of bags.entries())
    pooling.add(ids, index % 2 === 0 ? weights : undefined, fround(0.3))
  pooling.flush()
  const rows = Array.from({ length: SIZE }, (_, id) => memory.row(id))
  for (const [index, ids] of bags.entries()) {
    const expected = new Float32Array(columns)
    for (const id of ids) {
      const weight = index % 2 === 0 ? weights[id]! : 1
      for (let j = 0; j < columns; j++) expected[j] = fround(expected[j]! + fround(rows[id]![j]! * weight))
    }
    const scaled = expected.map((sum) => sum * fround(0.3))
    expect([...target.subarray(index * columns, (index + 1) * columns)], `bag ${index}`).toEqual([...scaled])
  }
})

test('weights are looked up by keys, and a sum is scaled to length 1', async () => {
  const shape = { capacity: 3, dimension: 2, dtype: 'f32', codes: false, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  memory.rows.set([1, 0, 0, 1, 5, 5])
  const target = new Float32Array(4)
  const pooling = new Pooling(memory, 2, target)
  pooling.add(Uint32Array.of(0, 1), Float32Array.of(9, 3, 4), 1, Uint32Array.of(1, 2))
  pooling.add(Uint32Array.of(0, 1), Float32Array.of(9, 3, 4), UNIT, Uint32Array.of(1, 2))
  pooling.flush()
  expect([...target]).toEqual([3, 4, fround(3 * fround(0.2)), fround(4 * fround(0.2))])
})
