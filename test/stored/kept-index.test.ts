/** An index that came over HTTP is kept, in Node in a folder, on a page in its Cache API. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { hashOf } from '../../src/hub/layout.ts'
import { openStore } from '../../src/hub/settings.ts'
import { clearCache, listCache } from '../../src/hub.ts'
import { type ViewOptions, viewTable } from '../../src/stored.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { base64Of, join, rejection } from '../formats/files.ts'
import { emptyCache, HEAD_BYTES, hubWith, sum } from '../hub/models.ts'
import { makeTable } from '../oracle/tables.ts'
import { type Served, served } from '../servers/faults.ts'
import type { Scenario } from '../servers/scenario.ts'
import { expectSame, fileOf, indexOf } from './both.ts'

const [SIZE, DIMENSION] = [6000, 32]
const QUESTION = 5
const DATE = { 'last-modified': 'Sat, 01 Jan 2022 10:00:00 GMT' }

/** A table, its file, its index, and what it answers. */
async function made(seed: number) {
  const table = makeTable(SIZE, DIMENSION, 'model', seed)
  // without tokens: an index is read whole then
  const file = join(writeSafetensors(writableRows(table.flat, DIMENSION)))
  const index = await indexOf(file)
  using whole = await EmbeddingTable.from(table.flat, { dimension: DIMENSION })
  return { file, index, content: base64Of(index), expected: whole.nearest(QUESTION) }
}
type Made = Awaited<ReturnType<typeof made>>
const [FIRST, SECOND] = [await made(3), await made(4)]
const BYTES = FIRST.index.length

interface Visits extends Served {
  cache: true | string
  /** Opens the table, asks it one question, and tells how many bytes of the index that took. */
  visit(rows?: Made, options?: ViewOptions): Promise<number>
}

/** A web server with the first index, and a cache with nothing in it. */
async function visits(scenario: Partial<Scenario> = {}): Promise<Visits> {
  const index = await served({ size: BYTES, content: FIRST.content, ...scenario })
  const cache = await emptyCache()
  const visit: Visits['visit'] = async ({ file, expected } = FIRST, options = {}) => {
    const before = sum(await index.log())
    const open = { index: index.url, cache, retries: 1, retryMilliseconds: 5 }
    await using stored = await viewTable(file, { ...open, ...options })
    expectSame(await stored.nearest(QUESTION), expected)
    return sum(await index.log()) - before
  }
  return { ...index, cache, visit }
}

const flip = (bytes: Uint8Array) => {
  bytes[bytes.length >> 1]! ^= 1
  return bytes
}

/** Replaces bytes of each cached part of a file; `rename` gives the part the hash of the new ones. */
async function alterParts(cache: true | string, alter: typeof flip, rename = false): Promise<number> {
  const store = openStore(cache)!
  const parts = (await store.list('')).filter((path) => path.endsWith('.part'))
  for (const path of parts) {
    const bytes = alter((await store.get(path))!.slice())
    await store.remove([path])
    const hash = await hashOf(bytes)
    await store.put(rename ? path.replace(/[0-9a-f]{32}(?=\.part$)/, hash) : path, bytes)
  }
  return parts.length
}

test('the first visit downloads it, and each later one a header', async () => {
  const { visit, log } = await visits()
  expect(await visit()).toBe(BYTES)
  const before = (await log()).length
  expect(await visit()).toBe(HEAD_BYTES)
  expect(await visit()).toBe(HEAD_BYTES)
  expect((await log()).length - before).toBe(2)
})

test('names of an answer come from the server at each visit', async () => {
  const file = fileOf(makeTable(SIZE, DIMENSION, 'model', 3))
  const index = await indexOf(file)
  const { url, log } = await served({ size: index.length, content: base64Of(index) })
  const cache = await emptyCache()
  const bytes: number[] = []
  for (let time = 0; time < 2; time++) {
    const before = sum(await log())
    await using stored = await viewTable(file, { index: url, cache })
    expect((await stored.nearest('token 5', { includeInputs: true })).at(0)?.token).toBe('token 5')
    bytes.push(sum(await log()) - before)
  }
  expect(bytes[0]).toBeGreaterThan(SIZE * DIMENSION)
  expect(bytes[1]).toBeGreaterThan(HEAD_BYTES)
  expect(bytes[1]).toBeLessThan(HEAD_BYTES + 20_000)
})

test('tokens and codes that are read at once are kept, both of them', async () => {
  const file = fileOf(makeTable(SIZE, DIMENSION, 'model', 3))
  const index = await indexOf(file)
  const { url, log } = await served({ size: index.length, content: base64Of(index) })
  const cache = await emptyCache()
  let bytes = 0
  for (let time = 0; time < 2; time++) {
    const before = sum(await log())
    await using stored = await viewTable(file, { index: url, cache })
    await Promise.all([stored.loadIndex(), stored.id('token 5')])
    bytes = sum(await log()) - before
  }
  // and what the search for one name reads
  expect(bytes).toBeLessThan(HEAD_BYTES + 3000)
})

