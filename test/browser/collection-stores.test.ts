/** Collections in the browser's own storage. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Collection, indexedDbStore, opfsStore } from '../../src/collection.ts'
import { viewCollection } from '../../src/stored.ts'
import { COLUMNS, expectSame, makeSaved } from '../collection/saved.ts'

afterEach(() => vi.restoreAllMocks())
let count = 0

describe.each([
  ['OPFS', opfsStore],
  ['IndexedDB', indexedDbStore],
])('%s', (_, storeOf) => {
  const newStore = () => storeOf(`test-${Date.now()}-${count++}`)

  test.each([{}, { codes: true }, { threads: 2, dtype: 'bf16' }] as const)(
    'opens what was saved: %j',
    async (options) => {
      const store = newStore()
      await expect(Collection.open(store)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      using saved = await makeSaved(200, options)
      await saved.save(store)
      using opened = await Collection.open(store, { columns: COLUMNS })
      expectSame(opened, saved)
      await opened.delete('clé 1 🗝')
      await opened.save(store)
      using again = await Collection.open(store, { columns: COLUMNS })
      expectSame(again, opened)
    },
  )

  test('is searched where it lies', async () => {
    const store = newStore()
    using saved = await makeSaved(900, { codes: true })
    await saved.save(store)
    await using stored = await viewCollection(store, { columns: COLUMNS })
    const options = { k: 20, filter: { language: 'de' } } as const
    for (const key of ['clé 1 🗝', 6, 12]) {
      expect((await stored.nearest(key, options)).toArray()).toEqual(saved.nearest(key, options).toArray())
    }
  })

  test('tells the second of two writers', async () => {
    const store = newStore()
    const [one, other] = [await makeSaved(), await makeSaved()]
    const both = await Promise.allSettled([one.save(store), other.save(store)])
    expect(both.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual([
      'LOCKED',
    ])
    const [late, early] = [await Collection.open(store), await Collection.open(store)]
    await early.save(store)
    await expect(late.save(store)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('says when there is no more room, and leaves the old', async () => {
    const store = newStore()
    const saved = await makeSaved()
    await saved.save(store)
    const full = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    const prototype =
      storeOf === opfsStore ? FileSystemWritableFileStream.prototype : IDBObjectStore.prototype
    vi.spyOn(
      prototype as unknown as Record<string, () => void>,
      storeOf === opfsStore ? 'write' : 'put',
    ).mockImplementation(full)
    const changed = await Collection.open(store, { columns: COLUMNS })
    await changed.delete('clé 1 🗝')
    await expect(changed.save(store)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    vi.restoreAllMocks()
    expectSame(await Collection.open(store, { columns: COLUMNS }), saved)
    await changed.save(store)
  })

  test('an aborted first save leaves nothing', async () => {
    const store = newStore()
    const stop = new AbortController()
    const onProgress = ({ phase }: { phase: string }) => phase === 'write' && stop.abort()
    await expect((await makeSaved()).save(store, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await expect(Collection.open(store)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
