/** What was deleted or replaced is gone: from memory at once, and from the bytes of the next save. */
import { describe, expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { forge, memoryStore, setText } from './forged.ts'

const columns = { text: 'string', year: 'number', open: 'boolean' } as const
const make = async () => {
  const collection = await Collection.create({ dimension: 2, columns })
  await collection.add([
    { key: 'first', vector: [1, 0], metadata: { text: 'secret one', year: 1, open: true } },
    { key: 'second', vector: [0, 1], metadata: { text: 'public', year: 2, open: false } },
    { key: 'third', vector: [1, 1], metadata: { text: 'public', year: 3, open: true } },
  ])
  return collection
}
const textOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)
type Made = Awaited<ReturnType<typeof make>>

describe('a text is not in the next file', () => {
  test.each<[string, (collection: Made) => Promise<unknown>]>([
    ['after its entry was deleted', (collection) => collection.delete('first')],
    ['after it was set to another', (collection) => collection.set('first', { metadata: { text: 'new' } })],
    ['after it was set to null', (collection) => collection.set('first', { metadata: { text: null } })],
    [
      'after its entry was replaced',
      (collection) => collection.add({ key: 'first', vector: [1, 2] }, { duplicates: 'overwrite' }),
    ],
    [
      'after a deletion and a compaction',
      async (collection) => {
        await collection.delete('first')
        await collection.compact()
      },
    ],
  ])('%s', async (_, change) => {
    const collection = await make()
    const store = memoryStore()
    await collection.save(store)
    expect(textOf(store.bytes)).toContain('secret one')
    await change(collection)
    await collection.save(store)
    expect(textOf(store.bytes)).not.toContain('secret')
    expect(textOf(store.bytes)).toContain('public')
    const opened = await Collection.open(store, { columns })
    for (const key of collection.keys()) expect(opened.metadata(key)).toEqual(collection.metadata(key))
    expect(opened.metadata('third')).toEqual({ text: 'public', year: 3, open: true })
    expect(opened.nearest([1, 1], { filter: { text: 'public' } }).length).toBe(2)
    // and goes on to be right
    await opened.set('third', { metadata: { text: 'later' } })
    await opened.add({ key: 'fourth', vector: [2, 1], metadata: { text: 'later' } })
    expect(new Set(opened.nearest([1, 1], { filter: { text: 'later' } }).keys)).toEqual(
      new Set(['third', 'fourth']),
    )
  })

  test('nor a deleted key and a deleted vector', async () => {
    const collection = await make()
    const store = memoryStore()
    await collection.add({ key: 'hidden', vector: [123.5, 0] })
    await collection.delete('hidden')
    await collection.save(store)
    expect(textOf(store.bytes)).not.toContain('hidden')
    const number = new TextDecoder('latin1').decode(new Uint8Array(Float32Array.of(123.5).buffer))
    expect(textOf(store.bytes)).not.toContain(number)
  })
})

test('400,000 texts one after the other need the room of one', async () => {
  const collection = await Collection.create({ dimension: 1, columns: { text: 'string' } })
  const store = memoryStore()
  await collection.add({ key: 'a', vector: [1], metadata: { text: 'text number 100000' } })
  await collection.save(store)
  const { length } = store.bytes
  for (let index = 100_001; index < 500_001; index++) {
    const done = collection.set('a', { metadata: { text: `text number ${index}` } })
    if (index % 1000 === 0) await done
  }
  await collection.save(store)
  expect(store.bytes.length).toBe(length)
  expect(collection.metadata('a')).toEqual({ text: 'text number 500000' })
})

test('texts that nobody has are left out of the file, and forgotten when a file has them', async () => {
  const collection = await make()
  await collection.set('second', { metadata: { text: 'third text' } })
  await collection.delete(['first', 'third'])
  const store = memoryStore()
  await collection.save(store)
  expect(textOf(store.bytes)).toContain('["third text"]')
  const forged = await forge(store.bytes, (file) =>
    setText(file, 'strings.text', '["third text","left over"]'),
  )
  expect(textOf(forged.bytes)).toContain('left over')
  const opened = await Collection.open(forged)
  await opened.save(forged)
  expect(textOf(forged.bytes)).not.toContain('left over')
  expect((await Collection.open(forged)).metadata('second').text).toBe('third text')
})