test.each<[string, Partial<Scenario>]>([
  ['a date', { tag: 'none', headers: DATE }],
  ['a date and a weak tag', { tag: 'weak', headers: DATE }],
])('where a server knows versions by %s alone, it is kept by that', async (_, scenario) => {
  const { visit, change } = await visits(scenario)
  expect(await visit()).toBe(BYTES)
  expect(await visit()).toBe(HEAD_BYTES)
  await change({ headers: { 'last-modified': 'Sat, 01 Jan 2022 10:00:01 GMT' } })
  expect(await visit()).toBe(BYTES)
})

test.each<[string, Partial<Scenario>, ViewOptions]>([
  ['the server says nothing of its version', { tag: 'none' }, {}],
  ['its tag is weak, and it has no date', { tag: 'weak' }, {}],
  ['the server forbids it', { headers: { 'cache-control': 'private, no-store' } }, {}],
  ['the caller does', {}, { cache: false }],
  ['the caller wants no cache of the hub either', {}, { cache: undefined, hub: { cache: false } }],
  ['a server without ranges gives all of it at once', { always: { kind: 'whole' } }, {}],
])('it is not kept where %s', async (_, scenario, options) => {
  const { visit, cache } = await visits(scenario)
  for (let time = 0; time < 2; time++) expect(await visit(FIRST, options)).toBe(BYTES)
  expect(await listCache(cache)).toEqual([])
})

describe('a changed index', () => {
  test('is downloaded again, and the older one removed', async () => {
    const { visit, change, cache } = await visits()
    await visit()
    await change({ content: SECOND.content })
    expect(await visit(SECOND)).toBe(BYTES)
    expect(await visit(SECOND)).toBe(HEAD_BYTES)
    expect(await listCache(cache)).toMatchObject([{ etag: '"0-1"', size: BYTES }])
    await change({ content: FIRST.content })
    // the kept one is of the new rows, what lies there of the old
    expect((await rejection(visit(SECOND))).code).toBe('CHANGED')
    expect(await visit()).toBe(BYTES)
  })

  test('while it is downloaded: an error, and nothing of both', async () => {
    for (let request = 1; request <= 4; request++) {
      const faults: Scenario['faults'] = [...Array(request).fill({ kind: 'none' }), { kind: 'change' }]
      const { visit, change } = await visits({ faults })
      expect((await rejection(visit())).code).toBe('CHANGED')
      await change({ content: SECOND.content, faults: [] })
      expect(await visit(SECOND)).toBe(BYTES)
    }
  })

  test('of which neither tag nor date tells: its first bytes do', async () => {
    const { visit, change } = await visits({ tag: 'none', headers: DATE })
    await visit()
    await change({ content: SECOND.content })
    expect(await visit(SECOND)).toBe(BYTES)
    expect(await visit(SECOND)).toBe(HEAD_BYTES)
    // and where the server has no better one, that is the error
    expect((await rejection(visit())).code).toBe('CHANGED')
  })
})

describe('a kept index that is damaged', () => {
  test('is noticed by its hashes, and what is damaged is downloaded again', async () => {
    const { visit, cache } = await visits()
    await visit()
    expect(await alterParts(cache, flip)).toBeGreaterThan(3)
    expect(await visit()).toBe(BYTES)
    await alterParts(cache, (bytes) => bytes.subarray(1))
    expect(await visit()).toBe(BYTES)
    expect(await visit()).toBe(HEAD_BYTES)
  })

  test('and has the hashes of what it became: by the checksums of the index, and all is downloaded again', async () => {
    const { visit, cache } = await visits()
    await visit()
    await alterParts(cache, flip, true)
    expect(await visit()).toBe(BYTES)
    expect(await visit()).toBe(HEAD_BYTES)
  })

  test('as it came: nothing of it is kept, and it is not tried twice', async () => {
    const damaged = flip(FIRST.index.slice())
    const { visit, change, log } = await visits({ tag: 'none', headers: DATE, content: base64Of(damaged) })
    expect((await rejection(visit())).code).toBe('CHECKSUM_MISMATCH')
    expect(sum(await log())).toBeLessThanOrEqual(BYTES)
    await change({ content: FIRST.content })
    expect(await visit()).toBe(BYTES)
    await change({ content: base64Of(damaged) })
    expect(await visit()).toBe(HEAD_BYTES)
  })
})

