/** Models by name: only header and table travel, and the second opening needs no network. */
import { describe, expect, test } from 'vitest'
import { clearCache, hubSource, listCache } from '../../src/hub.ts'
import { rejection } from '../formats/files.ts'
import { testHub } from '../servers/hub-spec.ts'
import {
  HEAD_BYTES,
  hasRowsOf,
  hubWith,
  oneModel,
  SAFETENSORS,
  SMALL,
  smallModel,
  sum,
  TABLE_BYTES,
} from './models.ts'

describe('a model by name', () => {
  test('only the head and the table travel; the second opening requests nothing, offline or not', async () => {
    const { open, log } = await hubWith(oneModel)
    using first = await open()
    expect(first).toMatchObject({ size: SMALL.rows, dimension: SMALL.dimension })
    expect(hasRowsOf(first, 1)).toBe(true)
    const requests = await log()
    expect(sum(requests.filter(({ place }) => place === 'store'))).toBe(HEAD_BYTES + TABLE_BYTES)

    for (const offline of [false, true]) {
      using again = await open(undefined, { offline })
      expect(hasRowsOf(again, 1)).toBe(true)
    }
    expect(await log()).toHaveLength(requests.length)
  })

  test('the token goes to the hub alone and is stored nowhere', async () => {
    const secret = 'hf_secretsecretsecret'
    const { open, log, store } = await hubWith({
      models: { 'openai/small': { files: { [SAFETENSORS]: smallModel() }, gated: secret } },
    })
    using _ = await open(undefined, { token: secret })
    const requests = await log()
    expect(new Set(requests.map(({ place, authorization }) => `${place} ${authorization}`))).toEqual(
      new Set([`hub Bearer ${secret}`, 'store null']),
    )
    for (const path of await store.list('')) {
      const text = new TextDecoder('latin1').decode(await store.get(path))
      expect(path + text).not.toMatch(/secret|signature/)
    }
  })

  test.each([
    ['hf:openai/small@v1', SAFETENSORS],
    ['hf:openai/small@refs/pr/1', SAFETENSORS],
    ['hf:openai/small/sub/table.safetensors', 'sub/table.safetensors'],
    ['hf:openai/small@v1/sub/table.safetensors', 'sub/table.safetensors'],
  ])('%s', async (name, file) => {
    const { open } = await hubWith({
      models: { 'openai/small': { files: { [file]: smallModel(5) }, revisions: ['v1', 'refs/pr/1'] } },
    })
    using table = await open(name)
    expect(hasRowsOf(table, 5)).toBe(true)
  })

  test.each([
    ['with the commit', true],
    ['without it', false],
  ])('refresh sees a change, and rows of two versions never meet: %s', async (_, commits) => {
    const table = { name: 'wte.weight', dtype: 'F32', shape: [3_000, 64] } as const
    // the head holds the first rows
    const spec = { tensors: [{ ...table, shape: [...table.shape] }], table: table.name, seed: 1 }
    const { open, change, hub } = await hubWith({
      models: { 'openai/small': { files: { [SAFETENSORS]: { kind: 'model', spec } } } },
      commits,
    })
    const source = await hubSource('hf:openai/small', { hub })
    await source.read(0, HEAD_BYTES)
    await change({ content: true })
    const versionOf = async (refresh: boolean) => {
      using table = await open(undefined, { refresh })
      return hasRowsOf(table, 1) ? 1 : hasRowsOf(table, 2) ? 2 : undefined
    }
    // of the old version only the head is cached: with the commit the rest is there too (a page sees no
    // redirects)
    expect(await versionOf(false)).toBe(commits && globalThis.location === undefined ? 1 : 2)
    expect(await versionOf(true)).toBe(2)
    expect(await versionOf(false)).toBe(2)
    await source.close?.()
  })

  test('a change in the middle of a file: CHANGED once, and the next opening has the new one', async () => {
    const file = { kind: 'text', text: 'x'.repeat(300_000) } as const
    const { hub, change } = await hubWith({
      models: { 'openai/small': { files: { 'words.txt': file } } },
      commits: false,
    })
    const opened = () => hubSource('hf:openai/small/words.txt', { hub })
    const source = await opened()
    await source.read(0, 100_000)
    await change({ content: true })
    expect((await rejection(source.read(100_000, 200_000))).code).toBe('CHANGED')
    const again = await opened()
    expect(await again.read(0, 300_000)).toHaveLength(300_000)
    expect(again.version).not.toBe(source.version)
  })

  test('two at once', async () => {
    const { open } = await hubWith(oneModel)
    const tables = await Promise.all([open(), open(), open()])
    for (const table of tables) expect(hasRowsOf(table, 1)).toBe(true)
    using again = await open(undefined, { offline: true })
    expect(hasRowsOf(again, 1)).toBe(true)
  })

  test('a file beside it that is not there is requested once', async () => {
    const { hub, log } = await hubWith(oneModel)
    const beside = async () => {
      const source = await hubSource('hf:openai/small', { hub })
      return source.sibling!('words.json')
    }
    expect(await beside()).toBeUndefined()
    const { length } = await log()
    expect(await beside()).toBeUndefined()
    expect(await log()).toHaveLength(length)
  })

  test.each(['../words.json', '..', '.', 'a/../../b', '/etc/passwd', 'a\\b', '', 'a\0'])(
    'the file %j is not beside it, and not requested',
    async (beside) => {
      const { hub, log } = await hubWith(oneModel)
      const source = await hubSource('hf:openai/small', { hub })
      const { length } = await log()
      expect((await rejection(source.sibling!(beside))).code).toBe('INVALID_ARGUMENT')
      expect(await log()).toHaveLength(length)
    },
  )

  test('the cache is listed and cleared by model', async () => {
    const { open, hub } = await hubWith({
      models: {
        'openai/small': { files: { [SAFETENSORS]: smallModel() } },
        'other/one': { files: { [SAFETENSORS]: smallModel(2) } },
      },
    })
    using _ = await open()
    using __ = await open('hf:other/one')
    const cache = hub.cache as true | string
    const [first, second] = await listCache(cache)
    expect(first).toMatchObject({
      name: `hf:openai/small/${SAFETENSORS}`,
      cachedBytes: HEAD_BYTES + TABLE_BYTES,
    })
    expect(second).toMatchObject({ name: `hf:other/one/${SAFETENSORS}` })
    expect(await clearCache('hf:openai/small', cache)).toBe(HEAD_BYTES + TABLE_BYTES)
    expect(await listCache(cache)).toEqual([second])
    expect((await rejection(open(undefined, { offline: true }))).code).toBe('OFFLINE')
    await clearCache(undefined, cache)
    expect(await listCache(cache)).toEqual([])
  })
})

