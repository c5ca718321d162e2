/**
 * Redirects that no server on loopback can give: between http and https, to other schemes. Pages do not see
 * redirects.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { urlSource } from '../../src/sources/url.ts'
import { rejection } from '../formats/files.ts'

afterEach(() => void vi.unstubAllGlobals())

/** Answers every request with the redirect that is named for it, else with a file of three bytes. */
function web(redirects: Record<string, string>): { seen: [string, string | null][] } {
  const seen: [string, string | null][] = []
  vi.stubGlobal('fetch', async (input: URL, { headers }: { headers: Record<string, string> }) => {
    seen.push([String(input), new Headers(headers).get('authorization')])
    const location = redirects[String(input)]
    return location === undefined
      ? new Response('abc', { status: 206, headers: { 'content-range': 'bytes 0-2/3' } })
      : new Response(null, { status: 302, headers: { location } })
  })
  return { seen }
}

const open = (address: string) =>
  urlSource(new URL(address), { headers: { authorization: 'secret' }, retries: 0 })

test.each([
  ['https to http', 'http://b.invalid/x', /unencrypted/],
  ['https to http of the same host', 'http://a.invalid/x', /unencrypted/],
  ['to a file', 'file:///etc/passwd', /not http or https/],
  ['to what is not an address', 'https://[', /not http or https/],
])('%s is not followed', async (_, location, message) => {
  const { seen } = web({ 'https://a.invalid/t': location })
  const error = await rejection(open('https://a.invalid/t'))
  expect(error.code).toBe('IO')
  expect(error.message).toMatch(message)
  expect(seen).toEqual([['https://a.invalid/t', 'secret']])
})

test('http to a file is not followed', async () => {
  web({ 'http://a.invalid/t': 'file:///etc/passwd' })
  expect(await rejection(open('http://a.invalid/t'))).toMatchObject({ code: 'IO' })
})

test('the second hop may not fall back to http either', async () => {
  const { seen } = web({
    'http://a.invalid/t': 'https://b.invalid/t',
    'https://b.invalid/t': 'http://b.invalid/t',
  })
  expect(await rejection(open('http://a.invalid/t'))).toMatchObject({ code: 'IO' })
  expect(seen.map(([url]) => url)).toEqual(['http://a.invalid/t', 'https://b.invalid/t'])
})

test('http to https of one host is another origin: nothing private goes along', async () => {
  const { seen } = web({ 'http://a.invalid/t': 'https://a.invalid/t' })
  const source = await open('http://a.invalid/t')
  expect(await source.read(0, 3)).toEqual(new TextEncoder().encode('abc'))
  expect(seen).toEqual([
    ['http://a.invalid/t', 'secret'],
    ['https://a.invalid/t', null],
  ])
})

test('back at the first origin, what is private goes along again; to a relative address too', async () => {
  const { seen } = web({
    'https://a.invalid/t': 'https://b.invalid/t',
    'https://b.invalid/t': 'https://a.invalid/u',
    'https://a.invalid/u': '/v',
  })
  await open('https://a.invalid/t')
  expect(seen).toEqual([
    ['https://a.invalid/t', 'secret'],
    ['https://b.invalid/t', null],
    ['https://a.invalid/u', 'secret'],
    ['https://a.invalid/v', 'secret'],
  ])
})

test('ten hops are followed, eleven are not', async () => {
  const chain = (hops: number) =>
    Object.fromEntries(Array.from({ length: hops }, (_, hop) => [`https://a.invalid/${hop}`, `/${hop + 1}`]))
  web(chain(10))
  expect((await open('https://a.invalid/0')).size).toBe(3)
  web(chain(11))
  expect(await rejection(open('https://a.invalid/0'))).toMatchObject({
    code: 'IO',
    message: expect.stringMatching(/more than 10 times/),
  })
})

test('a scheme that only ends like http is not followed', async () => {
  web({ 'http://a.invalid/t': 'xhttp://a.invalid/t' })
  expect((await rejection(open('http://a.invalid/t'))).message).toMatch(/not http or https/)
})

test.each([301, 302, 303, 307, 308])(
  'status %i is followed; without a Location it is an error',
  async (status) => {
    vi.stubGlobal('fetch', async (input: URL) =>
      input.pathname === '/t'
        ? new Response(null, { status, headers: { location: '/u' } })
        : new Response('abc', { status: 206, headers: { 'content-range': 'bytes 0-2/3' } }),
    )
    expect((await open('https://a.invalid/t')).size).toBe(3)
    vi.stubGlobal('fetch', async () => new Response(null, { status }))
    expect(await rejection(open('https://a.invalid/t'))).toMatchObject({ code: 'IO', details: { status } })
  },
)

test('the first answer on the way that has a header gives it', async () => {
  vi.stubGlobal('fetch', async (input: URL) =>
    input.pathname === '/t'
      ? new Response(null, { status: 302, headers: { location: '/u', 'x-linked-etag': '"linked"' } })
      : new Response('abc', {
          status: 206,
          headers: { 'content-range': 'bytes 0-2/3', 'x-linked-etag': '"other"', etag: '"last"' },
        }),
  )
  const source = await open('https://a.invalid/t')
  expect(source.header('x-linked-etag')).toBe('"linked"')
  expect(source.header('etag')).toBe('"last"')
  expect(source.header('x-none')).toBe(null)
})

