/** Columns against plain lists: what is set, kept, selected and taken over from a file. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IdSet } from '../../src/core/id-set.ts'
import { type Column, makeColumns } from '../../src/metadata/columns.ts'
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
const selected = (column: Column, size: number, test: (value: Value | null) => boolean) => {
  const target = new IdSet(size)
  column.select(target, test)
  return [...target.words]
}

describe.each(TYPES)('a column of type %s', (type) => {
  test('holds, keeps and selects what a list does', () => {
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
        const kept = places.map((place) => list[place]!)
        expect(read(column, list.length + 5)).toEqual([
          ...kept,
          ...Array(list.length + 5 - kept.length).fill(null),
        ])
      }),
    )
  })
})

describe('what a file holds is taken over', () => {
  const adopted = (
    type: 'boolean' | 'string',
    values: number[],
    strings: unknown[] = [],
    count = values.length,
  ) => {
    const column = columnOf(type)
    column.reserve(values.length)
    for (const [place, value] of values.entries()) column.values[place] = value
    return { column, wrong: column.adopt(count, strings) }
  }
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
  test('a string that no entry has is forgotten, the others only with their last entry', () => {
    const { column } = adopted('string', [1, 3, 3], ['a', 'gone', 'c'])
    expect(column.strings).toEqual(['a', '', 'c'])
    column.set(1, null)
    expect(column.strings).toEqual(['a', '', 'c'])
    column.set(2, 'd')
    expect([...(column.strings ?? [])].sort()).toEqual(['', 'a', 'd'])
    expect(read(column, 3)).toEqual(['a', null, 'd'])
  })
})
