/** combine() and analogy() against the oracle. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Expression, Term } from '../../src/table/expression.ts'
import { expectFloats, expectMatches } from '../oracle/expect.ts'
import { combineAll, type OracleTerm, searchAll } from '../oracle/search.ts'
import { counts, makeTable, metrics, type TestTable, tablesWithQuery } from '../oracle/tables.ts'

const open = ({ flat, dimension, size }: TestTable) =>
  EmbeddingTable.from(flat, { dimension, tokens: Array.from({ length: size }, (_, id) => `row ${id}`) })

type WeightedTerm = Term | readonly [Term, number]

const termsOf = (table: TestTable, query: Float32Array): fc.Arbitrary<WeightedTerm[]> => {
  const rows = fc.integer({ min: 0, max: table.size - 1 })
  const term = fc.oneof(
    rows,
    rows.map((id) => `row ${id}`),
    fc.constant(query),
  )
  const weighted = fc.tuple(term, fc.double({ min: -2, max: 2, noNaN: true }))
  return fc.array(fc.oneof<fc.Arbitrary<WeightedTerm>[]>(term, weighted), { maxLength: 4 })
}

const questions = tablesWithQuery({ size: 100, dimension: 20 }).chain(({ table, query }) =>
  fc.record({
    table: fc.constant(table),
    positive: termsOf(table, query),
    negative: termsOf(table, query),
    normalize: fc.boolean(),
    k: counts(table.size),
    metric: metrics,
    includeInputs: fc.boolean(),
  }),
)

function oracleTerms(table: TestTable, { positive = [], negative = [] }: Expression) {
  const inputs = new Set<number>()
  const termOf = (sign: number) => (entry: WeightedTerm) => {
    const [term, weight] = Array.isArray(entry) ? (entry as readonly [Term, number]) : [entry as Term, 1]
    if (term instanceof Float32Array) return { vector: term, weight: sign * weight }
    const id = typeof term === 'number' ? term : Number(term.slice(4))
    inputs.add(id)
    return { vector: table.rows[id]!, weight: sign * weight }
  }
  const terms: OracleTerm[] = [...positive.map(termOf(1)), ...negative.map(termOf(-1))]
  return { terms, inputs }
}

test('any expression makes the vector and the answer of the oracle', async () => {
  await fc.assert(
    fc.asyncProperty(
      questions,
      async ({ table, positive, negative, normalize, k, metric, includeInputs }) => {
        fc.pre(positive.length + negative.length > 0)
        const expression = { positive, negative }
        const { terms, inputs } = oracleTerms(table, expression)
        const vector = combineAll(terms, normalize)
        using real = await open(table)
        expectFloats(real.combine(expression, { normalize }), vector)
        fc.pre(vector.every(Number.isFinite) && (metric === 'dot' || vector.some((value) => value !== 0)))
        const allowed = (id: number) => includeInputs || !inputs.has(id)
        expectMatches(
          real.analogy(expression, { normalize, k, metric, includeInputs }),
          searchAll(table.rows, vector, { k, metric, allowed }),
        )
      },
    ),
    { numRuns: 150 },
  )
})

test('king − man + woman lands on queen, raw and on unit rows', async () => {
  // royalty, sex, size: rows of different lengths
  const words = { king: [9, 1, 1], man: [1, 1, 2], woman: [1, -1, 2], queen: [8, -1, 1], apple: [0, 0, 5] }
  using table = await EmbeddingTable.from(Object.values(words).flat(), {
    dimension: 3,
    tokens: Object.keys(words),
  })
  const expression = { positive: ['king', 'woman'], negative: ['man'] }
  expect([...table.combine(expression)]).toEqual([9, -1, 1])
  expect(table.analogy(expression).at(0)?.token).toBe('queen')
  expect(table.analogy(expression, { normalize: true }).at(0)?.token).toBe('queen')
  expect(
    table
      .analogy(expression)
      .toArray()
      .map(({ token }) => token),
  ).toEqual(['queen', 'apple'])
})

test('weights, exclude and filter apply to an analogy as well', async () => {
  const { flat, rows, dimension } = makeTable(60, 7, 'plain', 4)
  using table = await EmbeddingTable.from(flat, { dimension })
  const expression: Expression = { positive: [[3, 0.25], 4], negative: [[5, 2]] }
  const vector = combineAll(
    [
      { vector: rows[3]!, weight: 0.25 },
      { vector: rows[4]!, weight: 1 },
      { vector: rows[5]!, weight: -2 },
    ],
    false,
  )
  const allowed = (id: number) => id % 2 === 0 && id !== 4 && id !== 8
  expectMatches(
    table.analogy(expression, { k: 60, exclude: [8], filter: (id) => id % 2 === 0 }),
    searchAll(rows, vector, { k: 60, metric: 'cosine', allowed }),
  )
})

test('unit scales a row of zeros to zeros', async () => {
  using table = await EmbeddingTable.from([0, 0, 3, 4], { dimension: 2 })
  expectFloats(table.combine({ positive: [0, 1] }, { normalize: true }), Float32Array.of(0.6, 0.8))
})
