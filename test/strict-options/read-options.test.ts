/** The reader itself, and the distance that proposes a key. */
import fc from 'fast-check'
import { distance } from 'fastest-levenshtein'
import { expect, test } from 'vitest'
import { editDistance } from '../../src/core/edit-distance.ts'
import { type KeysOf, pickOptions, readOptions } from '../../src/core/strict-options.ts'

interface Options {
  limit?: number | undefined
  metric?: string | undefined
  includeInputs?: boolean | undefined
}

const KEYS: KeysOf<Options> = { limit: true, metric: true, includeInputs: true }
// biome-ignore lint/suspicious/noExplicitAny: what is handed over is wrong on purpose
const read = (given: any) => readOptions<Options>(given, KEYS, 'the options of ask()')

test('options come as a copy without what is undefined', () => {
  const given = { limit: 3, metric: undefined }
  const options = read(given)
  expect(Object.entries(options)).toEqual([['limit', 3]])
  given.limit = 4
  expect(options.limit).toBe(3)
  expect(read(undefined)).toEqual({})
  expect(read({ limit: null })).toEqual({ limit: null })
})

test('an object of any origin will do, inherited options too', () => {
  class Settings {
    limit = 5
  }
  expect(read(new Settings())).toEqual({ limit: 5 })
  expect(read(Object.create({ limit: 6 }))).toEqual({ limit: 6 })
  expect(read(Object.assign(Object.create(null), { limit: 7 }))).toEqual({ limit: 7 })
  for (const odd of [
    Object.assign(new Settings(), { odd: 1 }),
    Object.assign(Object.create(null), { odd: 1 }),
  ]) {
    expect(() => read(odd)).toThrow('unknown key "odd"')
  }
})

test('names that every object has are unknown keys', () => {
  for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const given = Object.defineProperty({ limit: 1 }, key, { value: true, enumerable: true })
    expect(() => read(given)).toThrow(`unknown key "${key}"`)
  }
})

test("what is added to all objects is nobody's option", () => {
  Object.assign(Object.prototype, { added: 1 })
  try {
    expect(Object.keys(read({ limit: 1 }))).toEqual(['limit'])
  } finally {
    Reflect.deleteProperty(Object.prototype, 'added')
  }
})

test('the message names the key, the nearest known one and all', () => {
  const cases = [
    ['Limit', 'limit'],
    ['limits', 'limit'],
    ['metrics', 'metric'],
    ['includeinput', 'includeInputs'],
    ['', 'limit'],
    [`include${'x'.repeat(1000)}`, 'includeInputs'],
  ] as const
  for (const [key, nearest] of cases) {
    expect(() => read({ [key]: 1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: { key, nearest } }),
    )
  }
  expect(() => read({ topK: 1 })).toThrow(
    'unknown key "topK" in the options of ask(); did you mean "limit"? Known keys: limit, metric, includeInputs',
  )
})

test('some of the options are picked from many', () => {
  const many = { limit: 1, metric: undefined, other: 2 }
  expect(Object.entries(pickOptions<Options>(many, KEYS))).toEqual([['limit', 1]])
  expect(pickOptions<Options>(undefined, KEYS)).toEqual({})
})

test("the distance is Levenshtein's, or the limit where that is reached", () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 })
  fc.assert(
    fc.property(word, word, fc.integer({ min: 1, max: 14 }), (a, b, limit) => {
      const expected = distance(a, b)
      expect(editDistance(a, b)).toBe(expected)
      const limited = editDistance(a, b, limit)
      if (expected < limit) expect(limited).toBe(expected)
      else expect(limited).toBeGreaterThanOrEqual(limit)
    }),
    { numRuns: 500 },
  )
})
