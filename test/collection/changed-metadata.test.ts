/** Metadata after entries were added, replaced, set and deleted, and rows have moved. */
import { describe, expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'

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

test('a column may have any name, and the metadata is an object like others', async () => {
  const names = ['__proto__', 'constructor', '1', 'year', '0']
  const columns = Object.fromEntries(names.map((name) => [name, 'number' as const]))
  const collection = await Collection.create({ dimension: 1, columns })
  const metadata = Object.fromEntries(names.map((name, index) => [name, index]))
  await collection.add([
    { key: 'a', vector: [1], metadata },
    { key: 'b', vector: [2] },
  ])
  const read = collection.metadata('a')
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  expect(Object.getOwnPropertyDescriptor(read, '__proto__')?.value).toBe(0)
  expect(Object.entries(read)).toEqual(Object.entries(metadata))
  expect(Object.values(collection.metadata('b'))).toEqual([null, null, null, null, null])
  const [match] = collection.nearest([1], { k: 1, filter: (_, { year }) => year === 3 })
  expect(Object.entries(match?.metadata ?? {})).toEqual(Object.entries(metadata))
})
