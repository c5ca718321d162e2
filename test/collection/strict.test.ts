/**
 * Whatever is handed to a collection and is not what it takes is an error that says what to write, never
 * ignored.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

afterEach(() => vi.restoreAllMocks())

const columns = { year: 'number', key: 'string' } as const
const make = async () => {
  const collection = await Collection.create({ dimension: 2, columns })
  await collection.add([
    { key: 'a', vector: [1, 0], metadata: { year: 1 } },
    { key: 'b', vector: [1, 1], metadata: { year: 2 } },
    { key: 'c', vector: [0, 1] },
  ])
  return collection
}
type Made = Awaited<ReturnType<typeof make>>

const cases: [string, (collection: Made) => unknown, RegExp][] = [
  [
    'an id for a key',
    (c) => c.add({ id: 'x', vector: [1, 2] } as never),
    /unknown key "id" in entry 0; did you mean "key"/,
  ],
  [
    'an entry in another case',
    (c) => c.add([{ vector: [1, 2] }, { Vector: [1, 2] }] as never),
    /"Vector" in entry 1; did you mean "vector"/,
  ],
  [
    'a column beside its metadata',
    (c) => c.set('a', { year: 3 } as never),
    /entry "a" has the column "year" .* write \{ metadata: \{ "year": … \} \}/,
  ],
  ['one in an entry', (c) => c.add({ vector: [1, 2], year: 3 } as never), /entry 0 has the column "year"/],
  ['the key of a change', (c) => c.set('a', { key: 'x' } as never), /entry "a" has the column "key"/],
  ['a vector for a change', (c) => c.set('a', [1, 2] as never), /entry "a" must be an object; got Array/],
  ['no change', (c) => c.set('a', undefined as never), /entry "a" must be an object; got undefined/],
  ['null for an entry', (c) => c.add(null as never), /entry 0 must be an object; got null/],
  ['undefined for an entry', (c) => c.add([undefined] as never), /entry 0 must be an object; got undefined/],
  [
    'a Map of metadata',
    (c) => c.set('a', { metadata: new Map([['year', 1]]) as never }),
    /metadata is an object with one value per column; got Map/,
  ],
  ['null metadata', (c) => c.set('a', { metadata: null as never }), /metadata is an object .* got null/],
  [
    'a symbol for a column',
    (c) => c.set('a', { metadata: { [Symbol('year')]: 1 } as never }),
    /no column Symbol\(year\); there are "year", "key"/,
  ],
  [
    'NaN metadata',
    (c) => c.set('a', { metadata: { year: Number.NaN } }),
    /column "year" holds a number or null; got NaN/,
  ],
  [
    'a filter for a deletion',
    (c) => c.delete(c.where({ year: 1 }) as never),
    /a list of keys was expected; got Filter/,
  ],
  [
    'undefined for a deletion',
    (c) => c.delete(undefined as never),
    /a key is a string or an integer ≥ 0; got undefined/,
  ],
  ['a symbol for a deletion', (c) => c.delete(Symbol('a') as never), /a key is a string .* got Symbol\(a\)/],
  ['a filter for only', (c) => c.only(c.where({}) as never), /a list of keys was expected; got Filter/],
  ['a word for exclude', (c) => c.nearest('a', { exclude: 'a' }), /a list of keys was expected; got "a"/],
  [
    'null options',
    (c) => c.nearest('a', null as never),
    /the options of nearest\(\) must be an object; got null/,
  ],
  [
    'null for a filter',
    (c) => c.nearest('a', { filter: null as never }),
    /a condition is an object of columns.* got null/,
  ],
  [
    'a signal of another kind',
    (c) => c.save('x', { signal: true as never }),
    /signal must be an AbortSignal; got true/,
  ],
  [
    'progress of another kind',
    (c) => c.save('x', { onProgress: 1 as never }),
    /onProgress must be a function; got 1/,
  ],
  [
    'no place to save to',
    (c) => c.save(undefined as never),
    /stored at a path or in a store .* got undefined/,
  ],
  [
    'no options for a collection',
    () => Collection.create(undefined as never),
    /dimension must be an integer ≥ 1; got undefined/,
  ],
  [
    'null options for a collection',
    () => Collection.create(null as never),
    /the options of Collection\.create\(\) must be an object; got null/,
  ],
  [
    'null columns',
    () => Collection.create({ dimension: 1, columns: null as never }),
    /columns are .* got null/,
  ],
  [
    'a symbol for a type',
    () => Collection.create({ dimension: 1, columns: { a: Symbol('x') as never } }),
    /column "a" is of type .* got Symbol\(x\)/,
  ],
  [
    'nothing for a table',
    () => Collection.fromTable(undefined as never),
    /fromTable copies an EmbeddingTable; got undefined/,
  ],
]

test.each(cases)('%s', async (_, act, message) => {
  const collection = await make()
  await expect((async () => act(collection))()).rejects.toMatchObject({
    name: 'RowspaceError',
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  })
  expect([...collection.keys()]).toEqual(['a', 'b', 'c'])
  expect(collection.metadata('a')).toEqual({ year: 1, key: null })
})

test('entries may be of a class, and leave out what is undefined', async () => {
  class Note {
    key = 'note'
    vector = [1, 2]
    metadata = undefined
  }
  const collection = await make()
  expect(await collection.add([new Note(), { key: undefined, vector: [1, 2] }])).toEqual(['note', 0])
})

describe('the minimum score', () => {
  test('bounds what is near enough', async () => {
    const collection = await make()
    expect(collection.nearest([1, 0], { minScore: 0.7 }).keys).toEqual(['a', 'b'])
    expect(collection.nearest([1, 0], { minScore: 1 }).keys).toEqual(['a'])
    expect(collection.nearestBatch([[0, 2]], { minScore: 2, metric: 'dot' })[0]!.keys).toEqual(['b', 'c'])
  })
})

describe('from a table', () => {
  test('rows that are not finite are left out', async () => {
    const table = await EmbeddingTable.from([1, 0, Number.NaN, 1, 0, 1], {
      dimension: 2,
      tokens: ['a', 'b', 'c'],
      nonFinite: 'skip',
    })
    const ids: number[] = []
    const collection = await Collection.fromTable(table, {
      keyOf(id) {
        ids.push(id)
        return table.token(id)!
      },
    })
    expect([...collection.keys()]).toEqual(['a', 'c'])
    expect(ids).toEqual([0, 2])
    expect(collection.nearest([0, 1]).keys).toEqual(['c', 'a'])
  })

  test('more rows than are copied at once, with ids for keys and metadata of their own', async () => {
    const size = 2500
    const rows = Float32Array.from({ length: size * 2 }, (_, index) => index + 1)
    const table = await EmbeddingTable.from(rows, { dimension: 2 })
    const collection = await Collection.fromTable(table, {
      columns: { half: 'number' },
      metadataOf: (id) => ({ half: id / 2 }),
    })
    expect([...collection.keys()]).toEqual(Array.from({ length: size }, (_, id) => id))
    for (const id of [0, 1023, 1024, 2499]) {
      expect(collection.vector(id)).toEqual(table.row(id))
      expect(collection.metadata(id)).toEqual({ half: id / 2 })
    }
  })

  test('of rows with one name the first has it for its key, the others their ids', async () => {
    const table = await EmbeddingTable.from([1, 2, 3], { dimension: 1, tokens: ['a', 'b', 'a'] })
    expect([...(await Collection.fromTable(table)).keys()]).toEqual(['a', 'b', 2])
  })

  test('int8 rows become float32, others stay what they are', async () => {
    const rows = { dimension: 2, tokens: ['a'] }
    for (const [dtype, expected] of [
      ['int8', 'f32'],
      ['f16', 'f16'],
    ] as const) {
      const table = await EmbeddingTable.from([3, 4], { ...rows, dtype })
      const collection = await Collection.fromTable(table)
      expect(collection.dtype).toBe(expected)
      expect(collection.vector('a')).toEqual(table.row('a'))
    }
  })

  test('a copy that fails gives its memory back', async () => {
    const table = await EmbeddingTable.from([1, 2], { dimension: 2 })
    const dispose = vi.spyOn(Collection.prototype, 'dispose')
    await expect(Collection.fromTable(table, { keyOf: () => -1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    expect(dispose).toHaveBeenCalledTimes(1)
  })
})

test('what onProgress throws ends neither a save nor an opening, and is reported', async () => {
  const reported: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
  const failure = new Error('no such bar')
  let calls = 0
  const onProgress = () => {
    // the first is reported
    throw calls++ % 2 === 0 ? failure : new Error('another')
  }
  let bytes: Uint8Array<ArrayBuffer> | undefined
  const store = {
    name: 'memory',
    read: async () => (bytes === undefined ? undefined : bytesSource(bytes)),
    async write(chunks: AsyncIterable<Uint8Array>) {
      const parts: BlobPart[] = []
      for await (const chunk of chunks) parts.push(chunk.slice())
      bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
    },
    lock: async () => async () => {},
  }
  try {
    await (await make()).save(store, { onProgress })
    expect(reported).toEqual([failure])
    calls = 0
    const opened = await Collection.open(store, { onProgress })
    expect(opened.size).toBe(3)
    expect(reported).toEqual([failure, failure])
    expect(calls).toBeGreaterThan(1)
  } finally {
    vi.unstubAllGlobals()
  }
})
