/** What a status, a web page, a network that fails and a connection that stalls come to. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { RowspaceError } from '../../src/core/errors.ts'
import {
  checkNotHtml,
  isUnreachable,
  nameOf,
  networkFailure,
  statusFailure,
  Watchdog,
} from '../../src/sources/http.ts'
import { TransientFailure } from '../../src/sources/retry.ts'

const URL_ = new URL('http://me:secret@a.invalid/t')

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('an address is shown without name and password, and shortened past 4,000 letters', () => {
  expect(nameOf(URL_)).toBe('http://a.invalid/t')
  const base = 'http://a.invalid/'
  const full = base + 'x'.repeat(4_000 - base.length)
  expect(nameOf(new URL(full))).toBe(full)
  expect(nameOf(new URL(`${full}y`))).toBe(`${full}…`)
})

describe('a status', () => {
  test.each([
    [400, 'IO', false, /Check the address\.$/],
    [401, 'ACCESS_DENIED', false, /sign in or request access/],
    [403, 'ACCESS_DENIED', false, /sign in or request access/],
    [404, 'NOT_FOUND', false, /Check the address\.$/],
    [408, 'IO', true, /Try again later\.$/],
    [410, 'NOT_FOUND', false, /Check the address\.$/],
    [425, 'IO', true, /Try again later\.$/],
    [429, 'IO', true, /Try again later\.$/],
    [499, 'IO', false, /Check the address\.$/],
    [500, 'IO', true, /Try again later\.$/],
    [599, 'IO', true, /Try again later\.$/],
  ])('%i: %s, transient: %s', (status, code, passes, message) => {
    const headers = { 'retry-after': '7', 'x-error-code': 'Odd' }
    const failure = statusFailure(URL_, new Response('', { status, headers }))
    expect(failure instanceof TransientFailure).toBe(passes)
    if (failure instanceof TransientFailure) expect(failure.waitMilliseconds).toBe(7_000)
    const error = failure instanceof TransientFailure ? failure.error : failure
    expect(error).toMatchObject({ code, details: { url: nameOf(URL_), status, errorCode: 'Odd' } })
    expect(error.message).toMatch(`http://a.invalid/t answered ${status}. `)
    expect(error.message).toMatch(message)
  })

  test('with its text, and without a code or a wait', () => {
    const response = new Response('', { status: 503, statusText: 'Busy' })
    const failure = statusFailure(URL_, response) as TransientFailure
    expect(failure.message).toMatch('answered 503 Busy. ')
    expect(failure.error.details.errorCode).toBeUndefined()
    expect(failure.waitMilliseconds).toBe(0)
  })
})

describe('a web page', () => {
  test.each(['text/html', ' TEXT/HTML; charset=utf-8', 'application/xhtml+xml'])('%j', (type) => {
    const page = new Response('', { headers: { 'content-type': type } })
    expect(() => checkNotHtml(URL_, page)).toThrow(
      expect.objectContaining({
        code: 'IO',
        details: { url: nameOf(URL_), status: 200, reason: 'HTML', contentType: type.trim() },
      }),
    )
  })
  test.each(['application/octet-stream', 'x/text/html', 'text/plain', undefined])('%j is none', (type) => {
    checkNotHtml(URL_, new Response(null, type === undefined ? {} : { headers: { 'content-type': type } }))
  })
})

describe('a network that fails', () => {
  const system = (message: string, code?: string) => Object.assign(new Error(message), code && { code })
  test.each([
    [
      'the reason within',
      new TypeError('fetch failed', { cause: system('no route', 'ENOTFOUND') }),
      'no route',
    ],
    [
      'its code where it says nothing',
      new TypeError('fetch failed', { cause: system('', 'EPIPE') }),
      'EPIPE',
    ],
    ['what fetch said, where neither', new TypeError('fetch failed', { cause: system('') }), 'fetch failed'],
    ['what fetch said, where no error is within', new TypeError('x', { cause: { code: 'Y' } }), 'x'],
    ['what fetch said, where nothing is within', new TypeError('Failed to fetch'), 'Failed to fetch'],
  ])('%s', (_, cause, problem) => {
    const { error } = networkFailure(URL_, cause)
    expect(error).toMatchObject({
      code: 'IO',
      message: `http://a.invalid/t could not be fetched: ${problem}. Check the network, the address and, in a browser, CORS.`,
      details: { url: nameOf(URL_), reason: 'NETWORK', problem },
      cause,
    })
    expect(error.details.system).toBe((cause.cause as { code?: string } | undefined)?.code)
  })

  const failed = (details: Record<string, unknown>) => new RowspaceError('IO', 'x', details)
  test.each(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH'])(
    '%s: there is no way',
    (code) => {
      expect(isUnreachable(failed({ system: code }))).toBe(true)
    },
  )
  test.skipIf(globalThis.location !== undefined)(
    'another reason may pass, unless the page is offline',
    () => {
      expect(isUnreachable(failed({ system: 'ECONNRESET', reason: 'NETWORK' }))).toBe(false)
      vi.stubGlobal('navigator', { onLine: false })
      expect(isUnreachable(failed({ reason: 'NETWORK' }))).toBe(true)
      expect(isUnreachable(failed({ reason: 'HTML' }))).toBe(false)
      vi.stubGlobal('navigator', { onLine: true })
      expect(isUnreachable(failed({ reason: 'NETWORK' }))).toBe(false)
      vi.stubGlobal('navigator', undefined)
      expect(isUnreachable(failed({ reason: 'NETWORK' }))).toBe(false)
    },
  )
})

describe('a watchdog', () => {
  test('aborts when nothing came for so long since the last sign of life', () => {
    vi.useFakeTimers()
    const watchdog = new Watchdog(URL_, 1_500, undefined)
    vi.advanceTimersByTime(1_499)
    watchdog.alive()
    vi.advanceTimersByTime(1_499)
    expect(watchdog.signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    const { reason } = watchdog.signal
    expect(reason).toBeInstanceOf(TransientFailure)
    expect(reason.error).toMatchObject({
      code: 'IO',
      message: 'http://a.invalid/t gave nothing for 1.5 s. Check the network and try again.',
      details: { reason: 'STALLED', problem: 'gave nothing for 1.5 s' },
    })
  })

  test('passes an abort on with its reason', () => {
    const outer = new AbortController()
    const watchdog = new Watchdog(URL_, 60_000, outer.signal)
    outer.abort('enough')
    expect(watchdog.signal.reason).toBe('enough')
    watchdog.end()
  })

  test('ends with its request, and leaves neither timer nor listener', () => {
    vi.useFakeTimers()
    const outer = new AbortController()
    const removed = vi.spyOn(outer.signal, 'removeEventListener')
    const added = vi.spyOn(outer.signal, 'addEventListener')
    const watchdog = new Watchdog(URL_, 1_000, outer.signal)
    watchdog.end()
    expect(watchdog.signal.reason).toMatchObject({ name: 'AbortError' })
    expect(vi.getTimerCount()).toBe(0)
    expect(removed.mock.calls).toEqual([added.mock.calls[0]?.slice(0, 2)])
  })
})
