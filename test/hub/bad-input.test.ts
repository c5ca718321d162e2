/**
 * Whatever the public calls of the hub and of sources are given, they answer or reject it by name: no raw
 * error, nothing ignored.
 */
import { describe, expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { clearCache, hubSource, listCache, parseHubName } from '../../src/hub.ts'
import { openSource } from '../../src/open/open-source.ts'
import { openTable } from '../../src/open/open-table.ts'
import { rejection } from '../formats/files.ts'

const NAME = 'hf:openai/small'

/** What no option takes, none of it. */
const ODD: unknown[] = [
  null,
  Number.NaN,
  -1,
  1.5,
  7n,
  Symbol('odd'),
  [],
  [1],
  () => 0,
  new Map(),
  new Date(0),
  Promise.resolve(),
  Object.create(null),
]

/**
 * Calls `call` with each value in the place of an argument or an option; each must be rejected as
 * INVALID_ARGUMENT.
 */
async function rejectsAll(call: (value: never) => unknown, values: readonly unknown[]): Promise<void> {
  for (const value of values) {
    try {
      await call(value as never)
    } catch (error) {
      if (!isRowspaceError(error, 'INVALID_ARGUMENT')) throw error
      continue
    }
    expect.fail(`${String(value)} was accepted`)
  }
}

/** Nothing is fetched, whatever is accepted. */
const offline = { offline: true, endpoint: 'http://127.0.0.1:9' }

describe('values of another kind', () => {
  test.each<[string, (value: never) => unknown, unknown[]]>([
    ['the name of hubSource', (value) => hubSource(value), [...ODD, undefined, true, {}, 'gpt2']],
    ['the name of parseHubName', async (value) => parseHubName(value), [...ODD, undefined, true, {}, '']],
    ['the name of clearCache', (value) => clearCache(value), [...ODD, true, {}, 'gpt2', '']],
    ['the cache of clearCache', (value) => clearCache(NAME, value), [...ODD, {}, '']],
    ['the cache of listCache', (value) => listCache(value), [...ODD, {}, '']],
    ['the source of openSource', (value) => openSource(value), [...ODD, undefined, true, {}, '']],
    ['the options of hubSource', (value) => hubSource(NAME, value), [...ODD.filter(isNotPlain), true, 'x']],
    ...(['retries', 'retryMilliseconds', 'stallMilliseconds'] as const).map(
      (name): [string, (value: never) => unknown, unknown[]] => [
        name,
        (value) => hubSource(NAME, { [name]: value, hub: offline }),
        [...ODD.filter((value) => value !== 1.5), true, '5', {}, Number.POSITIVE_INFINITY],
      ],
    ),
    ['retries with a fraction', (value) => hubSource(NAME, { retries: value, hub: offline }), [1.5, 2 ** 53]],
    [
      'stallMilliseconds of nothing',
      (value) => hubSource(NAME, { stallMilliseconds: value, hub: offline }),
      [0, 2 ** 31],
    ],
    ['signal', (value) => hubSource(NAME, { signal: value, hub: offline }), [...ODD, true, 'x', {}]],
    [
      'headers',
      (value) => hubSource(NAME, { headers: value, hub: offline }),
      [
        ...ODD.filter((value) => isNotPlain(value) || value instanceof Map).filter(
          (value) => !(value instanceof Date || value instanceof Promise),
        ),
        'x',
        { 'a b': 'c' },
        { a: 'b\r\nc: d' },
        { a: 7 },
        { a: '☃' },
        { '': '' },
      ],
    ],
    ['hub', (value) => hubSource(NAME, { hub: value }), [...ODD.filter(isNotPlain), true, 'x']],
    [
      'hub.endpoint',
      (value) => hubSource(NAME, { hub: { ...offline, endpoint: value } }),
      [...ODD, true, {}, 'x', 'http://a/#b', 'http://a?b', 'http://a:b@c', 'file:///a'],
    ],
    [
      'hub.token',
      (value) => hubSource(NAME, { hub: { ...offline, token: value } }),
      [...ODD, true, {}, 'a b', '☃'],
    ],
    ['hub.cache', (value) => hubSource(NAME, { hub: { ...offline, cache: value } }), [...ODD, {}, '']],
    [
      'hub.offline',
      (value) => hubSource(NAME, { hub: { ...offline, offline: value } }),
      [...ODD, {}, 'false', 0],
    ],
    [
      'hub.refresh',
      (value) => hubSource(NAME, { hub: { ...offline, refresh: value } }),
      [...ODD, {}, 'false', 1],
    ],
  ])('%s', async (_, call, values) => {
    await rejectsAll(call, values)
  })
})

/** Whether it is something else than an object of no known keys. */
function isNotPlain(value: unknown): boolean {
  return Object.prototype.toString.call(value) !== '[object Object]'
}

describe('unknown keys', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['an option', () => hubSource(NAME, { retrys: 1 } as object), 'retries'],
    ['an option of the hub', () => hubSource(NAME, { hub: { tokem: 'x' } as object }), 'token'],
    [
      'an option of the hub, for a table',
      () => openTable(NAME, { hub: { ofline: true } as object }),
      'offline',
    ],
    [
      'an option of the hub, for a path',
      () => openTable('x', { hub: { ofline: true } as object }),
      'offline',
    ],
  ])('%s', async (_, call, nearest) => {
    const error = await rejection(call())
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { nearest } })
    expect(error.message).toContain(`did you mean "${nearest}"`)
  })
})

test('good values are taken', async () => {
  for (const options of [
    { retries: 0, retryMilliseconds: 0.5, stallMilliseconds: 1, headers: { 'X-A': 'ü' }, hub: offline },
    { headers: undefined, retries: undefined, hub: { ...offline, token: undefined, cache: undefined } },
    { signal: new AbortController().signal, hub: { ...offline, cache: false, refresh: true } },
  ]) {
    expect((await rejection(hubSource(NAME, options))).code).toBe('OFFLINE')
  }
})

test('a long value makes no long message, and a secret is in none', async () => {
  const long = 'x'.repeat(5_000_000)
  for (const promise of [
    hubSource(long),
    hubSource(`hf:a/b@${long}`),
    hubSource(`hf:a/b/${long}\n`),
    hubSource(NAME, { hub: { endpoint: long } }),
    hubSource(NAME, { [long]: 1 } as object),
    openSource(`zz://${long}`),
    openSource(`https://[${long}`),
    openSource(`http://127.0.0.1:9/${long}`, { retries: 0 }),
  ]) {
    expect((await rejection(promise)).message.length).toBeLessThan(5_000)
  }
  const secret = 'hf_secret secret'
  for (const promise of [
    hubSource(NAME, { hub: { token: secret } }),
    hubSource(NAME, { hub: { endpoint: `http://me:${secret}@host` } }),
    hubSource(NAME, { headers: { authorization: `${secret}\n` } }),
  ]) {
    expect((await rejection(promise)).message).not.toContain('secret')
  }
})
