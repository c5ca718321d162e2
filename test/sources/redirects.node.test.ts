/**
 * Redirects that no server on loopback can give: between http and https, to other schemes. Pages do not see
 * redirects.
 */
import { afterEach, expect, test, vi } from 'vitest'
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
