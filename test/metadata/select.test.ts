/** The places that pass a condition, against a plain test of every entry. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeColumns } from '../../src/metadata/columns.ts'
import { parseCondition } from '../../src/metadata/parse-condition.ts'
import { select } from '../../src/metadata/select.ts'
import type { Value } from '../../src/metadata/types.ts'

type Entry = Record<'year' | 'language' | 'open', Value | null>

function columnsOf(entries: readonly Entry[]) {
  const columns = makeColumns({ year: 'number', language: 'string', open: 'boolean' })
  for (const [name, column] of columns) {
    column.reserve(entries.length)
    for (const [place, entry] of entries.entries()) column.set(place, entry[name as keyof Entry])
  }
  return columns
}

function found(entries: readonly Entry[], condition: unknown): number[] {
  const set = select(parseCondition(columnsOf(entries), condition), entries.length)
  expect(set.size).toBe(entries.length)
  return [...entries.keys()].filter((place) => set.has(place))
}

const entries: Entry[] = [
  { year: 2019, language: 'de', open: true },
  { year: 2020, language: 'en', open: false },
  { year: 2021, language: '', open: null },
  { year: null, language: null, open: null },
]

test.each<[unknown, number[]]>([
  [{ year: 2020 }, [1]],
  [{ year: { eq: 2020 } }, [1]],
  [{ year: null }, [3]],
  [{ year: { ne: 2020 } }, [0, 2]],
  [{ year: { ne: null } }, [0, 1, 2]],
  [{ year: { lt: 2020 } }, [0]],
  [{ year: { lte: 2020 } }, [0, 1]],
  [{ year: { gt: 2020 } }, [2]],
  [{ year: { gte: 2020 } }, [1, 2]],
  [{ year: { gt: 2019, lt: 2021 } }, [1]],
  [{ year: { in: [2021, 2019] } }, [0, 2]],
  [{ year: { in: [] } }, []],
  [{ year: { nin: [2021] } }, [0, 1]],
  [{ year: { nin: [] } }, [0, 1, 2]],
  [{ language: '' }, [2]],
  [{ language: { gt: 'de' } }, [1]],
  [{ open: false }, [1]],
  [{ open: { ne: false } }, [0]],
  [{ year: { gte: 2020 }, language: 'en' }, [1]],
  [{ year: 2019, open: false }, []],
  [
    [{ year: 2019 }, { open: false }],
    [0, 1],
  ],
  [
    [[{ year: 2019 }], { year: null, language: null }],
    [0, 3],
  ],
  [[], []],
  [{}, [0, 1, 2, 3]],
])('%j', (condition, expected) => {
  expect(found(entries, condition)).toEqual(expected)
})

/** The same comparisons, plainly. */
const PASSES: Record<string, (value: never, operand: never) => boolean> = {
  eq: (value, operand) => value === operand,
  ne: (value, operand) => value !== operand,
  in: (value, operand: never[]) => operand.includes(value),
  nin: (value, operand: never[]) => !operand.includes(value),
  lt: (value, operand) => value < operand,
  lte: (value, operand) => value <= operand,
  gt: (value, operand) => value > operand,
  gte: (value, operand) => value >= operand,
}

test('any condition', () => {
  const values = {
    year: fc.constantFrom(-1, 0, 1, 2.5, Number.POSITIVE_INFINITY),
    language: fc.constantFrom('', 'a', 'b', 'é', 'keys'),
    open: fc.boolean(),
  }
  const entry = fc.record({
    year: fc.option(values.year),
    language: fc.option(values.language),
    open: fc.option(values.open),
  })
  const comparison = (value: fc.Arbitrary<unknown>) =>
    fc.record(
      {
        eq: fc.option(value),
        ne: fc.option(value),
        in: fc.array(value),
        nin: fc.array(value),
        lt: value,
        lte: value,
        gt: value,
        gte: value,
      },
      { requiredKeys: [] },
    )
  // a comparison without operators is an error
  const filled = (value: fc.Arbitrary<unknown>) =>
    comparison(value).filter((given) => Object.keys(given).length > 0)
  const one = fc.record(
    { year: filled(values.year), language: filled(values.language), open: filled(values.open) },
    { requiredKeys: [] },
  )
  const passes = (row: Entry, condition: Record<string, Record<string, unknown>>) =>
    Object.entries(condition).every(([name, given]) =>
      Object.entries(given).every(([operator, operand]) => {
        const value = row[name as keyof Entry]
        if (value === null) return operator === 'eq' && operand === null
        return PASSES[operator]?.(value as never, operand as never)
      }),
    )
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 70 }), fc.array(one), one, (rows, any, alone) => {
      const wanted = (test: (row: Entry) => boolean) =>
        rows.flatMap((row, place) => (test(row) ? [place] : []))
      expect(found(rows, alone)).toEqual(wanted((row) => passes(row, alone as never)))
      expect(found(rows, any)).toEqual(
        wanted((row) => any.some((condition) => passes(row, condition as never))),
      )
    }),
  )
})
