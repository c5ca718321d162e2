/** Keys: which are the same, and what deleting one and adding it again does. */
import { describe, expect, test } from 'vitest'
import { Collection, type Key } from '../../src/collection.ts'
import { memoryStore } from './forged.ts'

const columns = { year: 'number', text: 'string', open: 'boolean' } as const

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
