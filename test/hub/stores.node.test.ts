/**
 * Both stores of the cache do alike, the Cache API of a page by a stand-in: what is put is got, listed and
 * removed, and no more.
 */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BrowserStore } from '../../src/hub/browser-store.ts'
import { DiskStore } from '../../src/hub/disk-store.ts'
import { openStore } from '../../src/hub/settings.ts'
import type { Store } from '../../src/hub/store.ts'
import { clearCache, listCache } from '../../src/hub.ts'
import { folder } from '../cli/command.ts'
import { replaceFiles } from '../sources/replace-files.ts'

const HASH = '0123456789abcdef0123456789abcdef'
const MODEL = `huggingface.co-${HASH}/a--b`
const KNOWN = `${MODEL}/known/${HASH}.json`
const ABOUT = `${MODEL}/files/${HASH}/about.json`
const PART = `${MODEL}/files/${HASH}/0-3-${HASH}.part`
const BYTES = Uint8Array.of(1, 2, 3)

/** A Cache API in memory. */
class MemoryCaches {
  readonly caches = new Map<string, Map<string, Uint8Array>>()
  isFull = false
  async open(name: string) {
    const entries = this.caches.get(name) ?? new Map<string, Uint8Array<ArrayBuffer>>()
    this.caches.set(name, entries)
    return {
      match: async (url: string) => {
        const bytes = entries.get(url) as Uint8Array<ArrayBuffer> | undefined
        return bytes && new Response(bytes)
      },
      put: async (url: string, response: Response) => {
        if (this.isFull) throw new DOMException('full', 'QuotaExceededError')
        entries.set(url, new Uint8Array(await response.arrayBuffer()))
      },
      keys: async () => Array.from(entries.keys(), (url) => ({ url })),
      delete: async (url: string) => entries.delete(url),
    }
  }
}

