/**
 * What the first answer of a hub says of a file: its version, the commit it is from, and whether there is
 * one.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openStore } from '../../src/hub/settings.ts'
import { hubSource } from '../../src/hub.ts'
import { folder } from '../cli/command.ts'
import { rejection } from '../formats/files.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/**
 * A hub that gives files of three bytes with these headers, and 404 for `words.json`; the paths that were
 * requested.
 */
function hub(headers: Record<string, string>, missing: Record<string, string> = {}) {
  const seen: string[] = []
  vi.stubGlobal('fetch', async (url: URL) => {
    seen.push(url.pathname)
    if (url.pathname.endsWith('words.json')) return new Response('', { status: 404, headers: missing })
    return new Response('abc', { status: 206, headers: { 'content-range': 'bytes 0-2/3', ...headers } })
  })
  return { seen, options: { retries: 0, hub: { endpoint: 'http://hub.invalid', cache: folder() } } }
}

const NAME = 'hf:o/m/sub/table.npy'

describe('the version', () => {
  test.each<[Record<string, string>, string]>([
    [{ etag: '"1"' }, '"1"'],
    [{ etag: 'W/"1"' }, '"1"'],
    [{ etag: '"cdn"', 'x-linked-etag': ' "content" ' }, '"content"'],
  ])('%j: %s, and the file is cached under it', async (headers, version) => {
    const { options, seen } = hub(headers)
    const source = await hubSource(NAME, options)
    expect(source).toMatchObject({ name: NAME, size: 3, version, bytesRead: 3 })
    expect(await source.read(0, 3)).toHaveLength(3)
    const again = await hubSource(NAME, { ...options, hub: { ...options.hub, offline: true } })
    expect(again).toMatchObject({ name: NAME, size: 3, version, bytesRead: 0 })
    expect(await again.read(0, 3)).toHaveLength(3)
    expect(seen).toEqual(['/o/m/resolve/main/sub/table.npy'])
  })

  test.each([{}, { etag: ' ' }, { etag: 'W/' }])('%j: none, and nothing is cached', async (headers) => {
    const { options } = hub(headers as Record<string, string>)
    const source = await hubSource(NAME, options)
    expect(await source.read(0, 3)).toHaveLength(3)
    expect(await openStore(options.hub.cache)?.list('')).toEqual([])
  })
})

describe('the commit, for files beside it', () => {
  const ofCommit = (commit: string) => hub({ etag: '"1"', 'x-repo-commit': commit })
  test.each(['a'.repeat(40), '0123456789abcdef'.repeat(4)])('%s', async (commit) => {
    const { options, seen } = ofCommit(commit)
    await (await hubSource(NAME, options)).sibling?.('words.json')
    expect(seen).toEqual(['/o/m/resolve/main/sub/table.npy', `/o/m/resolve/${commit}/sub/words.json`])
  })
  test.each(['a'.repeat(39), 'A'.repeat(40), 'a'.repeat(65), `x${'a'.repeat(40)}`, `${'a'.repeat(40)}x`])(
    '%s is none',
    async (commit) => {
      const { options, seen } = ofCommit(commit)
      await (await hubSource('hf:o/m@v1/table.npy', options)).sibling?.('words.json')
      expect(seen).toEqual(['/o/m/resolve/v1/table.npy', '/o/m/resolve/v1/words.json'])
    },
  )
})

describe('a file beside it that is not there', () => {
  test.each<[Record<string, string>, number]>([
    [{ 'x-error-code': 'EntryNotFound' }, 1],
    // a server that does not say what is not there may have it the next time
    [{}, 2],
  ])('%j: %i requests for two looks', async (missing, requests) => {
    const { options, seen } = hub({ etag: '"1"' }, missing)
    const source = await hubSource(NAME, options)
    for (let look = 0; look < 2; look++) expect(await source.sibling?.('words.json')).toBeUndefined()
    expect(seen.filter((path) => path.endsWith('words.json'))).toHaveLength(requests)
  })

  test.each(['RepoNotFound', 'RevisionNotFound', 'XEntryNotFound'])('%s is an error', async (code) => {
    const { options } = hub({ etag: '"1"' }, { 'x-error-code': code })
    const source = await hubSource(NAME, options)
    expect(await rejection(source.sibling?.('words.json') as Promise<unknown>)).toMatchObject({
      code: 'NOT_FOUND',
      details: { status: 404, errorCode: code },
    })
  })
})

describe('a cache that fails', () => {
  const options = { retries: 0, hub: { endpoint: 'http://hub.invalid', cache: '/dev/null' } }
  test('is reported once, however often it fails', async () => {
    hub({ etag: '"1"' })
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    vi.spyOn(console, 'warn').mockImplementation(() => expect.fail('not on a console'))
    const source = await hubSource('hf:o/m', options)
    expect(await source.read(0, 3)).toHaveLength(3)
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^nothing more is cached \(\/dev\/null\): /), 'RowspaceWarning'],
    ])
  })
  test('is reported on the console of a page', async () => {
    hub({ etag: '"1"' })
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.stubGlobal('process', Object.create(process, { emitWarning: { value: undefined } }))
    await hubSource(NAME, options)
    expect(warn).toHaveBeenCalledTimes(1)
  })
})

test('a file that became another one since it was cached: its size or its tag', async () => {
  for (const changed of [{ etag: '"2"' }, { etag: '"1"', 'content-range': 'bytes 0-0/4' }]) {
    let headers: Record<string, string> = { etag: '"1"', 'content-range': 'bytes 0-0/3' }
    vi.stubGlobal('fetch', async () => new Response('a', { status: 206, headers }))
    const options = { retries: 0, hub: { endpoint: 'http://hub.invalid', cache: folder() } }
    await hubSource(NAME, options)
    headers = { 'content-range': 'bytes 0-0/3', ...changed }
    const source = await hubSource(NAME, options)
    expect(await rejection(source.read(0, 1))).toMatchObject({ code: 'CHANGED', details: { name: NAME } })
  }
})
