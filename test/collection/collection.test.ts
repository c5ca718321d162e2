/** What a collection promises beside its answers: views, filters, order of changes, bad input, tables. */
import { describe, expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

const columns = { year: 'number', language: 'string', open: 'boolean' } as const
const make = async () => {
  const collection = await Collection.create({ dimension: 2, columns, capacity: 4 })
  await collection.add([
    { key: 'east', vector: [1, 0], metadata: { year: 2019, language: 'de', open: true } },
    { key: 'north', vector: [0, 1], metadata: { year: 2021, language: 'en', open: false } },
    { key: 'north-east', vector: [1, 1], metadata: { year: 2023, language: 'de' } },
    { key: 7, vector: [3, 4] },
  ])
  return collection
}

test('keeps keys, vectors and metadata', async () => {
  const collection = await make()
  expect([...collection.keys()]).toEqual(['east', 'north', 'north-east', 7])
  expect(collection.metadata('north-east')).toEqual({ year: 2023, language: 'de', open: null })
  expect(collection.vector(7)).toEqual(Float32Array.of(3, 4))
  expect(await collection.add({ vector: [0, 2] })).toEqual([8])
  expect(collection.similarity('north', 8)).toBe(1)
  expect(collection.similarity([1, 0], 'north-east')).toBe(collection.similarity('north-east', 'east'))
  const batch = collection.nearestBatch(['east', [0, 1]], { k: 2 })
  expect(batch.map((found) => found.keys)).toEqual([
    ['north-east', 7],
    ['north', 8],
  ])
  expect(JSON.parse(JSON.stringify(batch[0]))[0]).toMatchObject({
    key: 'north-east',
    metadata: { year: 2023 },
  })
})

test('numbers are never given out twice', async () => {
  const collection = await make()
  await collection.delete(7)
  expect(await collection.add([{ vector: [1, 2] }, { key: 20, vector: [1, 2] }, { vector: [2, 1] }])).toEqual(
    [8, 20, 21],
  )
})

test('changes come one after the other, of what was handed over at the call', async () => {
  const collection = await Collection.create({ dimension: 2, capacity: 1 })
  const vector = new Float32Array(2)
  const all = Array.from({ length: 20 }, (_, index) => {
    vector.set([index, 1])
    return collection.add({ key: `${index}`, vector })
  })
  const gone = collection.delete('3')
  await Promise.all([...all, gone])
  expect([...collection.keys()]).toEqual(
    Array.from({ length: 20 }, (_, i) => `${i}`).filter((key) => key !== '3'),
  )
  expect(collection.vector('11')).toEqual(Float32Array.of(11, 1))
})

test('a change that is rejected leaves everything, and those after it are made', async () => {
  const collection = await make()
  const rejected = collection.add([
    { key: 'new', vector: [1, 1] },
    { key: 'east', vector: [1, 1] },
  ])
  const after = collection.add({ key: 'after', vector: [1, 1] })
  await expect(rejected).rejects.toMatchObject({ code: 'DUPLICATE_KEY', details: { key: 'east', index: 1 } })
  await after
  expect([...collection.keys()]).toEqual(['east', 'north', 'north-east', 7, 'after'])
})

describe('views', () => {
  test('show what is there until rows move', async () => {
    const collection = await make()
    const view = collection.view('north')
    expect(view.values).toEqual(Float32Array.of(0, 1))
    await collection.set('north', { vector: [0, 2] })
    expect(view.values).toEqual(Float32Array.of(0, 2))
    await collection.add({ vector: [1, 1] }) // the fifth of four
    expect(view.expired).toBe(true)
    expect(() => view.values).toThrow(expect.objectContaining({ code: 'EXPIRED_VIEW' }))
    expect(collection.view('north').values).toEqual(Float32Array.of(0, 2))
  })

  test.each([
    ['its deletion', (collection: Awaited<ReturnType<typeof make>>) => collection.delete('north')],
    [
      'a compaction',
      async (collection: Awaited<ReturnType<typeof make>>) => {
        await collection.delete('east')
        await collection.compact()
      },
    ],
  ])('end with %s', async (_, change) => {
    const collection = await make()
    const view = collection.view('north')
    await change(collection)
    expect(() => view.values).toThrow(/north.*vector\(\)/)
  })

  test('stay while there is room that was reserved', async () => {
    const collection = await make()
    await collection.reserve(1000)
    const view = collection.view('east')
    await collection.add(Array.from({ length: 900 }, () => ({ vector: [1, 2] })))
    expect(view.values).toEqual(Float32Array.of(1, 0))
    expect(collection.capacity).toBe(1000)
  })
})

describe('filters', () => {
  const keysOf = (
    collection: Awaited<ReturnType<typeof make>>,
    filter: Parameters<typeof collection.where>[0],
  ) => new Set(collection.nearest([1, 1], { filter: collection.where(filter) }).keys)

  test.each([
    [{ year: 2021 }, ['north']],
    [{ year: { gt: 2019 } }, ['north', 'north-east']],
    [{ year: { gte: 2019, lt: 2023 } }, ['east', 'north']],
    [{ year: null }, [7]],
    [{ year: { ne: null }, open: { ne: true } }, ['north']],
    [{ language: { in: ['de', 'fr'] } }, ['east', 'north-east']],
    [{ language: { nin: ['de'] } }, ['north']],
    [{ open: true }, ['east']],
    [
      [{ open: true }, { year: { gte: 2023 } }],
      ['east', 'north-east'],
    ],
    [[], []],
    [{}, ['east', 'north', 'north-east', 7]],
  ])('%j', async (condition, expected) => {
    expect(keysOf(await make(), condition as never)).toEqual(new Set(expected))
  })

  test('are used again and follow changes', async () => {
    const collection = await make()
    let tests = 0
    const filter = collection.where((key, { year }) => {
      tests++
      return key !== 'east' && year !== null
    })
    for (let times = 0; times < 3; times++) {
      expect(collection.nearest([0, 1], { filter }).keys).toEqual(['north', 'north-east'])
    }
    expect(tests).toBe(4)
    await collection.set(7, { metadata: { year: 1 } })
    expect(collection.nearest([0, 1], { filter }).keys).toEqual(['north', 7, 'north-east'])
    const listed = collection.only(['north', 7])
    await collection.delete(7)
    expect(collection.nearest([0, 1], { filter: listed }).keys).toEqual(['north'])
  })

  test('with exclusions, and given as they are', async () => {
    const collection = await make()
    const options = { filter: { language: 'de' }, exclude: ['east'] } as const
    expect(collection.nearest([1, 0], options).keys).toEqual(['north-east'])
    expect(collection.nearest('east', { filter: (key) => key === 'east', includeInputs: true }).length).toBe(
      1,
    )
  })
})

test('from a table and back', async () => {
  const table = await EmbeddingTable.from([1, 0, 0, 1], { dimension: 2, tokens: ['a', 'b'], dtype: 'bf16' })
  const collection = await Collection.fromTable(table)
  await collection.add({ key: 'c', vector: [0.1, 1] })
  expect(collection.dtype).toBe('bf16')
  await collection.delete('a')
  const back = await collection.toTable()
  expect([back.token(0), back.token(1), back.dtype]).toEqual(['b', 'c', 'bf16'])
  expect(back.row('c')).toEqual(collection.vector('c'))
  expect(
    back
      .nearest([1, 1])
      .toArray()
      .map(({ cosine }) => cosine),
  ).toEqual([...collection.nearest([1, 1]).cosines])
})

test('a table holds what was there when it was requested', async () => {
  const make = async () => {
    const collection = await Collection.create({ dimension: 2 })
    await collection.add(['a', 'b', 'c'].map((key, place) => ({ key, vector: [place, 1] })))
    return collection
  }
  const changes: ((collection: Collection) => unknown)[] = [
    (collection) => collection.set('a', { vector: [9, 9] }),
    (collection) => Promise.all([collection.delete('a'), collection.compact()]),
    (collection) => collection.add({ key: 'd', vector: [3, 1] }),
  ]
  for (const change of changes) {
    const collection = await make()
    const added = collection.add({ key: 'later', vector: [7, 7] })
    const copied = collection.toTable()
    await Promise.all([added, change(collection)])
    const table = await copied
    const rows = Array.from({ length: table.size }, (_, id) => [table.token(id), ...table.row(id)])
    expect(rows).toEqual([
      ['a', 0, 1],
      ['b', 1, 1],
      ['c', 2, 1],
      ['later', 7, 7],
    ])
  }
})

test.each(['bf16', 'f16'] as const)(
  '%s: numbers that would round to infinity are rejected',
  async (dtype) => {
    const collection = await Collection.create({ dimension: 1, dtype })
    const minScore = dtype === 'f16' ? 65_520 : 2 ** 128 - 2 ** 119
    await expect(collection.add({ vector: [minScore] })).rejects.toMatchObject({ code: 'NON_FINITE' })
    await collection.add({ vector: [minScore * (1 - 2 ** -20)] })
    expect(Number.isFinite(collection.vector(0)[0])).toBe(true)
  },
)

describe('bad input', () => {
  type Made = Awaited<ReturnType<typeof make>>
  const cases: [string, string, (collection: Made) => unknown][] = [
    ['UNKNOWN_KEY', 'a deletion', (collection) => collection.delete(['east', 'west'])],
    ['UNKNOWN_KEY', 'a question', (collection) => collection.nearest('west')],
    ['UNKNOWN_KEY', 'a change', (collection) => collection.set('west', { vector: [1, 2] })],
    ['UNKNOWN_KEY', 'an exclusion', (collection) => collection.nearest('east', { exclude: ['west'] })],
    ['UNKNOWN_KEY', '"7" is not 7', (collection) => collection.vector('7')],
    [
      'DUPLICATE_KEY',
      'twice in a list',
      (collection) =>
        collection.add([
          { key: 'x', vector: [1, 2] },
          { key: 'x', vector: [1, 2] },
        ]),
    ],
    ['DIMENSION_MISMATCH', 'a vector', (collection) => collection.add({ vector: [1] })],
    ['NON_FINITE', 'NaN', (collection) => collection.add({ vector: [Number.NaN, 0] })],
    ['NON_FINITE', 'too large', (collection) => collection.set('east', { vector: [1e39, 0] })],
    ['INVALID_ARGUMENT', 'a key', (collection) => collection.add({ key: -1, vector: [1, 2] })],
    ['INVALID_ARGUMENT', 'a text for a vector', (collection) => collection.add({ vector: 'ab' as never })],
    ['INVALID_ARGUMENT', 'a vector for an entry', (collection) => collection.add([[1, 2]] as never)],
    [
      'INVALID_ARGUMENT',
      'a column',
      (collection) => collection.add({ vector: [1, 2], metadata: { yaer: 1 } as never }),
    ],
    [
      'INVALID_ARGUMENT',
      'a value',
      (collection) => collection.add({ vector: [1, 2], metadata: { year: 'old' as never } }),
    ],
    ['INVALID_ARGUMENT', 'a condition on no column', (collection) => collection.where({ yaer: 1 } as never)],
    ['INVALID_ARGUMENT', 'a comparison', (collection) => collection.where({ year: { over: 1 } as never })],
    ['INVALID_ARGUMENT', 'no list', (collection) => collection.where({ year: { in: 1 as never } })],
    ['INVALID_ARGUMENT', 'below null', (collection) => collection.where({ year: { lt: null as never } })],
    ['UNKNOWN_KEY', 'a list of keys', (collection) => collection.only(['east', 'west'])],
    ['INVALID_ARGUMENT', 'a condition', (collection) => collection.nearest('east', { filter: 3 as never })],
    [
      'INVALID_ARGUMENT',
      'duplicates',
      (collection) => collection.add({ vector: [1, 2] }, { duplicates: 'keep' as never }),
    ],
    ['INVALID_K', 'k', (collection) => collection.nearest('east', { k: -1 })],
    ['ZERO_QUERY', 'zeros', (collection) => collection.nearest([0, 0])],
    ['OUT_OF_MEMORY', 'a reserve', (collection) => collection.reserve(2 ** 32)],
  ]
  test.each(cases)('%s: %s', async (code, _, act) => {
    const collection = await make()
    const before = [...collection.keys()].map((key) => [
      key,
      collection.vector(key),
      collection.metadata(key),
    ])
    const thrown = await (async () => act(collection))().then(
      () => undefined,
      (error) => error,
    )
    expect(thrown).toMatchObject({ name: 'RowspaceError', code })
    expect(
      [...collection.keys()].map((key) => [key, collection.vector(key), collection.metadata(key)]),
    ).toEqual(before)
  })

  test('a filter of another collection', async () => {
    const [one, other] = [await make(), await make()]
    expect(() => one.nearest('east', { filter: other.where({ year: 2021 }) })).toThrow(/another collection/)
  })

  test('of creation', async () => {
    for (const options of [
      { dimension: 0 },
      { dimension: 2, capacity: 0 },
      { dimension: 2, dtype: 'int8' },
      { dimension: 2, columns: { a: 'date' } },
    ]) {
      await expect(Collection.create(options as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
  })

  test('after dispose', async () => {
    const collection = await make()
    const view = collection.view('east')
    const last = collection.add({ key: 'last', vector: [1, 1] })
    collection.dispose()
    collection.dispose()
    await expect(last).rejects.toMatchObject({ code: 'DISPOSED' })
    expect(() => collection.nearest('east')).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
    await new Promise((resolve) => setTimeout(resolve))
    expect(view.expired).toBe(true)
  })
})

test('an empty collection answers with nothing', async () => {
  const collection = await Collection.create({ dimension: 2 })
  expect(collection.nearest([1, 0]).length).toBe(0)
  expect(collection.nearestBatch([[1, 0]], { filter: {} })[0]!.length).toBe(0)
  await collection.compact()
  expect(collection.capacity).toBe(1)
})
