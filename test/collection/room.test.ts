/** Room for rows: when it grows, when gaps are closed, and when memory is freed. */
import { afterEach, expect, test, vi } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { Column } from '../../src/metadata/columns.ts'

afterEach(() => vi.unstubAllGlobals())

test('room: gaps are closed where they are enough, else it doubles, or is what is needed', async () => {
  const collection = await Collection.create({ dimension: 1, capacity: 8 })
  const add = (count: number) => collection.add(Array.from({ length: count }, () => ({ vector: [1] })))
  await add(8)
  expect([collection.capacity, collection.size]).toEqual([8, 8])
  await add(1)
  expect(collection.capacity).toBe(16)
  await add(7)
  await collection.delete(Array.from({ length: 10 }, (_, key) => key))
  // 6 of 16 are there: room for 2 more without another memory
  await add(2)
  expect([collection.capacity, collection.size]).toEqual([16, 8])
  await add(100)
  expect([collection.capacity, collection.size]).toEqual([108, 108])
  await collection.reserve(50)
  expect(collection.capacity).toBe(108)
  await collection.compact()
  expect(collection.capacity).toBe(108)
})

test('room is what is needed if memory is too short for twice as much, and a failure changes nothing', async () => {
  const { Memory } = WebAssembly
  let [last, limit] = [0, Number.POSITIVE_INFINITY]
  class LimitedMemory extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      last = descriptor.initial
      if (last > limit) throw new RangeError('no memory')
      super(descriptor)
    }
  }
  vi.stubGlobal('WebAssembly', Object.assign(Object.create(WebAssembly), { Memory: LimitedMemory }))
  const create = (capacity: number) => Collection.create({ dimension: 256, capacity, codes: false })
  const vector = new Float32Array(256).fill(1)
  using collection = await create(1000)
  await collection.add(Array.from({ length: 1000 }, () => ({ vector })))
  ;(await create(1001)).dispose()
  limit = last
  await collection.add({ vector })
  expect([collection.capacity, collection.size]).toEqual([1001, 1001])
  const more = Array.from({ length: 100 }, () => ({ vector }))
  await expect(collection.add(more)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' })
  expect([collection.capacity, collection.size]).toEqual([1001, 1001])
  expect(collection.nearest(vector, { k: 2000 }).length).toBe(1001)
})

test('columns without room are given it before the next entries', async () => {
  const collection = await Collection.create({ dimension: 1, columns: { year: 'number' }, capacity: 2 })
  const add = (year: number) => collection.add({ vector: [1], metadata: { year } })
  await Promise.all([add(0), add(1)])
  const reserve = vi.spyOn(Column.prototype, 'reserve').mockImplementation(() => {
    throw new RangeError('Array buffer allocation failed')
  })
  await expect(add(2)).rejects.toThrow('allocation failed')
  expect(collection.size).toBe(2)
  reserve.mockRestore()
  await add(3)
  expect(collection.nearest([1], { filter: { year: 3 } }).keys).toEqual([2])
})

test('room is given back where less than half is used, not at the half', async () => {
  const collection = await Collection.create({ dimension: 1, capacity: 8 })
  await collection.add(Array.from({ length: 4 }, () => ({ vector: [1] })))
  await collection.compact()
  expect(collection.capacity).toBe(8)
  await collection.delete(0)
  await collection.compact()
  expect(collection.capacity).toBe(3)
})
