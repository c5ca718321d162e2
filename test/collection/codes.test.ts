/** The codes of a collection: made once per row, right after every change, and saved with the rows. */
import { describe, expect, test } from 'vitest'
import { TableMemory } from '../../bindings/table-memory.ts'
import { Collection, type Key } from '../../src/collection.ts'
import { searchAll } from '../oracle/search.ts'
import { fillVector, randomNumbers } from '../oracle/tables.ts'
import { type MemoryStore, memoryStore } from './forged.ts'

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