describe('on a page', () => {
  /** A file of 100 bytes at an address that the engine may have been led to; what was requested, with its headers. */
  function page(origin: string, location: string) {
    const seen: { url: string; redirect: string | undefined; headers: Record<string, string> }[] = []
    vi.stubGlobal('location', { origin })
    vi.stubGlobal('process', { ...process, versions: {} })
    vi.stubGlobal('fetch', async (input: URL, init: RequestInit & { headers: Record<string, string> }) => {
      seen.push({ url: String(input), redirect: init.redirect, headers: init.headers })
      const [, start = 0, end = 0] = /(\d+)-(\d+)/.exec(init.headers.range ?? '')?.map(Number) ?? []
      const response = new Response(new Uint8Array(end - start + 1), {
        status: 206,
        headers: { 'content-range': `bytes ${start}-${end}/100`, etag: '"1"' },
      })
      return Object.defineProperty(response, 'url', { value: location })
    })
    return seen
  }
  const openHead = (address: string) =>
    urlSource(new URL(address), { headers: { authorization: 'secret' }, retries: 0 }, 10)

  test('the engine follows redirects, and where it was led is requested next, without what is private', async () => {
    const seen = page('https://page.invalid', 'https://b.invalid/t')
    await (await openHead('https://a.invalid/t')).read(50, 60)
    expect(seen).toEqual([
      {
        url: 'https://a.invalid/t',
        redirect: 'follow',
        headers: { authorization: 'secret', range: 'bytes=0-9' },
      },
      { url: 'https://b.invalid/t', redirect: 'follow', headers: { range: 'bytes=50-59' } },
    ])
  })

  test('If-Range goes to the page’s own origin alone, and behind the start of a file', async () => {
    const seen = page('https://a.invalid', '')
    const source = await openHead('https://a.invalid/t')
    await source.read(50, 60)
    expect(seen.map(({ url, headers }) => [url, headers['if-range']])).toEqual([
      ['https://a.invalid/t', undefined],
      ['https://a.invalid/t', '"1"'],
    ])
  })
})

test('outside of a page, bytes are requested as they are, on condition that the file is the same', async () => {
  const seen: Record<string, string>[] = []
  let tag = '"1"'
  vi.stubGlobal(
    'fetch',
    async (_: URL, { headers, redirect }: { redirect: string; headers: Record<string, string> }) => {
      seen.push({ ...headers, redirect })
      const [, start = 0, end = 0] = /(\d+)-(\d+)/.exec(headers.range ?? '')?.map(Number) ?? []
      return new Response(new Uint8Array(end - start + 1), {
        status: 206,
        headers: { 'content-range': `bytes ${start}-${end}/100`, etag: tag },
      })
    },
  )
  const own = { 'accept-encoding': 'identity', authorization: 'secret', redirect: 'manual' }
  const source = await urlSource(new URL('https://a.invalid/t'), { headers: { authorization: 'secret' } }, 10)
  await source.read(50, 60)
  expect(seen).toEqual([
    { ...own, range: 'bytes=0-9' },
    { ...own, range: 'bytes=50-59', 'if-range': '"1"' },
  ])
  tag = 'W/"1"'
  seen.length = 0
  const weak = await urlSource(new URL('https://a.invalid/t'), { headers: { authorization: 'secret' } }, 10)
  expect(weak.version).toBeUndefined()
  await weak.read(5, 60)
  expect(seen[1]).toEqual({ ...own, range: 'bytes=10-59' })
  expect(weak.bytesRead).toBe(10 + 50)
})

test('a request that has its bytes is over: what is left of its connection is stopped', async () => {
  const signals: AbortSignal[] = []
  vi.stubGlobal('fetch', async (_: URL, { signal }: { signal: AbortSignal }) => {
    signals.push(signal)
    return new Response('abc', { status: 206, headers: { 'content-range': 'bytes 0-2/3' } })
  })
  await open('https://a.invalid/t')
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})

test.each([
  [399, false],
  [400, true],
  [403, true],
  [429, false],
  [500, true],
])('where a redirect led answers %i: from the beginning again, %s', async (status, again) => {
  const seen: string[] = []
  vi.stubGlobal('fetch', async (input: URL, { headers }: { headers: Record<string, string> }) => {
    seen.push(input.host)
    if (input.host === 'a.invalid') {
      return new Response(null, { status: 302, headers: { location: 'https://b.invalid/t' } })
    }
    const [, start = 0, end = 0] = /(\d+)-(\d+)/.exec(headers.range ?? '')?.map(Number) ?? []
    if (seen.length === 3) return new Response('', { status })
    return new Response(new Uint8Array(end - start + 1), {
      status: 206,
      headers: { 'content-range': `bytes ${start}-${end}/100` },
    })
  })
  const source = await urlSource(new URL('https://a.invalid/t'), { retries: 0 }, 10)
  const reading = source.read(20, 30)
  if (again) expect(await reading).toHaveLength(10)
  else expect(await rejection(reading)).toMatchObject({ code: 'IO', details: { status } })
  expect(seen.slice(2)).toEqual(again ? ['b.invalid', 'a.invalid', 'b.invalid'] : ['b.invalid'])
})
