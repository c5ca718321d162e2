/** Models by name: only header and table travel, the second opening needs no network, errors say what to do. */
import { describe, expect, test } from 'vitest'
import { clearCache, hubSource, listCache } from '../../src/hub.ts'
import { openTable } from '../../src/open/open-table.ts'
import { rejection } from '../formats/files.ts'
import { testHub } from '../servers/hub-spec.ts'
import { HEAD_BYTES, hasRowsOf, hubWith, SMALL, smallModel, TABLE_BYTES } from './models.ts'

const SAFETENSORS = 'model.safetensors'
const oneModel = { models: { 'openai/small': { files: { [SAFETENSORS]: smallModel() } } } }
const sum = (requests: readonly { bytes: number }[]) =>
  requests.reduce((bytes, each) => bytes + each.bytes, 0)

describe('a model by name', () => {
  test('only the head and the table travel; the second opening asks nothing, offline or not', async () => {
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

  test('the token goes to the hub alone and is kept nowhere', async () => {
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
    ['told the commit', true],
    ['not told it', false],
  ])('a change is seen when asked for, and rows of two versions never meet: %s', async (_, commits) => {
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
    // of the old version only the head is kept: where the commit is known the rest is had too (a page sees no redirects)
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

  test('a file beside it that is not there is asked for once', async () => {
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
    'the file %j is not beside it, and not asked for',
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

  test('scheme, host, port and path tell them apart; how they are written does not', async () => {
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

describe('which file', () => {
  const gguf = { kind: 'text', text: 'GGUF' } as const
  const filesOf = (...names: string[]) => ({
    models: { 'openai/small': { files: Object.fromEntries(names.map((name) => [name, gguf])) } },
  })
  test.each([
    [['model.safetensors.index.json', 'a.gguf'], 'model.safetensors.index.json'],
    [['x-Q4_K_M.gguf', 'x-Q8_0.gguf', 'x-F16.gguf'], 'x-F16.gguf'],
    [['x-F16.gguf', 'x-BF16.gguf'], 'x-BF16.gguf'],
    [['x-Q4_K_M.gguf', 'config.json'], 'x-Q4_K_M.gguf'],
    [['x-Q8_0-00002-of-00002.gguf', 'x-Q8_0-00001-of-00002.gguf'], 'x-Q8_0-00001-of-00002.gguf'],
    [['other.safetensors', 'config.json'], 'other.safetensors'],
  ])('of %j: %s, and again without asking', async (files, chosen) => {
    const { hub, log } = await hubWith(filesOf(...files))
    const open = () => hubSource('hf:openai/small', { hub })
    expect((await open()).name).toBe(`hf:openai/small/${chosen}`)
    const { length } = await log()
    expect((await open()).name).toBe(`hf:openai/small/${chosen}`)
    expect(await log()).toHaveLength(length)
  })
  test('none that fits: the error lists what might', async () => {
    const { hub } = await hubWith(filesOf('a.safetensors', 'b.safetensors', 'config.json'))
    const error = await rejection(hubSource('hf:openai/small', { hub }))
    expect(error.code).toBe('NOT_FOUND')
    expect(error.message).toContain(
      'It has a.safetensors, b.safetensors. Name a file: hf:openai/small/a.safetensors.',
    )
  })
})

describe('a listing that is not what it should be', () => {
  const opening = async (listing: string) => {
    const { hub, log } = await hubWith({ models: { 'openai/small': { files: {}, listing } } })
    const error = await rejection(hubSource('hf:openai/small', { hub }))
    const paths = (await log()).map(({ path }) => path)
    return { error, paths }
  }
  const listed = (...names: unknown[]) =>
    JSON.stringify({ siblings: names.map((rfilename) => ({ rfilename })) })

  test.each([
    '../../x.gguf',
    '../x.gguf',
    'a/../../../x.gguf',
    '..',
    './x.gguf',
    'a/./x.gguf',
    'a//x.gguf',
    '/x.gguf',
    'a/..\\x.gguf',
    '%2e%2e/x.gguf',
    'x.gguf?download=../..',
    'x.gguf#',
    'a\n/x.gguf',
    `${'a/'.repeat(600)}x.gguf`,
  ])('%j is not requested', async (path) => {
    const { error, paths } = await opening(listed(path, 'config.json'))
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/Name a file/) })
    expect(paths.map((each) => each.replace(/^\/\d+\//, ''))).toEqual([
      'openai/small/resolve/main/model.safetensors',
      'openai/small/resolve/main/model.safetensors.index.json',
      'api/models/openai/small/revision/main',
    ])
  })

  test('a good file beside a bad one is opened', async () => {
    const gguf = { kind: 'text', text: 'GGUF' } as const
    const { hub } = await hubWith({
      models: {
        'openai/small': { files: { 'b.gguf': gguf }, listing: listed('../a.gguf', 7, null, 'b.gguf') },
      },
    })
    expect((await hubSource('hf:openai/small', { hub })).name).toBe('hf:openai/small/b.gguf')
  })

  test.each([
    '',
    'null',
    '7',
    '"text"',
    '[]',
    '{"siblings":7}',
    '{"siblings":{}}',
    '{"siblings":null}',
    '{',
    '<html>',
  ])('%j: an error that says so', async (listing) => {
    const { error } = await opening(listing)
    expect(error).toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/the list of its files.*Name the file/),
    })
  })

  test.each(['{}', '{"siblings":[]}', '{"siblings":[null,7,"x.gguf",{"rfilename":7},{}]}'])(
    '%j: no file that fits',
    async (listing) => {
      expect((await opening(listing)).error.code).toBe('NOT_FOUND')
    },
  )

  test('of 70 MB is refused, not read', async () => {
    const { error } = await opening(`{"siblings":[${' '.repeat(70_000_000)}]}`)
    expect(error).toMatchObject({ code: 'IO', message: expect.stringMatching(/the list of its files/) })
  })
})

describe('what is refused', () => {
  const files = { [SAFETENSORS]: smallModel() }
  const spec = { models: { 'openai/small': { files }, 'openai/gated': { files, gated: 'hf_right' } } }

  test.each([
    ['hf:openai/none', {}, 'ACCESS_DENIED', /no model openai\/none, or it is private or gated.*HF_TOKEN/],
    ['hf:openai/none', { token: 'hf_any' }, 'NOT_FOUND', /there is no model openai\/none/],
    ['hf:openai/gated', {}, 'ACCESS_DENIED', /401.*accept its terms at http.*openai\/gated/],
    ['hf:openai/gated', { token: 'hf_wrong' }, 'ACCESS_DENIED', /403.*Request it at http/],
    ['hf:openai/small@none', {}, 'NOT_FOUND', /no revision "none".*tree\/main/],
    ['hf:openai/small/none.safetensors', {}, 'NOT_FOUND', /no such file.*tree\/main/],
    ['hf:openai/small', { offline: true }, 'OFFLINE', /not in the cache.*open it once with a network/],
    ['hf:openai/small', { endpoint: 'http://127.0.0.1:9' }, 'IO', /cannot be reached/],
    ['hf:openai/small', { endpoint: 'ftp://x' }, 'INVALID_ARGUMENT', /HF_ENDPOINT/],
    ['hf:openai/small', { token: 'hf_sec\nret' }, 'INVALID_ARGUMENT', /HF_TOKEN/],
  ])('%s %j', async (name, hub, code, message) => {
    const { open } = await hubWith(spec)
    const error = await rejection(open(name, hub))
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
    expect(JSON.stringify([error.message, error.details, String(error.stack)])).not.toMatch(
      /hf_(any|right|wrong|sec)/,
    )
  })

  test.each([
    'hf:',
    'hf:gpt2',
    'hf:a/',
    'hf:/b',
    'hf:../b',
    'hf:a/..',
    'hf:a/b@',
    'hf:a/b@../c',
    'hf:a/b/',
    'hf:a/b/../c',
    'hf:a/b//c',
    'hf:a/b/c\\d',
    'hf:a/b/c?d',
    'hf:a/b/c%2e',
    'hf:a b/c',
    'hf:a/b\n',
    'hf:a/b/\u0000',
    'hf:á/b',
    'hf:a--b/c',
    'hf:-a/b',
    'hf:a/b@c d',
    'hf:a/b@..',
    'hf:a/b@a..b',
    'hf:a/b@v1..',
    'hf:a/b@refs/pr/..',
    'hf:a/b@refs/pr/.',
    'hf:a/b@refs/pr/',
    'hf:a/b@refs/pr/1/../../x',
    'hf:a/b@-c',
    'hf:a/b@c%2f..',
    'hf:a/b/.',
    'hf:a/b/./c',
    'hf:a/b/...',
    'hf:a/b/c/',
    `hf:a/b@${'c'.repeat(201)}`,
    `hf:a/b/${'c/'.repeat(600)}d`,
    `hf:${'a'.repeat(97)}/b`,
  ])('the name %j', async (name) => {
    expect((await rejection(openTable(name))).code).toBe('INVALID_ARGUMENT')
  })
})

describe('a cache that is not what it was', () => {
  test.each(['cut', 'altered', 'emptied', 'taken away'])(
    'a part that is %s is fetched again, offline an error',
    async (how) => {
      const { open, store, log } = await hubWith(oneModel)
      const spoil = async () => {
        const parts = (await store.list('')).filter((path) => path.endsWith('.part'))
        const path = parts.find((each) => !/\/0-/.test(each))!
        const bytes = (await store.get(path))!.slice()
        bytes[1000]! ^= 1
        if (how === 'taken away') await store.remove([path])
        else await store.put(path, how === 'altered' ? bytes : bytes.subarray(0, how === 'cut' ? 500 : 0))
      }
      using _ = await open()
      await spoil()
      expect((await rejection(open(undefined, { offline: true }))).code).toBe('OFFLINE')
      const before = sum(await log())
      using again = await open()
      expect(hasRowsOf(again, 1)).toBe(true)
      expect(sum(await log()) - before).toBeGreaterThan(0)
      using offline = await open(undefined, { offline: true })
      expect(hasRowsOf(offline, 1)).toBe(true)
    },
  )

  test.each<[string, (record: Record<string, unknown>) => unknown]>([
    ['of another file', (record) => ({ ...record, name: 'hf:Openai/small/model.safetensors' })],
    ['of another endpoint', (record) => ({ ...record, endpoint: 'https://huggingface.co' })],
    ['of a tag that is no text', (record) => ({ ...record, etag: 7 })],
    ['of a size below 0', (record) => ({ ...record, size: -1 })],
    ['of a size with a fraction', (record) => ({ ...record, size: 1.5 })],
    ['a list', () => []],
    ['null', () => null],
  ])('what it knows of a file is %s: it is asked again', async (_, spoil) => {
    const { open, store, hub } = await hubWith(oneModel)
    using __ = await open()
    for (const path of (await store.list('')).filter((each) => each.includes('/known/'))) {
      const record = JSON.parse(new TextDecoder().decode(await store.get(path)))
      // the choice of the file is left as it is
      if (record.etag === undefined) continue
      expect(record).toMatchObject({ endpoint: hub.endpoint, name: `hf:openai/small/${SAFETENSORS}` })
      await store.put(path, new TextEncoder().encode(JSON.stringify(spoil(record))))
    }
    expect((await rejection(open(undefined, { offline: true }))).code).toBe('OFFLINE')
    using again = await open()
    expect(hasRowsOf(again, 1)).toBe(true)
  })

  test('what it knows was cut short, or leads out of the repository: it is asked again', async () => {
    for (const text of ['{"name":', '', '\u00ff']) {
      const { open, store } = await hubWith(oneModel)
      using __ = await open()
      for (const path of (await store.list('')).filter((each) => each.includes('/known/'))) {
        const name = JSON.parse(new TextDecoder().decode(await store.get(path)))
        const chosen = JSON.stringify({ ...name, chosen: '../../other/one/resolve/main/model.safetensors' })
        await store.put(path, new TextEncoder().encode(text || chosen))
      }
      using again = await open()
      expect(hasRowsOf(again, 1)).toBe(true)
    }
  })

  test.skipIf(globalThis.location !== undefined)(
    'a folder that cannot be written costs the cache, not the table',
    async () => {
      const { open, hub } = await hubWith(oneModel)
      const { writeFile } = process.getBuiltinModule('node:fs/promises')
      const path = `${hub.cache}/file`
      await writeFile(path, '')
      using table = await open(undefined, { cache: path })
      expect(hasRowsOf(table, 1)).toBe(true)
    },
  )

  test('none at all: rows are still read straight to where they belong', async () => {
    const { hub } = await hubWith(oneModel)
    const source = await hubSource('hf:openai/small', { hub: { ...hub, cache: false } })
    const target = new Uint8Array(1_000)
    await source.readInto!(90_000, target)
    expect(target).toEqual(await source.read(90_000, 91_000))
    await source.close?.()
  })

  test('none at all', async () => {
    const { open, store } = await hubWith(oneModel)
    using table = await open(undefined, { cache: false })
    expect(hasRowsOf(table, 1)).toBe(true)
    expect(await store.list('')).toEqual([])
  })
})

test('a load that is aborted keeps what it had; the next one asks for the rest alone', async () => {
  const big = { rows: 200_000, dimension: 32, layers: 1 }
  const { gpt2File } = await import('../servers/model-names.ts')
  const bytes = big.rows * big.dimension * 4
  const { hub, log, change } = await hubWith({
    models: { 'openai/small': { files: { [SAFETENSORS]: { kind: 'model', spec: gpt2File(3, big) } } } },
    rate: 20_000_000,
  })
  const controller = new AbortController()
  const reason = new Error('enough')
  const seen: number[] = []
  const opening = openTable('hf:openai/small', {
    hub,
    signal: controller.signal,
    onProgress: ({ phase, done, total }) => {
      expect([phase, total]).toEqual(['read', bytes])
      seen.push(done)
      if (done > bytes / 3) controller.abort(reason)
    },
  })
  await expect(opening).rejects.toBe(reason)
  expect(seen.length).toBeLessThan(bytes / 2 / (1 << 20))
  // parts that were being written when it was stopped are whole a little later
  let kept = 0
  for (let earlier = -1; kept !== earlier; ) {
    earlier = kept
    await new Promise((resolve) => setTimeout(resolve, 150))
    kept = (await listCache(hub.cache as true | string))[0]?.cachedBytes ?? 0
  }
  expect(kept).toBeGreaterThan(bytes / 4)
  await change({})
  const before = sum(await log())
  using table = await openTable('hf:openai/small', { hub })
  expect(hasRowsOf(table, 3)).toBe(true)
  expect(sum(await log()) - before).toBe(bytes + HEAD_BYTES - kept + 1)
})
