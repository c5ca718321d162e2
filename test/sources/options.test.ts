/** How sources are opened: every option of another kind is an error that names it, every good one is taken as it is. */
import { describe, expect, test } from 'vitest'
import { SIGNAL as A_SIGNAL, checkValue } from '../../src/core/strict-options.ts'
import { checkCache, pickSourceOptions } from '../../src/sources/options.ts'

const SIGNAL = new AbortController().signal

const pick = (name: string, value: unknown) => {
  const [first, second] = name.split('.')
  return pickSourceOptions((second ? { hub: { [second]: value } } : { [first ?? '']: value }) as object)
}

const A_NUMBER = ['5', null, true, Number.NaN, Number.POSITIVE_INFINITY, -1]
test.each<[string, string, unknown[], unknown[]]>([
  ['signal', 'an AbortSignal', [SIGNAL], [null, {}, { throwIfAborted() {} }, { addEventListener() {} }, 'x']],
  ['retries', 'an integer ≥ 0', [0, 7], [...A_NUMBER, 1.5, 2 ** 53]],
  ['retryMilliseconds', 'a number ≥ 0', [0, 0.5, 1e9], A_NUMBER],
  ['stallMilliseconds', 'a number ≥ 1 and < 2147483648', [1, 2 ** 31 - 1], [...A_NUMBER, 0.9, 2 ** 31]],
  [
    'headers',
    "an object of names and values, { authorization: '…' }",
    [{}, { a: 'b' }],
    [null, 'x', [], new Map(), 7],
  ],
  ['hub.endpoint', 'a string', ['x', ''], [7, null, {}]],
  ['hub.token', 'a string', ['x'], [7, null, {}]],
  ['hub.offline', 'a boolean', [true, false], ['true', 1, null]],
  ['hub.refresh', 'a boolean', [true, false], ['true', 0, null]],
  ['hub.cache', 'true, false or the path of a folder', [true, false, 'x'], ['', 7, null, {}]],
])('%s must be %s', (name, expected, good, bad) => {
  for (const value of good) {
    const [first = '', second] = name.split('.')
    expect(pick(name, value)).toEqual(second ? { hub: { [second]: value } } : { [first]: value })
  }
  expect(pick(name, undefined)).toEqual(name.startsWith('hub') ? { hub: {} } : {})
  for (const value of bad) {
    expect(() => pick(name, value)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(`^${name} must be ${expected.replace(/[{}]/g, '\\$&')}; got .*\\.$`),
      }),
    )
  }
})

test('others are left out, and unknown ones of the hub are errors', () => {
  expect(pickSourceOptions(undefined)).toEqual({})
  expect(pickSourceOptions({ retries: 1, dtype: 'f32' } as object)).toEqual({ retries: 1 })
  expect(() => pickSourceOptions({ hub: { tokens: 'x' } as object })).toThrow(/unknown key "tokens"/)
})

describe('headers', () => {
  test.each([{ authorization: 'Bearer x' }, { "!#$%&'*+.^_`|~-Az09": '' }, { a: '\t ~ÿ\u0080' }])(
    '%j can be sent',
    (headers) => {
      expect(pickSourceOptions({ headers })).toEqual({ headers })
    },
  )

  test.each<Record<string, unknown>>([
    { 'a b': 'c' },
    { '': 'c' },
    { 'a:': 'c' },
    { é: 'c' },
    { a: 'secret\r\nb: c' },
    { a: 'secret\u007f' },
    { a: 'secret☃' },
    { a: ['secret'] },
    { good: 'x', a: '\0secret' },
  ])('%j cannot, and no value is shown', (headers) => {
    const name = Object.keys(headers).at(-1)
    let error: unknown
    try {
      pickSourceOptions({ headers: headers as Record<string, string> })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { header: name } })
    expect((error as Error).message).toContain(JSON.stringify(name))
    expect((error as Error).message).not.toContain('secret')
  })
})

test('a signal and a cache by themselves', () => {
  for (const value of [undefined, SIGNAL]) checkValue('signal', value, A_SIGNAL)
  for (const value of [undefined, true, 'x']) checkCache(value)
  expect(() => checkValue('signal', 7, A_SIGNAL)).toThrow('signal must be an AbortSignal; got 7.')
  expect(() => checkCache('')).toThrow('cache must be true, false or the path of a folder; got "".')
})