describe('endpoints share nothing', () => {
  test('two on one host, with one name and one cache: each gives its own rows, offline too', async () => {
    const good = await hubWith(oneModel)
    const evil = await testHub({ models: { 'openai/small': { files: { [SAFETENSORS]: smallModel(2) } } } })
    expect(new URL(evil.endpoint).host).toBe(new URL(good.endpoint).host)
    for (const offline of [false, true]) {
      using first = await good.open(undefined, { offline })
      using second = await good.open(undefined, { offline, endpoint: evil.endpoint })
      expect([hasRowsOf(first, 1), hasRowsOf(second, 2)]).toEqual([true, true])
    }
    const entries = await listCache(good.hub.cache as true | string)
    expect(entries.map(({ endpoint }) => endpoint).sort()).toEqual([good.endpoint, evil.endpoint].sort())
    expect(new Set(entries.map(({ name }) => name))).toEqual(new Set([`hf:openai/small/${SAFETENSORS}`]))
  })

  test('scheme, host, port and path distinguish them; how they are written does not', async () => {
    const { open, endpoint } = await hubWith(oneModel)
    using _ = await open()
    const { host, port, pathname } = new URL(endpoint)
    for (const other of [
      `https://${host}${pathname}`,
      `http://localhost:${port}${pathname}`,
      `http://127.0.0.1:${Number(port) - 1}${pathname}`,
      `http://${host}${pathname}/more`,
      `http://${host}${pathname}0`,
      `http://${host}`,
    ]) {
      expect((await rejection(open(undefined, { endpoint: other, offline: true }))).code).toBe('OFFLINE')
    }
    for (const same of [`${endpoint}/`, `HTTP://${host}${pathname}//`, `http://${host}/x/..${pathname}`]) {
      using again = await open(undefined, { endpoint: same, offline: true })
      expect(hasRowsOf(again, 1)).toBe(true)
    }
  })
})