let caches: MemoryCaches
beforeEach(() => {
  caches = new MemoryCaches()
  vi.stubGlobal('caches', caches)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe.each<[string, () => Store]>([
  ['a folder', () => new DiskStore(folder())],
  ['a page', () => new BrowserStore()],
])('%s', (_, make) => {
  test('gives what was put, and what was put last', async () => {
    const store = make()
    expect(await store.get(PART)).toBeUndefined()
    await store.put(PART, BYTES)
    await store.put(PART, BYTES.slice(1))
    expect(new Uint8Array((await store.get(PART)) ?? [])).toEqual(BYTES.slice(1))
  })

  test('lists its own files, of a folder or all', async () => {
    const store = make()
    expect(await store.list('')).toEqual([])
    for (const path of [KNOWN, ABOUT, PART]) await store.put(path, BYTES)
    expect((await store.list('')).sort()).toEqual([PART, ABOUT, KNOWN].sort())
    expect((await store.list(`${MODEL}/files/${HASH}`)).sort()).toEqual([PART, ABOUT].sort())
    expect(await store.list(`${MODEL}/files/0123`)).toEqual([])
  })

  test('removes what is named, and nothing where there is none', async () => {
    const store = make()
    await store.remove([PART])
    for (const path of [KNOWN, PART]) await store.put(path, BYTES)
    await store.remove([PART, ABOUT])
    expect(await store.list('')).toEqual([KNOWN])
    await store.remove([PART, KNOWN])
    expect(await store.list('')).toEqual([])
  })
})

test('on a page, entries that are not the cache’s are not listed', async () => {
  const store = new BrowserStore()
  await store.put(PART, BYTES)
  const cache = await caches.open('rowspace-hub-v1')
  await cache.put(`https://elsewhere.invalid/${PART}`, new Response(BYTES))
  await cache.put('https://rowspace.invalid/letter.txt', new Response(BYTES))
  expect(await store.list('')).toEqual([PART])
  expect([...caches.caches.keys()]).toEqual(['rowspace-hub-v1'])
})

test('a page’s cache that is full: IO with the browser’s reason', async () => {
  caches.isFull = true
  await expect(new BrowserStore().put(PART, BYTES)).rejects.toMatchObject({
    code: 'IO',
    message: "The browser's cache stored nothing: full",
    cause: expect.any(DOMException),
  })
})

test('what a disk says is an error with the path', async () => {
  const place = folder()
  const store = new DiskStore(place)
  await store.put(ABOUT, BYTES)
  const path = join(place, 'rowspace-hub-v1', PART)
  fs.mkdirSync(path)
  await expect(store.get(PART)).rejects.toMatchObject({ code: 'IO', details: { path, reason: 'EISDIR' } })
  await expect(store.remove([PART])).rejects.toMatchObject({ details: { path } })
})

test('a folder that vanishes between its making and the write is made again, once', async () => {
  const place = folder()
  let made = 0
  replaceFiles({
    mkdir: async (...args: Parameters<typeof fs.promises.mkdir>) =>
      ++made === 2 ? undefined : fs.promises.mkdir(...args),
  })
  await new DiskStore(place).put(PART, BYTES)
  expect(made).toBe(3)
  replaceFiles({ mkdir: async () => undefined })
  await expect(new DiskStore(folder()).put(PART, BYTES)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const fail = async () => {
    throw Object.assign(new Error('no'), { code: 'EACCES' })
  }
  replaceFiles({ mkdir: fail })
  await expect(new DiskStore(folder()).put(PART, BYTES)).rejects.toMatchObject({
    details: { reason: 'EACCES' },
  })
})

test('a folder’s marker that is another’s: nothing is written, and what to do', async () => {
  const place = folder()
  fs.mkdirSync(join(place, 'rowspace-hub-v1'))
  fs.writeFileSync(join(place, 'rowspace-hub-v1', 'CACHEDIR.TAG'), 'mine')
  await expect(new DiskStore(place).put(PART, BYTES)).rejects.toMatchObject({
    code: 'IO',
    details: { path: join(place, 'rowspace-hub-v1') },
  })
})

describe('what is listed and cleared', () => {
  const record = (fields: object) => new TextEncoder().encode(JSON.stringify(fields))
  const good = { name: 'hf:a/b/x', endpoint: 'https://huggingface.co', etag: '"1"', size: 9 }
  test.each<[string, object | null, boolean]>([
    ['a record', good, true],
    ['of no name', { ...good, name: 7 }, false],
    ['of no endpoint', { ...good, endpoint: undefined }, false],
    ['of no tag', { ...good, etag: 7 }, false],
    ['of no size', { ...good, size: 1.5 }, false],
    ['of a size below 0', { ...good, size: -1 }, false],
    ['of no bytes', { ...good, size: 0 }, true],
    ['null', null, false],
  ])('%s', async (_, fields, isListed) => {
    const place = folder()
    const store = new DiskStore(place)
    await store.put(ABOUT, fields === null ? record([null]).slice(1, -1) : record(fields))
    await store.put(PART, BYTES)
    await store.put(PART.replace('0-3-', '5-7-'), BYTES.slice(1))
    const { name, endpoint, etag, size } = { ...good, ...fields }
    expect(await listCache(place)).toEqual(isListed ? [{ name, endpoint, etag, size, cachedBytes: 5 }] : [])
    expect(await clearCache(undefined, place)).toBe(5)
  })

  test('files by name, in order', async () => {
    const place = folder()
    const store = new DiskStore(place)
    const names = ['hf:a/b/y', 'hf:a/b/x', 'hf:a/b/z']
    for (const [index, name] of names.entries()) {
      await store.put(
        ABOUT.replace(`${HASH}/about`, `${index}${HASH.slice(1)}/about`),
        record({ ...good, name }),
      )
    }
    expect((await listCache(place)).map(({ name }) => name)).toEqual(names.toSorted())
    expect((await listCache(place)).map(({ cachedBytes }) => cachedBytes)).toEqual([0, 0, 0])
  })

  test('one model, with all its revisions and files; a part of it is no choice', async () => {
    const place = folder()
    const store = new DiskStore(place)
    const other = PART.replace('a--b', 'a--c')
    for (const path of [PART, KNOWN, other]) await store.put(path, BYTES)
    for (const name of ['hf:a/b/x', 'hf:a/b@v1', 'hf:a/b@main']) {
      await expect(clearCache(name, place)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/cleared by model, with all its revisions and files: hf:a\/b\.$/),
      })
    }
    expect(await clearCache('hf:a/b', place)).toBe(3)
    expect(await store.list('')).toEqual([other])
  })
})

test('workerd has no place that stays, though it has Node’s modules and a Cache API', () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  expect(openStore(true)).toBeUndefined()
  expect(openStore('folder')).toBeUndefined()
})

test('a page without a Cache API has no cache: nothing to list or to clear', async () => {
  vi.stubGlobal('process', undefined)
  expect(openStore(true)).toBeInstanceOf(BrowserStore)
  vi.stubGlobal('caches', undefined)
  expect(openStore(true)).toBeUndefined()
  expect(await listCache()).toEqual([])
  expect(await clearCache()).toBe(0)
})
