/**
 * A file on a web server that cuts, stalls, lies, changes the file, answers 200 and throttles: in Node and in
 * Chromium.
 */
import { describe, expect, test } from 'vitest'
import { readBlocks } from '../../src/sources/blocks.ts'
import type { SourceOptions } from '../../src/sources/source.ts'
import { urlSource } from '../../src/sources/url.ts'
import { rejection } from '../formats/files.ts'
import { areBytes, type Fault, type Scenario } from '../servers/scenario.ts'
import { busy, none, openServed, SIZE } from './served-url.ts'

const HEAD = 65_536

const failure = (scenario: Partial<Scenario>, options?: SourceOptions) =>
  rejection(openServed(scenario, options))

describe('ranges', () => {
  test('the head once, then only what is requested, with If-Range where it may be sent', async () => {
    const { source, url, log } = await openServed()
    expect(source).toMatchObject({ name: url.href, size: SIZE, version: '"7-0"' })
    expect(areBytes(await source.read(0, 100), 7, 0, 100)).toBe(true)
    expect(areBytes(await source.read(HEAD - 10, HEAD + 10), 7, HEAD - 10, HEAD + 10)).toBe(true)
    expect(areBytes(await source.read(300_000, 300_100), 7, 300_000, 300_100)).toBe(true)
    expect(await source.read(SIZE, SIZE)).toHaveLength(0)
    const requests = await log()
    expect(requests.map(({ range }) => range)).toEqual([
      'bytes=0-65535',
      'bytes=65536-65545',
      'bytes=300000-300099',
    ])
    // a page may not send If-Range to another origin without asking first
    const tag = globalThis.location === undefined ? '"7-0"' : null
    expect(requests.map(({ ifRange }) => ifRange)).toEqual([null, tag, tag])
    expect(source.bytesRead).toBe(HEAD + 10 + 100)
  })

  test('a file shorter than the head, a file of no bytes', async () => {
    const { source } = await openServed({ size: 10 })
    expect(areBytes(await source.read(0, 10), 7, 0, 10)).toBe(true)
    expect((await rejection(source.read(5, 11))).code).toBe('TRUNCATED')
    expect((await openServed({ size: 0 })).source.size).toBe(0)
  })

  test('several blocks at once, in order', async () => {
    const { source, log } = await openServed({ size: 2_000_000, rate: 4_000_000 })
    const blocks: Uint8Array[] = []
    for await (const block of readBlocks(source, 100, 1_999_900, { blockBytes: 250_000 })) blocks.push(block)
    expect(blocks.map(({ length }) => length)).toEqual([...Array(7).fill(250_000), 249_800])
    const joined = new Uint8Array(await new Blob(blocks as BlobPart[]).arrayBuffer())
    expect(areBytes(joined, 7, 100, 1_999_900)).toBe(true)
    expect((await log()).length).toBe(9)
  })
})