test('a download that is stopped leaves what it had; the next visit downloads the rest', async () => {
  const { visit, change, cache, url } = await visits({ tag: 'none', headers: DATE, rate: 1_000_000 })
  const controller = new AbortController()
  const stored = await viewTable(FIRST.file, { index: url, cache })
  const reason = new Error('enough')
  const loading = stored.loadIndex({
    signal: controller.signal,
    onProgress: ({ done }) => done > BYTES / 2 && controller.abort(reason),
  })
  await expect(loading).rejects.toBe(reason)
  await stored.close()
  await change({ rate: 1e9 })
  // of the codes, more than half of it, no byte
  expect(await visit()).toBeLessThan(BYTES - SIZE * DIMENSION + HEAD_BYTES)
  expect(await visit()).toBe(HEAD_BYTES)
})

test('a cache that is full at any write costs the cache, not the answer', async () => {
  const { visit, cache } = await visits()
  const kind = Object.getPrototypeOf(openStore(cache))
  onTestFinished(() => void vi.restoreAllMocks())
  for (let left = 0; left < 8; left++) {
    await clearCache(undefined, cache)
    const put = kind.put
    let writes = 0
    const full = vi.spyOn(kind, 'put').mockImplementation(function (this: unknown, ...given) {
      if (writes++ < left) return put.apply(this, given)
      throw new Error('the disk is full')
    })
    expect(await visit()).toBe(BYTES)
    full.mockRestore()
    expect(await visit()).toBeLessThan(BYTES + HEAD_BYTES)
    expect(await visit()).toBe(HEAD_BYTES)
  }
})

test('tables that are opened at once share what is kept', async () => {
  const { visit, log } = await visits()
  await Promise.all([visit(), visit(), visit()])
  const before = sum(await log())
  await Promise.all([visit(), visit()])
  expect(sum(await log()) - before).toBe(2 * HEAD_BYTES)
})

test('the server is asked each time by the caller’s own headers, and no secret is kept', async () => {
  const { visit, change, log, url, cache } = await visits()
  const headers = { authorization: 'Bearer secret' }
  url.search = '?signature=secret'
  await visit(FIRST, { headers })
  expect(await visit(FIRST, { headers })).toBe(HEAD_BYTES)
  expect((await log()).every(({ authorization }) => authorization === headers.authorization)).toBe(true)
  const entries = await listCache(cache)
  expect(entries).toMatchObject([{ name: url.origin + url.pathname, endpoint: url.origin }])
  expect(JSON.stringify(entries)).not.toContain('secret')
  await change({ always: { kind: 'status', status: 401 } })
  expect((await rejection(visit())).code).toBe('ACCESS_DENIED')
})

test('the address of another file behind the same path has not the file of the first', async () => {
  const { visit, change, url, cache } = await visits({ tag: 'none', headers: DATE })
  url.search = '?name=first'
  await visit()
  await change({ content: base64Of(flip(FIRST.index.slice())) })
  expect(await visit()).toBe(HEAD_BYTES)
  url.search = '?name=second'
  expect((await rejection(visit())).code).toBe('CHECKSUM_MISMATCH')
  await change({ content: SECOND.content })
  expect(await visit(SECOND)).toBe(BYTES)
  // signed addresses differ each time: one of them is kept
  expect(await listCache(cache)).toHaveLength(1)
})

test('it is listed, and cleared by its address', async () => {
  const [one, other] = [await visits(), await served({ size: BYTES, content: FIRST.content })]
  await one.visit()
  await one.visit(FIRST, { index: other.url })
  expect(await listCache(one.cache)).toHaveLength(2)
  // its header comes from the server each time
  expect(await clearCache(one.url.href, one.cache)).toBeGreaterThan(BYTES - 1000)
  expect((await listCache(one.cache)).map(({ name }) => name)).toEqual([other.url.href])
  expect(await clearCache('http://127.0.0.1:1/elsewhere', one.cache)).toBe(0)
  expect(await one.visit()).toBe(BYTES)
})

test('without the server there is no answer, kept or not: the error names the address', async () => {
  const { visit, cache } = await visits()
  await visit()
  await using stored = await viewTable(FIRST.file, {
    index: 'http://127.0.0.1:9/rows.index',
    cache,
    retries: 0,
  })
  expect(await rejection(stored.nearest(1))).toMatchObject({
    code: 'IO',
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9\/rows\.index could not be fetched/),
  })
})

test('an index of the hub is cached by the hub: the next visit requests nothing', async () => {
  const bytes = (file: Uint8Array) => ({ kind: 'bytes', base64: base64Of(file) }) as const
  const files = {
    'model.safetensors': bytes(FIRST.file),
    'model.safetensors.index.safetensors': bytes(FIRST.index),
  }
  const { hub, log } = await hubWith({ models: { 'openai/small': { files } } })
  for (let time = 0; time < 2; time++) {
    const before = (await log()).length
    await using stored = await viewTable('hf:openai/small', { hub })
    expectSame(await stored.nearest(QUESTION), FIRST.expected)
    if (time > 0) expect((await log()).length).toBe(before)
  }
})
