/** A file whose checksums fit is believed no further than it can be checked. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { TableMemory } from '../../bindings/table-memory.ts'
import { CollectionRows } from '../../src/collection/rows.ts'
import { Collection } from '../../src/collection.ts'
import { type Forgery, forge, memoryStore, setText } from './forged.ts'

afterEach(() => vi.restoreAllMocks())

const columns = { year: 'number', text: 'string', open: 'boolean' } as const
async function save(keys: (string | number)[] = ['a', 'b', 'c']) {
  const collection = await Collection.create({ dimension: 2, columns })
  await collection.add(
    keys.map((key, index) => ({
      key,
      vector: [index + 1, 1],
      metadata: { year: index, text: `text ${index}`, open: index > 0 },
    })),
  )
  const store = memoryStore()
  await collection.save(store)
  return store.bytes
}

function setNumber(file: Forgery, name: string, place: number, value: number): void {
  new Float32Array(file.tensors.get(name)!.bytes.buffer)[place] = value
}
function setByte(file: Forgery, name: string, place: number, value: number): void {
  file.tensors.get(name)!.bytes[place] = value
}
function setHeader(file: Forgery, name: string, value: string): void {
  file.metadata[name] = value
}

test('a file that is only written anew is opened', async () => {
  const opened = await Collection.open(await forge(await save(), () => {}), { columns })
  expect([...opened.keys()]).toEqual(['a', 'b', 'c'])
  expect(opened.metadata('c')).toEqual({ year: 2, text: 'text 2', open: true })
})

const lies: [string, (file: Forgery) => void, RegExp][] = [
  ['NaN in a row', (file) => setNumber(file, 'embeddings', 3, Number.NaN), /row 1 has NaN in column 1/],
  [
    'infinity in a row',
    (file) => setNumber(file, 'embeddings', 4, -Infinity),
    /row 2 has -Infinity in column 0/,
  ],
  ['another norm', (file) => setNumber(file, 'norms', 1, 0.125), /row 1 has the inverse norm/],
  ['NaN for a norm', (file) => setNumber(file, 'norms', 2, Number.NaN), /row 2 has the inverse norm NaN/],
  ['a key twice', (file) => setText(file, 'tokens', '["a","b","a"]'), /rows 0 and 2 have the same key "a"/],
  [
    'a key twice before one that is none',
    (file) => setText(file, 'tokens', '["a","a",null]'),
    /rows 0 and 1 have the same key "a"/,
  ],
  [
    'a key that is none before one twice',
    (file) => setText(file, 'tokens', '[null,"a","a"]'),
    /row 0 has null for its key/,
  ],
  ['a key too many', (file) => setText(file, 'tokens', '["a","b","c","d"]'), /4 keys for 3 rows/],
  ['a key too few', (file) => setText(file, 'tokens', '["a","b"]'), /2 keys for 3 rows/],
  ['no key', (file) => setText(file, 'tokens', '["a",null,"c"]'), /row 1 has null for its key/],
  ['a key that is none', (file) => setText(file, 'tokens', '["a",-1,"c"]'), /row 1 has -1 for its key/],
  [
    'a key too large',
    (file) => setText(file, 'tokens', '["a",9007199254740992,"c"]'),
    /row 1 has 9007199254740992/,
  ],
  ['no list of keys', (file) => setText(file, 'tokens', '{"a":1}'), /a list in it is not JSON/],
  ['no keys', (file) => void file.tensors.delete('tokens'), /tensor "keys" is missing/],
  ['a boolean beyond true', (file) => setByte(file, 'column.open', 1, 3), /column "open" has 3 in row 1/],
  [
    'a text beyond the last',
    (file) => setByte(file, 'column.text', 4, 4),
    /column "text" has number 4 in row 1, of 3 strings/,
  ],
  [
    'a text twice',
    (file) => setText(file, 'strings.text', '["x","y","x"]'),
    /column "text" has the string "x" twice/,
  ],
  [
    'a text that is none',
    (file) => setText(file, 'strings.text', '["x",2,"y"]'),
    /column "text" has 2 among its strings/,
  ],
  ['no texts', (file) => void file.tensors.delete('strings.text'), /tensor "strings.text" is missing/],
  [
    'a column of another type',
    (file) => setHeader(file, 'columns', '[["year","date"]]'),
    /column "year" is of type "date"/,
  ],
  [
    'a column twice',
    (file) => setHeader(file, 'columns', '[["year","number"],["year","number"]]'),
    /column "year" twice/,
  ],
  [
    'columns that are none',
    (file) => setHeader(file, 'columns', '{}'),
    /the columns in its header are not a JSON list of pairs/,
  ],
  [
    'columns that are no JSON',
    (file) => setHeader(file, 'columns', '['),
    /the columns in its header are not/,
  ],
  [
    'checksums that are none',
    (file) => setHeader(file, 'forgedChecksums', '[1]'),
    /the checksums in its header are not/,
  ],
  ['a next key that is none', (file) => setHeader(file, 'next_key', '-1'), /its next key is "-1"/],
  ['a next key too large', (file) => setHeader(file, 'next_key', '9007199254740994'), /its next key is/],
  ['version 0', (file) => setHeader(file, 'version', '0'), /it has the version "0"; 1 was expected/],
  ['no version', (file) => setHeader(file, 'version', ''), /it has the version ""/],
  [
    'rows of no dimension',
    (file) =>
      void file.tensors.set('embeddings', {
        dtype: 'F32',
        shape: [6],
        bytes: file.tensors.get('embeddings')!.bytes,
      }),
    /no tensor "embeddings" of F32, BF16 or F16 in two dimensions/,
  ],
  [
    'rows of three dimensions',
    (file) =>
      void file.tensors.set('embeddings', {
        dtype: 'F32',
        shape: [3, 2, 1],
        bytes: file.tensors.get('embeddings')!.bytes,
      }),
    /in two dimensions/,
  ],
]

describe('with fitting checksums, it is rejected for', () => {
  test.each(lies)('%s', async (_, lie, message) => {
    const store = await forge(await save(), lie)
    const disposed = vi.spyOn(TableMemory.prototype, 'dispose')
    const made = vi.spyOn(TableMemory, 'create')
    await expect(Collection.open(store)).rejects.toMatchObject({
      name: 'RowspaceError',
      code: 'INVALID_FORMAT',
      message: expect.stringMatching(message),
    })
    // what was made for it is given back
    expect(disposed).toHaveBeenCalledTimes(made.mock.calls.length)
  })

  test('a checksum that does not fit', async () => {
    const store = await forge(await save(), (file) => {
      file.metadata.forgedChecksums = JSON.stringify(
        [...file.tensors.keys()].map((name) => [name, '0'.repeat(16)]),
      )
    })
    await expect(Collection.open(store)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' })
  })
})

test('a store whose identity is not known leaves no memory behind', async () => {
  const problem = new Error('no identity')
  const store = { ...memoryStore(await save()), identify: () => Promise.reject(problem) }
  const create = vi.spyOn(CollectionRows, 'create')
  await expect(Collection.open(store)).rejects.toBe(problem)
  expect(create).not.toHaveBeenCalled()
})

test('options of an opening that cannot be are rejected', async () => {
  const store = memoryStore(await save())
  for (const options of [
    { capacity: 0 },
    { capacity: 2.5 },
    { columns: null },
    { columns: { year: 'date' } },
  ]) {
    await expect(Collection.open(store, options as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
  expect((await Collection.open(store, { capacity: 1 })).capacity).toBe(3)
  expect((await Collection.open(store, { capacity: 50 })).capacity).toBe(50)
})

describe('whole numbers as keys', () => {
  test('the largest is saved and opened, and none is given out after it', async () => {
    const store = memoryStore(await save([Number.MAX_SAFE_INTEGER]))
    const opened = await Collection.open(store)
    expect([...opened.keys()]).toEqual([Number.MAX_SAFE_INTEGER])
    for (const collection of [opened, await reopened(opened)]) {
      await expect(collection.add({ vector: [1, 1] })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(
          /entry 0 has no key, and no integer is left .* 9007199254740991 was a key/,
        ),
      })
      await collection.add({ key: `x${collection.size}`, vector: [1, 1] })
    }
  })

  test('the last one before it is given out', async () => {
    const collection = await Collection.create({ dimension: 2 })
    await collection.add({ key: Number.MAX_SAFE_INTEGER - 1, vector: [1, 1] })
    expect(await collection.add({ vector: [1, 1] })).toEqual([Number.MAX_SAFE_INTEGER])
    await expect(collection.add([{ vector: [1, 1] }])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('one that was given out in a list is not replaced by an entry behind it', async () => {
    for (const duplicates of ['overwrite', 'reject'] as const) {
      const collection = await Collection.create({ dimension: 2 })
      const list = [{ vector: [1, 1] }, { key: 0, vector: [2, 2] }]
      await expect(collection.add(list, { duplicates })).rejects.toMatchObject({
        code: 'DUPLICATE_KEY',
        message: expect.stringMatching(/entry 1 has the key 0, which an entry before it was given/),
        details: { key: 0, index: 1 },
      })
      expect(collection.size).toBe(0)
    }
  })

  test('the one after the largest is given out, not after the last', async () => {
    const collection = await Collection.create({ dimension: 2 })
    const [vector] = [[1, 1]]
    expect(await collection.add([{ key: 10, vector }, { key: 3, vector }, { vector }])).toEqual([10, 3, 11])
    await collection.add({ key: 20, vector })
    await collection.add({ key: 4, vector })
    expect(await collection.add({ vector })).toEqual([21])
  })

  test('one that was replaced is not given out again', async () => {
    const collection = await Collection.create({ dimension: 2 })
    await collection.add({ key: 5, vector: [1, 1] })
    const list = [{ key: 5, vector: [2, 2] }, { vector: [3, 3] }, { key: 5, vector: [4, 4] }]
    expect(await collection.add(list, { duplicates: 'overwrite' })).toEqual([5, 6, 5])
    expect(collection.vector(5)).toEqual(Float32Array.of(4, 4))
    expect(collection.vector(6)).toEqual(Float32Array.of(3, 3))
  })
})

async function reopened(collection: Collection): Promise<Collection> {
  const store = memoryStore()
  await collection.save(store)
  return Collection.open(store)
}
