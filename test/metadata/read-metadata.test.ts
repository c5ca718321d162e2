/** Metadata of an entry as callers pass it: one value per column, or an error that names entry and column. */
import { expect, test } from 'vitest'
import { makeColumns } from '../../src/metadata/columns.ts'
import { readMetadata } from '../../src/metadata/read-metadata.ts'

const columns = makeColumns({ year: 'number', text: 'string' })
const read = (metadata: unknown, given = columns) =>
  Array.from(
    readMetadata(given, metadata, () => 'entry 3'),
    ([column, value]) => [[...given].find(([, one]) => one === column)?.[0], value],
  )

test.each<[string, unknown, [string, unknown][]]>([
  ['nothing', undefined, []],
  ['an empty object', {}, []],
  [
    'a value of each column',
    { text: 'a', year: 1 },
    [
      ['text', 'a'],
      ['year', 1],
    ],
  ],
  ['null', { year: null }, [['year', null]]],
  ['undefined, which is null', { year: undefined }, [['year', null]]],
  ['an object without a prototype', Object.assign(Object.create(null), { year: 0 }), [['year', 0]]],
  ['a property that is not enumerable', Object.defineProperty({}, 'year', { value: 2 }), [['year', 2]]],
])('%s', (_, metadata, expected) => {
  expect(read(metadata)).toEqual(expected)
})

test.each<[unknown, string, object]>([
  [null, 'metadata is an object with one value per column; got null.', {}],
  ['year', 'metadata is an object with one value per column; got "year".', {}],
  [new Map([['year', 1]]), 'metadata is an object with one value per column; got Map.', {}],
  [
    Object.create({ year: 1 }),
    'metadata inherits "year": write it into the object itself.',
    { column: 'year' },
  ],
  [{ yaer: 1 }, 'there is no column "yaer"; there are "year", "text".', { column: 'yaer' }],
])('%j is an error', (metadata, message, details) => {
  expect(() => read(metadata)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: `entry 3: ${message}`, details }),
  )
})

test('a symbol is not a column', () => {
  const year = Symbol('year')
  expect(() => read({ [year]: 1 })).toThrow(
    expect.objectContaining({
      message: 'entry 3: there is no column Symbol(year); there are "year", "text".',
      details: { column: year },
    }),
  )
})

test('without columns there is no metadata', () => {
  expect(read({}, new Map())).toEqual([])
  expect(() => read({ year: 1 }, new Map())).toThrow(
    expect.objectContaining({
      message: 'entry 3: there is no column "year"; the collection has none.',
    }),
  )
})

test('a value of another type names its entry and column', () => {
  expect(() => read({ year: '2020' })).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: 'entry 3: column "year" holds a number or null; got "2020".',
      details: { column: 'year' },
    }),
  )
})
