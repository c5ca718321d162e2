/** Columns against plain lists: what is set, moved, selected and adopted from a file. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IdSet } from '../../src/core/id-set.ts'
import { type Column, checkValue, makeColumns } from '../../src/metadata/columns.ts'
import type { Value } from '../../src/metadata/types.ts'

const TYPES = ['number', 'string', 'boolean'] as const
const VALUES: Record<(typeof TYPES)[number], fc.Arbitrary<Value | null>> = {
  number: fc.constantFrom(null, 0, -1, 2.5, Number.POSITIVE_INFINITY),
  string: fc.constantFrom(null, '', 'a', 'b', 'ab'),
  boolean: fc.constantFrom(null, false, true),
}
function columnOf(type: (typeof TYPES)[number]): Column {
  const column = makeColumns({ it: type }).get('it')
  if (column === undefined) throw new Error('no column')
  return column
}
const read = (column: Column, count: number) => Array.from({ length: count }, (_, place) => column.get(place))
const selected = (column: Column, size: number, test: (value: Value | null) => boolean) => [
  ...column.select(size, test).words,
]

describe.each(TYPES)('a column of type %s', (type) => {
  test('holds, moves and selects what a list does', () => {
    const given = fc.record({
      values: fc.array(VALUES[type], { minLength: 1, maxLength: 70 }),
      later: fc.array(fc.tuple(fc.nat(69), VALUES[type])),
      wanted: VALUES[type],
      step: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(given, ({ values, later, wanted, step }) => {
        const column = columnOf(type)
        const list = [...values]
        column.reserve(Math.ceil(list.length / 2))
        for (const [place, value] of list.slice(0, Math.ceil(list.length / 2)).entries())
          column.set(place, value)
        // what was there stays when there is more room
        column.reserve(list.length + 5)
        for (let place = Math.ceil(list.length / 2); place < list.length; place++)
          column.set(place, list[place]!)
        for (const [place, value] of later) {
          if (place >= list.length) continue
          list[place] = value
          column.set(place, value)
        }
        expect(read(column, list.length + 5)).toEqual([...list, ...Array(5).fill(null)])
        for (const size of [list.length, list.length - 1]) {
          const expected = IdSet.where(size, (id) => list[id] === wanted)
          expect(selected(column, size, (value) => value === wanted)).toEqual([...expected.words])
        }
        const places = [...list.keys()].filter((place) => place % step === 0)
        column.compact(Uint32Array.from(places))
        const left = places.map((place) => list[place]!)
        expect(read(column, list.length + 5)).toEqual([
          ...left,
          ...Array(list.length + 5 - left.length).fill(null),
        ])
      }),
    )
  })
})

describe('a column of strings', () => {
  const text = fc.constantFrom(null, '', 'a', 'b', 'c', 'd')

  test('numbers the strings in use alone, and uses numbers again', () => {
    const step = fc.record({ place: fc.nat(3), value: text, renumber: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const column = columnOf('string')
        column.reserve(4)
        const list: (string | null)[] = Array(4).fill(null)
        for (const { place, value, renumber } of steps) {
          column.set(place, value)
          list[place] = value
          const different = [...new Set(list)].filter((one) => one !== null)
          if (renumber) {
            expect(column.strings()).toHaveLength(different.length)
            expect(new Set(column.strings())).toEqual(new Set(different))
            const strings = [null, ...(column.strings() ?? [])]
            expect(Array.from(column.values, (code) => strings[code])).toEqual(list)
          }
          expect(read(column, 4)).toEqual(list)
          // no more numbers than there are places, but for null's
          expect(Math.max(...column.values)).toBeLessThanOrEqual(4)
        }
      }),
    )
  })

  test('has no string of other columns', () => {
    expect(columnOf('number').strings()).toBeUndefined()
    expect(columnOf('boolean').strings()).toBeUndefined()
    expect(columnOf('string').strings()).toEqual([])
  })
})

describe('what a file holds is adopted', () => {
  const adopted = (
    type: 'boolean' | 'string' | 'number',
    values: number[],
    strings: unknown[] = [],
    count = values.length,
  ) => {
    const column = columnOf(type)
    column.reserve(values.length)
    for (const [place, value] of values.entries()) column.values[place] = value
    return { column, wrong: column.adopt(count, strings) }
  }
  test('numbers of any value', () => {
    const { column, wrong } = adopted('number', [Number.NaN, 3])
    expect(wrong).toBeUndefined()
    expect(read(column, 2)).toEqual([null, 3])
  })
  test('booleans are 0, 1 or 2', () => {
    expect(adopted('boolean', [2, 0, 1]).wrong).toBeUndefined()
    expect(adopted('boolean', [0, 1, 3, 4]).wrong).toBe('has 3 in row 2; it must be 0 (null), 1 or 2')
    expect(adopted('boolean', [3]).wrong).toContain('has 3 in row 0')
    expect(adopted('boolean', [1, 3], [], 1).wrong).toBeUndefined()
  })
  test('strings by their numbers, and what is wrong with them', () => {
    const { column, wrong } = adopted('string', [2, 0, 1, 2], ['a', 'b'])
    expect(wrong).toBeUndefined()
    expect(read(column, 4)).toEqual(['b', null, 'a', 'b'])
    expect(adopted('string', [1], [7]).wrong).toBe('has 7 among its strings')
    expect(adopted('string', [1, 2], ['a', 'a']).wrong).toBe('has the string "a" twice')
    expect(adopted('string', [1, 3], ['a', 'b']).wrong).toBe('has number 3 in row 1, of 2 strings')
    expect(adopted('string', [1, 3], ['a', 'b'], 1).wrong).toBeUndefined()
  })
  test('a string that no entry has is forgotten at once', () => {
    const { column } = adopted('string', [1, 3], ['a', 'gone', 'c'])
    const tested: unknown[] = []
    column.select(2, (value) => tested.push(value) > 0)
    expect(tested).toEqual([null, 'a', null, 'c'])
  })
  test('a string that no entry has is not saved again, the others go with their last entry', () => {
    const { column } = adopted('string', [1, 3, 3], ['a', 'gone', 'c'])
    expect(column.strings()).toEqual(['a', 'c'])
    expect(read(column, 3)).toEqual(['a', 'c', 'c'])
    column.set(1, null)
    expect(column.strings()).toEqual(['a', 'c'])
    column.set(2, 'd')
    expect(column.strings()).toEqual(['a', 'd'])
    expect(read(column, 3)).toEqual(['a', null, 'd'])
  })
  test('a string that no entry has yet can be set', () => {
    const { column } = adopted('string', [1], ['a', 'b'])
    column.set(0, 'b')
    expect(read(column, 1)).toEqual(['b'])
    expect(column.strings()).toEqual(['b'])
  })
})

describe('types of columns', () => {
  const failure = (message: string, details: object) =>
    expect.objectContaining({ name: 'RowspaceError', code: 'INVALID_ARGUMENT', message, details })

  test.each([
    [null, 'null'],
    [[], 'Array'],
    ['number', '"number"'],
    [undefined, 'undefined'],
  ])('%j is not an object of types', (given, shown) => {
    const message = `columns are { name: 'number' | 'string' | 'boolean' }; got ${shown}.`
    expect(() => makeColumns(given as never)).toThrow(failure(message, {}))
  })

  test.each([
    ['date', '"date"'],
    ['toString', '"toString"'],
    [null, 'null'],
  ])('%j is not a type', (type, shown) => {
    const message = `column "a" is of type 'number', 'string' or 'boolean'; got ${shown}.`
    expect(() => makeColumns({ a: type } as never)).toThrow(failure(message, { column: 'a' }))
  })

  test('there may be none, and names are any string', () => {
    expect(makeColumns({}).size).toBe(0)
    expect([...makeColumns(JSON.parse('{"__proto__": "string"}')).keys()]).toEqual(['__proto__'])
  })

  const values: [(typeof TYPES)[number], unknown, boolean][] = [
    ['number', 0, true],
    ['number', Number.POSITIVE_INFINITY, true],
    ['number', Number.NaN, false],
    ['number', '1', false],
    ['string', '', true],
    ['string', 1, false],
    ['boolean', false, true],
    ['boolean', 0, false],
    ['number', null, true],
    ['number', undefined, false],
  ]
  test.each(values)('a column of type %s, the value %j: %s', (type, value, holds) => {
    const check = () => checkValue('a', type, value)
    if (holds) expect(check).not.toThrow()
    else {
      const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
      expect(check).toThrow(failure(`column "a" holds a ${type} or null; got ${shown}.`, { column: 'a' }))
    }
  })
})
