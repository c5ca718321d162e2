/** A collection's file opened whole, and left where it is. */
import { expect } from 'vitest'
import { Collection, type Key } from '../../src/collection.ts'
import { readSafetensorsHeader } from '../../src/formats/safetensors/header.ts'
import type { ColumnTypes } from '../../src/metadata/types.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { type StoredCollection, type ViewCollectionOptions, viewCollection } from '../../src/stored.ts'
import { makeQuery } from '../oracle/tables.ts'
import { memoryStore } from './forged.ts'
import { makeSaved } from './saved.ts'

export type Made = Collection<ColumnTypes>
export type Stored = StoredCollection<ColumnTypes>

export async function saved(collection: Collection<never> | Made): Promise<Uint8Array<ArrayBuffer>> {
  const store = memoryStore()
  await (collection as Made).save(store)
  return store.bytes
}

/** The file opened whole, and left where it is. */
export async function bothOf(
  bytes: Uint8Array<ArrayBuffer>,
  options: ViewCollectionOptions<ColumnTypes> = {},
) {
  const whole: Made = await Collection.open(memoryStore(bytes))
  return { whole, stored: (await viewCollection(bytes, options)) as Stored }
}

/** Asks both everything; `queries` are keys and vectors. */
export async function expectSame(
  stored: Stored,
  whole: Made,
  queries: (Key | Float32Array)[],
): Promise<void> {
  const keys = [...whole.keys()]
  expect([...stored.keys()]).toEqual(keys)
  expect([stored.size, stored.dimension, stored.dtype]).toEqual([whole.size, whole.dimension, whole.dtype])
  for (const key of keys.slice(0, 3)) {
    expect(await stored.vector(key)).toEqual(whole.vector(key))
    expect(stored.metadata(key)).toEqual(whole.metadata(key))
    expect(await stored.similarity(key, queries[0] ?? key)).toBe(whole.similarity(key, queries[0] ?? key))
  }
  const [column = 'none', ...columns] = Object.keys(whole.metadata(keys[0] as Key))
  const even = (key: Key) => keys.indexOf(key) % 2 === 0
  const several = [
    { k: 5 },
    { k: whole.size, metric: 'dot' },
    { k: 0 },
    { k: 7, includeInputs: true, minScore: 0.1 },
    { k: 20, exclude: keys.slice(0, 9) },
    { k: 9, filter: even },
    ...[...[column], ...columns].flatMap((name) => [
      { filter: { [name]: null }, k: 30 },
      { filter: [{ [name]: { ne: null } }, {}], k: 3 },
      { filter: { [name]: { in: valuesOf(whole, name).slice(0, 2) } } },
    ]),
  ] as const
  for (const options of several) {
    const expected = whole.nearestBatch(queries, options as never)
    const actual = await stored.nearestBatch(queries, options as never)
    expect(actual.map((matches) => matches.toArray())).toEqual(expected.map((matches) => matches.toArray()))
    const [first] = queries
    if (first === undefined) continue
    const answer = await stored.nearest(first, options as never)
    expect(answer.toArray()).toEqual(whole.nearest(first, options as never).toArray())
    expect(answer.keys).toEqual([...answer].map(({ key }) => key))
  }
  const some = keys.slice(2, 8)
  const filters = [
    [stored.only(some), whole.only(some)],
    [stored.where(even), whole.where(even)],
  ] as const
  for (const [filter, same] of filters) {
    const actual = await stored.nearestBatch(queries, { filter, k: 4 })
    const expected = whole.nearestBatch(queries, { filter: same, k: 4 })
    expect(actual.map((matches) => matches.toArray())).toEqual(expected.map((matches) => matches.toArray()))
  }
}

function valuesOf(whole: Made, column: string): (string | number | boolean)[] {
  const values = Array.from(whole.keys(), (key) => whole.metadata(key)[column])
  return [...new Set(values)].filter((value) => value !== null && value !== undefined)
}

export const SAVED = await saved(await makeSaved(400, { codes: true }))
export const [EMBEDDINGS_START, EMBEDDINGS_END] = await (async () => {
  const { tensors } = await readSafetensorsHeader(bytesSource(SAVED))
  const { start = 0, end = 0 } = tensors.get('embeddings') ?? {}
  return [start, end]
})()
export const QUERY = makeQuery(24, 'model', 5)

/** The file, whose `onRead` sees each read before it is made. */
export function watched(onRead: (start: number, end: number) => void, bytes = SAVED): ByteSource {
  const inner = bytesSource(bytes)
  return {
    name: 'watched',
    size: inner.size,
    read(start, end, options) {
      onRead(start, end)
      return inner.read(start, end, options)
    },
  }
}