describe('what passes is tried again from the last byte on', () => {
  test.each<[string, Fault[]]>([
    ['cut twice', [none, { kind: 'cut', after: 50_000 }, { kind: 'cut', after: 20_000 }]],
    ['cut before the first byte', [none, { kind: 'cut', after: 0 }, { kind: 'reset' }]],
    ['a body that ends early', [none, { kind: 'early', after: 20_000 }, { kind: 'early', after: 0 }]],
    ['a short 206', [none, { kind: 'short', bytes: 30_000 }, { kind: 'short', bytes: 1 }]],
    ['429, 500, 503', [none, busy(429, '0'), busy(500), busy(503, new Date(0).toUTCString())]],
    ['a false range', [none, { kind: 'shift', by: 1 }, { kind: 'shift', by: -1 }]],
    ['a false start', [none, { kind: 'start', by: 1 }, { kind: 'start', by: -1 }]],
    ['a false start when opened', [{ kind: 'start', by: 1 }]],
    ['a range unsaid', [none, { kind: 'unsaid' }]],
    ['too many bytes', [none, { kind: 'surplus', bytes: 5 }]],
    ['200 once', [none, { kind: 'whole' }]],
    ['when opened: reset, 502, cut', [{ kind: 'reset' }, busy(502), { kind: 'cut', after: 10 }]],
  ])('%s', async (_, faults) => {
    const { source, log } = await openServed({ faults })
    expect(areBytes(await source.read(100_000, 250_000), 7, 100_000, 250_000)).toBe(true)
    const { length } = faults.filter(({ kind }) => kind !== 'none')
    // a browser makes a request that was reset again by itself
    expect((await log()).length - length).toBeOneOf(globalThis.location === undefined ? [2] : [2, 3])
  })

  test('no byte travels twice', async () => {
    const { source, log } = await openServed({ faults: [none, { kind: 'early', after: 50_000 }] })
    await source.read(100_000, 250_000)
    const ranges = (await log()).map(({ range }) => range)
    expect(ranges.slice(1)).toEqual(['bytes=100000-249999', 'bytes=150000-249999'])
  })

  test('bytes that came make up for failures before them', async () => {
    const faults: Fault[] = [none, ...Array(7).fill({ kind: 'early', after: 10_000 })]
    const { source } = await openServed({ faults }, { retries: 2 })
    expect(areBytes(await source.read(100_000, 250_000), 7, 100_000, 250_000)).toBe(true)
  })

  test('a connection that stalls is given up and made anew', async () => {
    const faults: Fault[] = [none, { kind: 'stall', after: 1000 }, { kind: 'stall', after: 0 }]
    const { source } = await openServed({ faults }, { stallMilliseconds: 200 })
    expect(areBytes(await source.read(100_000, 110_000), 7, 100_000, 110_000)).toBe(true)
  })

  test('a slow one is waited for', async () => {
    const { source } = await openServed({ rate: 400_000 }, { stallMilliseconds: 400 })
    expect(areBytes(await source.read(100_000, 300_000), 7, 100_000, 300_000)).toBe(true)
  })

  test('Retry-After is waited for', async () => {
    const { source } = await openServed({ faults: [none, busy(429, '1')] })
    const start = performance.now()
    await source.read(100_000, 110_000)
    // this is about the wait, a minimum, not how fast it is
    expect(performance.now() - start).toBeGreaterThan(950)
  })

  test.each<[string, Fault, string, RegExp]>([
    ['cut', { kind: 'cut', after: 0 }, 'IO', /could not be fetched.*Check the network/],
    ['reset', { kind: 'reset' }, 'IO', /could not be fetched/],
    ['stall', { kind: 'stall', after: 0 }, 'IO', /gave nothing for 1 s/],
    ['500', busy(500), 'IO', /answered 500/],
    ['a Retry-After of an hour', busy(503, '3600'), 'IO', /answered 503.*Try again later/],
    ['an empty body', { kind: 'early', after: 0 }, 'TRUNCATED', /ended 10000 bytes early/],
    ['a false start', { kind: 'shift', by: 7 }, 'IO', /bytes 100000 to 110000 with the Content-Range/],
    ['no Content-Range', { kind: 'unsaid' }, 'IO', /no Content-Range/],
    ['200 for every range', { kind: 'whole' }, 'IO', /answered 200 with the whole file/],
    ['more than promised', { kind: 'surplus', bytes: 1 }, 'TRUNCATED', /more than the \d+ bytes/],
  ])('but not for ever: %s', async (_, fault, code, message) => {
    const options = { stallMilliseconds: fault.kind === 'stall' ? 1_000 : 10_000, retries: 1 }
    const { source } = await openServed({ faults: [none], always: fault }, options)
    const error = await rejection(source.read(100_000, 110_000))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

describe('what does not pass', () => {
  test.each<[string, Partial<Scenario>]>([
    ['with a strong tag', {}],
    ['without a tag, by its size', { tag: 'none' }],
  ])('the file becomes another one: CHANGED, %s', async (_, scenario) => {
    const changed: Fault = scenario.tag === 'none' ? { kind: 'size', size: SIZE + 1 } : { kind: 'change' }
    const { source } = await openServed({ faults: [none, none, changed], ...scenario })
    await source.read(100_000, 110_000)
    expect((await rejection(source.read(110_000, 120_000))).code).toBe('CHANGED')
  })

  const tagged = (etag: string): Fault => ({ kind: 'headers', headers: { etag } })
  const modified = (date: number): Fault => ({
    kind: 'headers',
    headers: { 'last-modified': new Date(date).toUTCString() },
  })
  const both: Fault = {
    kind: 'headers',
    headers: { etag: '"1"', 'last-modified': new Date(9_000_000).toUTCString() },
  }
  test.each<[string, Fault, Fault, boolean]>([
    ['a strong tag that changes', tagged('"1"'), tagged('"2"'), true],
    ['a weak tag that changes', tagged('W/"1"'), tagged('W/"2"'), true],
    ['a weak tag that stays', tagged('W/"1"'), tagged('W/"1"'), false],
    ['a weak one that becomes strong', tagged('W/"1"'), tagged('"1"'), false],
    ['a weak one that becomes strong and changes', tagged('W/"1"'), tagged('"2"'), true],
    ['no tag, and a date that changes', modified(0), modified(1_000_000), true],
    ['no tag, and a date that stays', modified(0), modified(0), false],
    ['a tag that stays and a date that changes', tagged('"1"'), both, false],
  ])('%s', async (_, first, second, changes) => {
    const { source } = await openServed({ faults: [first, second], tag: 'none' })
    const reading = source.read(100_000, 110_000)
    if (changes) expect(await rejection(reading)).toMatchObject({ code: 'CHANGED' })
    else expect(areBytes(await reading, 7, 100_000, 110_000)).toBe(true)
  })

  test('a weak tag is no version, and is not sent as a condition', async () => {
    const { source, log } = await openServed({ tag: 'weak' })
    await source.read(100_000, 110_000)
    expect(source.version).toBeUndefined()
    expect((await log()).map(({ ifRange }) => ifRange)).toEqual([null, null])
  })

  test('a strong tag that changes with the bytes, in one read: never bytes of both', async () => {
    for (const tag of ['strong', 'weak'] as const) {
      const faults: Fault[] = [none, { kind: 'early', after: 50_000 }, { kind: 'change' }]
      const { source } = await openServed({ faults, tag })
      expect((await rejection(source.read(100_000, 250_000))).code).toBe('CHANGED')
    }
  })

  test.each([
    [404, 'NOT_FOUND'],
    [410, 'NOT_FOUND'],
    [401, 'ACCESS_DENIED'],
    [403, 'ACCESS_DENIED'],
    [400, 'IO'],
  ])('status %d is %s, at once', async (status, code) => {
    expect(await failure({ always: busy(status) })).toMatchObject({ code, details: { status } })
  })

  test('an HTML page', async () => {
    const { message } = await failure({ headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(message).toContain('HTML page, not a table')
  })

  test('a packed range', async () => {
    const error = await failure({ headers: { 'content-encoding': 'br' }, faults: [none] }, { retries: 0 })
    // Chromium unpacks it by itself, and fails
    const message =
      globalThis.location === undefined ? /gives ranges of a packed file/ : /could not be fetched/
    expect(error).toMatchObject({ code: 'IO', message: expect.stringMatching(message) })
  })

  test('a server without ranges: small files are read whole, large ones rejected', async () => {
    const { source, log } = await openServed({ always: { kind: 'whole' } })
    expect(areBytes(await source.read(300_000, 300_100), 7, 300_000, 300_100)).toBe(true)
    expect((await log()).length).toBe(1)
    const { message } = await failure({
      size: 2 ** 28 + 1,
      always: { kind: 'status', status: 200, headers: { 'content-length': String(2 ** 28 + 1) } },
    })
    expect(message).toContain('gives no ranges')
  })

  test.skipIf(globalThis.location !== undefined)(
    'no way to the server: said at once, when it is opened',
    async () => {
      const started = performance.now()
      const error = await rejection(
        urlSource(new URL('http://127.0.0.1:27999/x'), { retryMilliseconds: 20_000 }),
      )
      expect(error).toMatchObject({ code: 'IO', details: { reason: 'NETWORK', system: 'ECONNREFUSED' } })
      expect(performance.now() - started).toBeLessThan(10_000)
    },
  )

  test.each(['me:secret', 'secret', ':secret'])(
    '%s in the address is rejected, and not repeated',
    async (user) => {
      const error = await rejection(urlSource(new URL(`http://${user}@127.0.0.1/x`)))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.message).not.toContain('secret')
    },
  )
})
