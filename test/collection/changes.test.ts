/**
 * What changes leave behind: metadata, keys and codes after growth, replacement, deletion, compaction, save
 * and open.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { TableMemory } from '../../bindings/table-memory.ts'
import { Collection, type Key } from '../../src/collection.ts'
import { searchAll } from '../oracle/search.ts'
import { fillVector, randomNumbers } from '../oracle/tables.ts'
import { type MemoryStore, memoryStore } from './forged.ts'

afterEach(() => vi.unstubAllGlobals())

const columns = { year: 'number', text: 'string', open: 'boolean' } as const
const metadataOf = (index: number) => ({
  year: index % 4 === 0 ? null : index,
  text: [null, 'a', 'b', 'c'][index % 4] ?? null,
  open: [true, false, null][index % 3] ?? null,
})

describe('metadata', () => {
  test('of every type stays when rows move to a larger memory, and to a smaller one', async () => {
    const collection = await Collection.create({ dimension: 1, columns, capacity: 2 })
    const check = () => {
      for (const key of collection.keys()) expect(collection.metadata(key)).toEqual(metadataOf(Number(key)))
    }
    for (let index = 0; index < 300; index++) {
      await collection.add({ key: index, vector: [1], metadata: metadataOf(index) })
    }
    check()
    await collection.delete(Array.from({ length: 290 }, (_, index) => index))
    check()
    await collection.compact()
    expect(collection.capacity).toBe(10)
    check()
    await collection.add({ key: 300, vector: [1], metadata: metadataOf(300) })
    check()
    // what a place held before is gone
    await collection.add({ key: 'bare', vector: [1] })
    expect(collection.metadata('bare')).toEqual({ year: null, text: null, open: null })
  })

  test('of an entry that is replaced is the new one’s alone', async () => {
    const collection = await Collection.create({ dimension: 1, columns })
    await collection.add({ key: 'a', vector: [1], metadata: { year: 1, text: 'x', open: true } })
    await collection.add({ key: 'a', vector: [2], metadata: { text: 'y' } }, { duplicates: 'overwrite' })
    expect(collection.metadata('a')).toEqual({ year: null, text: 'y', open: null })
    expect(collection.vector('a')).toEqual(Float32Array.of(2))
    expect(collection.size).toBe(1)
    // a change leaves what it does not name
    await collection.set('a', { metadata: { open: false } })
    expect(collection.metadata('a')).toEqual({ year: null, text: 'y', open: false })
    await collection.set('a', { vector: [3] })
    expect(collection.metadata('a')).toEqual({ year: null, text: 'y', open: false })
  })

  test('infinite numbers, zero of either sign and empty texts are values', async () => {
    const collection = await Collection.create({ dimension: 1, columns })
    await collection.add([
      { vector: [1], metadata: { year: Infinity, text: '' } },
      { vector: [1], metadata: { year: -0, text: null } },
    ])
    expect(collection.metadata(0)).toEqual({ year: Infinity, text: '', open: null })
    expect(collection.metadata(1).year).toBe(-0)
    expect(collection.nearest([1], { filter: { year: 0 } }).keys).toEqual([1])
    expect(collection.nearest([1], { filter: { text: '' } }).keys).toEqual([0])
    expect(collection.nearest([1], { filter: { text: null } }).keys).toEqual([1])
  })

  test('of answers does not change with the collection', async () => {
    const collection = await Collection.create({ dimension: 1, columns })
    await collection.add({ key: 'a', vector: [1], metadata: { text: 'then' } })
    const found = collection.nearest([1])
    await collection.set('a', { metadata: { text: 'now' } })
    await collection.delete('a')
    expect(found.at(0)).toMatchObject({ key: 'a', metadata: { text: 'then' } })
    expect([found.at(-1)?.key, found.at(1), found.at(-2)]).toEqual(['a', undefined, undefined])
  })
})

describe('keys', () => {
  test('a deleted key is added again, as a new entry behind the others', async () => {
    const collection = await Collection.create({ dimension: 1, columns })
    await collection.add([
      { key: 'a', vector: [1], metadata: { text: 'old', open: true } },
      { key: 'b', vector: [2] },
    ])
    await collection.delete('a')
    expect(collection.has('a')).toBe(false)
    expect(() => collection.vector('a')).toThrow(expect.objectContaining({ code: 'UNKNOWN_KEY' }))
    await collection.add({ key: 'a', vector: [3] })
    expect([...collection.keys()]).toEqual(['b', 'a'])
    expect(collection.size).toBe(2)
    expect(collection.vector('a')).toEqual(Float32Array.of(3))
    expect(collection.metadata('a')).toEqual({ year: null, text: null, open: null })
    expect(collection.nearest([1], { k: 5 }).keys).toEqual(['b', 'a'])
    await collection.compact()
    expect([...collection.keys()]).toEqual(['b', 'a'])
    expect(collection.vector('a')).toEqual(Float32Array.of(3))
  })

  test('0 and "0" are two', async () => {
    const collection = await Collection.create({ dimension: 1 })
    await collection.add([
      { key: 0, vector: [1] },
      { key: '0', vector: [2] },
      { key: '', vector: [3] },
    ])
    expect([collection.vector(0)[0], collection.vector('0')[0], collection.vector('')[0]]).toEqual([1, 2, 3])
    const store = memoryStore()
    await collection.save(store)
    expect([...(await Collection.open(store)).keys()]).toEqual([0, '0', ''])
  })

  test('a deletion of a key twice is one deletion', async () => {
    const collection = await Collection.create({ dimension: 1 })
    await collection.add([{ vector: [1] }, { vector: [2] }])
    await collection.delete([0, 0])
    expect([...collection.keys()]).toEqual([1])
  })
})

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

test('room is given back where less than half is used, not at the half', async () => {
  const collection = await Collection.create({ dimension: 1, capacity: 8 })
  await collection.add(Array.from({ length: 4 }, () => ({ vector: [1] })))
  await collection.compact()
  expect(collection.capacity).toBe(8)
  await collection.delete(0)
  await collection.compact()
  expect(collection.capacity).toBe(3)
})

test('a filter function sees the entries that are there alone', async () => {
  const collection = await Collection.create({ dimension: 1 })
  await collection.add([
    { key: 'a', vector: [1] },
    { key: 'b', vector: [2] },
  ])
  await collection.delete('a')
  const seen: Key[] = []
  collection.nearest([1], { filter: (key) => seen.push(key) > 0 })
  expect(seen).toEqual(['b'])
})

describe('codes', () => {
  const DIMENSION = 24
  const SIZE = 600
  type Rows = Map<Key, Float32Array>

  /** Rows that codes rule out well, held beside the collection. */
  async function make(codes: boolean) {
    const random = randomNumbers(11)
    const vector = () => fillVector(new Float32Array(DIMENSION), 'model', random)
    const collection = await Collection.create({ dimension: DIMENSION, codes })
    const rows: Rows = new Map()
    const add = async (count: number) => {
      const entries = Array.from({ length: count }, () => ({ vector: vector() }))
      const keys = await collection.add(entries)
      for (const [index, key] of keys.entries()) rows.set(key, entries[index]!.vector)
    }
    await add(SIZE)
    return { collection, rows, vector, add }
  }

  function check(collection: Collection, rows: Rows, queries: readonly Float32Array[]): void {
    const entries = [...rows]
    expect([...collection.keys()]).toEqual(entries.map(([key]) => key))
    for (const query of queries) {
      for (const metric of ['cosine', 'dot'] as const) {
        const options = { k: 5, metric }
        const expected = searchAll(
          entries.map(([, row]) => row),
          query,
          options,
        )
        const found = collection.nearest(query, options)
        expect(found.keys).toEqual(expected.map(({ id }) => entries[id]![0]))
        expect([...found[`${metric}s`]]).toEqual(expected.map((match) => match[metric]))
      }
    }
  }

  test('are right after every change, before and after save and open', async () => {
    const { collection, rows, vector } = await make(true)
    const queries = Array.from({ length: 6 }, vector)
    const set = async (current: Collection, key: number, row: Float32Array) => {
      await current.set(key, { vector: row })
      rows.set(key, row)
    }
    const remove = async (current: Collection, keys: number[]) => {
      await current.delete(keys)
      for (const key of keys) rows.delete(key)
    }
    let current: Collection = collection
    for (let round = 0; round < 3; round++) {
      check(current, rows, queries)
      // a row far away becomes the nearest of all, and the nearest goes far away
      for (const [index, query] of queries.entries())
        await set(
          current,
          10 * index + round,
          query.map((x) => x * 1.01),
        )
      check(current, rows, queries)
      const nearest = current.nearest(queries[0]!, { k: 3 }).keys as number[]
      for (const key of nearest)
        await set(
          current,
          key,
          rows.get(key)!.map((x) => -x),
        )
      check(current, rows, queries)
      await remove(current, current.nearest(queries[1]!, { k: 3 }).keys as number[])
      check(current, rows, queries)
      const entry = { vector: queries[2]!.map((x) => x * 0.99) }
      const [key] = await current.add(entry)
      rows.set(key!, entry.vector)
      check(current, rows, queries)
      if (round === 1) await current.compact()
      const store = memoryStore()
      await current.save(store)
      check(current, rows, queries)
      // 'codes' unsaid: those of the file are taken
      current = await Collection.open(store, round === 0 ? {} : { capacity: 2000 })
    }
    check(current, rows, queries)
  })

  test('are not taken where a row is too large for them, and again when it is gone', async () => {
    const { collection, rows, vector } = await make(true)
    const queries = Array.from({ length: 3 }, vector)
    check(collection, rows, queries)
    const large = new Float32Array(DIMENSION).fill(1e30)
    for (const change of ['set', 'delete'] as const) {
      const [key] = await collection.add({ vector: large })
      rows.set(key!, large)
      check(collection, rows, queries)
      const store = memoryStore()
      await collection.save(store)
      check(await Collection.open(store, { codes: true }), rows, queries)
      if (change === 'set') {
        const small = vector()
        await collection.set(key!, { vector: small })
        rows.set(key!, small)
      } else {
        await collection.delete(key!)
        rows.delete(key!)
      }
      check(collection, rows, queries)
      const after = memoryStore()
      await collection.save(after)
      expect(hasCodes(store)).toBe(false)
      expect(hasCodes(after)).toBe(true)
    }
  })

  test('are made once per row: again for those that changed, and all when rows have doubled', async () => {
    const { collection, vector, add } = await make(true)
    const encoded: [number, number][] = []
    const { encodeRows } = TableMemory.prototype
    TableMemory.prototype.encodeRows = function (from, to) {
      encoded.push([from, to])
      return encodeRows.call(this, from, to)
    }
    try {
      const during = async (change: () => Promise<unknown> | undefined) => {
        encoded.length = 0
        await change()
        collection.nearest(vector())
        return encoded.slice()
      }
      expect(await during(() => undefined)).toEqual([[0, SIZE]])
      expect(await during(() => undefined)).toEqual([])
      expect(await during(() => collection.set(7, { vector: vector() }))).toEqual([[7, 8]])
      expect(await during(() => add(10))).toEqual([[SIZE, SIZE + 10]])
      expect(await during(() => collection.delete(3))).toEqual([[3, 4]])
      expect(await during(() => add(SIZE - 11))).toEqual([[SIZE + 10, 2 * SIZE - 1]])
      expect(await during(() => add(1))).toEqual([[0, 2 * SIZE]])
    } finally {
      TableMemory.prototype.encodeRows = encodeRows
    }
  })

  test('are in the file where there are any, and not where there are none', async () => {
    for (const codes of [true, false]) {
      const { collection } = await make(codes)
      const store = memoryStore()
      await collection.save(store)
      expect(hasCodes(store)).toBe(codes)
    }
  })
})

function hasCodes({ bytes }: MemoryStore): boolean {
  return new TextDecoder().decode(bytes.subarray(8, 4000)).includes('"code_scales"')
}
