/** Collections in a browser's storage, of which Node has a likeness (test/browser queries the browsers themselves). */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Collection, indexedDbStore, opfsStore } from '../../src/collection.ts'
import { fakeIndexedDb, fakeNavigator } from './fake-browser.ts'
import { COLUMNS, expectSame, makeSaved } from './saved.ts'

const files = new Map<string, Uint8Array>()
const values = new Map<string, Blob>()
let problem: DOMException | undefined

beforeEach(() => {
  problem = undefined
  files.clear()
  values.clear()
  vi.stubGlobal('navigator', fakeNavigator(files))
  vi.stubGlobal(
    'indexedDB',
    fakeIndexedDb(values, () => problem),
  )
})
afterEach(() => vi.unstubAllGlobals())

describe.each([
  ['opfs', opfsStore],
  ['indexeddb', indexedDbStore],
])('%s', (kind, storeOf) => {
  test('opens what was saved', async () => {
    const store = storeOf('notes')
    expect(store.name).toBe(`${kind}:notes`)
    await expect(Collection.open(store)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { store: store.name },
    })
    using saved = await makeSaved(60)
    await saved.save(store)
    using opened = await Collection.open(store, { columns: COLUMNS })
    expectSame(opened, saved)
    await opened.delete('clé 1 🗝')
    await opened.save(store)
    using again = await Collection.open(storeOf('notes'), { columns: COLUMNS })
    expectSame(again, opened)
    await expect(Collection.open(storeOf('other'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('lets one writer save at a time, of each name', async () => {
    const store = storeOf('notes')
    const [one, other] = [await makeSaved(12), await makeSaved(12)]
    const unlock = await store.lock()
    await expect(one.save(storeOf('notes'))).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`"${kind}:notes" is being written by another page or worker`),
      details: { store: `${kind}:notes` },
    })
    await other.save(storeOf('other'))
    await unlock()
    await vi.waitFor(() => one.save(store))
    await expect(other.save(store)).rejects.toMatchObject({ code: 'EXISTS' })
  })

  test('an aborted first save leaves nothing, and an aborted second one the first', async () => {
    const store = storeOf('notes')
    const save = async (collection: Awaited<ReturnType<typeof makeSaved>>) => {
      const stop = new AbortController()
      const onProgress = ({ phase }: { phase: string }) => phase === 'write' && stop.abort()
      await expect(collection.save(store, { signal: stop.signal, onProgress })).rejects.toMatchObject({
        name: 'AbortError',
      })
    }
    const collection = await makeSaved(12)
    await save(collection)
    await expect(Collection.open(store)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await vi.waitFor(() => collection.save(store))
    await collection.delete(0)
    await save(collection)
    expect((await Collection.open(store)).has(0)).toBe(true)
  })

  test('a save that runs out of time rejects with the reason of its signal', async () => {
    const store = storeOf('notes')
    const collection = await makeSaved(12)
    const stop = new AbortController()
    const reason = new DOMException('too late', 'TimeoutError')
    const onProgress = ({ phase }: { phase: string }) => phase === 'write' && stop.abort(reason)
    await expect(collection.save(store, { signal: stop.signal, onProgress })).rejects.toBe(reason)
    await vi.waitFor(() => collection.save(store))
  })

  test('is not saved where pages have no locks', async () => {
    const { storage } = fakeNavigator(files)
    vi.stubGlobal('navigator', { storage })
    await expect((await makeSaved(12)).save(storeOf('notes'))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'saving needs locks between pages: it needs a browser and a secure context (https).',
    })
    expect([files.size, values.size]).toEqual([0, 0])
  })

  test('is an error where there is no such storage', async () => {
    vi.stubGlobal('navigator', { storage: {} })
    vi.stubGlobal('indexedDB', undefined)
    await expect(Collection.open(storeOf('notes'))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/^there is no (IndexedDB|origin private file system) here/),
    })
    vi.stubGlobal('navigator', undefined)
    await expect(Collection.open(storeOf('notes'))).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  test.each([
    ['QuotaExceededError', 'QUOTA_EXCEEDED', /no more storage/],
    ['InvalidStateError', 'IO', /"notes" could not be used: it failed\./],
  ])('a browser that answers with %s', async (name, code, message) => {
    const store = storeOf('notes')
    const collection = await makeSaved(12)
    await collection.save(store)
    problem = new DOMException('it failed', name)
    const failing = fakeNavigator(files)
    const { getDirectory } = failing.storage
    failing.storage.getDirectory = async () => {
      if (problem !== undefined) throw problem
      return getDirectory()
    }
    vi.stubGlobal('navigator', failing)
    const error = {
      code,
      message: expect.stringMatching(message),
      details: { store: 'notes' },
      cause: problem,
    }
    await expect(collection.save(store, { overwrite: true })).rejects.toMatchObject(error)
    problem = undefined
    expect((await Collection.open(store)).size).toBe(collection.size)
  })
})

test('a file of opfs that cannot be written leaves no empty one', async () => {
  const failing = fakeNavigator(files)
  const directory = await failing.storage.getDirectory()
  const { getFileHandle } = directory
  directory.getFileHandle = async (name, options) => ({
    ...(await getFileHandle(name, options)),
    createWritable: () => Promise.reject(new DOMException('in use', 'NoModificationAllowedError')),
  })
  vi.stubGlobal('navigator', failing)
  const collection = await makeSaved(12)
  await expect(collection.save(opfsStore('notes'))).rejects.toMatchObject({ code: 'IO' })
  expect([...files.keys()]).toEqual([])
  vi.stubGlobal('navigator', fakeNavigator(files))
  await collection.save(opfsStore('notes'))
})
