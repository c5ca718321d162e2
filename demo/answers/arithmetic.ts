/**
 * king − man + woman: the rows nearest to a sum of rows, rows to compare with, and where the measures
 * disagree.
 */
import type { EmbeddingTable, Expression, Match } from 'rowspace'
import type { Metric, State } from '../state.ts'
import { readExpression } from './expression.ts'
import type { SearchFacts } from './neighbours.ts'
import { type NamedMatch, named, nameOf, norm, timed } from './tokens.ts'

/** Words that have nothing to do with it: those of the source page, as GPT-2 has them. */
const UNRELATED = [' Either', ' Alpine', ' pillars']

/** The best by one measure, and what makes its dot product: dot = cosine · ‖q‖ · ‖x‖. */
export interface Best extends NamedMatch {
  norm: number
}

export interface ArithmeticAnswer extends SearchFacts {
  /** How the expression was read, where that is not as it was written. */
  reading: string | undefined
  matches: NamedMatch[]
  baselines: NamedMatch[]
  /** ‖q‖, the length of the sum. */
  sumNorm: number
  byCosine: Best | undefined
  byDot: Best | undefined
}

/** Throws where the expression makes no sense or names no row. */
export function arithmetic(table: EmbeddingTable, state: State): ArithmeticAnswer {
  const { expression, reading } = readExpression(table, state.expression)
  const { normalize, inputs: includeInputs, sumMetric } = state
  const ask = (metric: Metric) => table.analogy(expression, { k: 10, metric, normalize, includeInputs })
  const { result, ...time } = timed(() => ask(sumMetric))
  const sum = table.combine(expression, { normalize })
  const other = ask(sumMetric === 'cosine' ? 'dot' : 'cosine').at(0)
  const [byCosine, byDot] = sumMetric === 'cosine' ? [result.at(0), other] : [other, result.at(0)]
  return {
    reading,
    matches: named(table, result),
    baselines: named(table, table.scores(sum, baselineIds(table, state, expression))),
    sumNorm: norm(sum),
    byCosine: bestOf(table, byCosine),
    byDot: bestOf(table, byDot),
    ...time,
    size: table.size,
    threads: table.threads,
    rescored: result.stats.rescored,
  }
}

function bestOf(table: EmbeddingTable, match: Match | undefined): Best | undefined {
  if (match === undefined) return undefined
  const { id, cosine, dot } = match
  return { id, name: nameOf(table.vocabulary, id), cosine, dot, norm: norm(table.row(id)) }
}

function baselineIds(table: EmbeddingTable, { seed }: State, expression: Expression): number[] {
  const exclude = inputIds(table, expression)
  const draw = (seed: number) => [
    ...table.randomIds(Math.min(3, table.size - exclude.length), { seed, exclude }),
  ]
  if (seed > 0) return draw(seed)
  const known = UNRELATED.flatMap((word) => idOf(table, [word, word.trim(), word.trim().toLowerCase()]) ?? [])
  return known.length > 0 ? known : draw(1)
}

/** The row of the first name that is a token. */
function idOf({ vocabulary }: EmbeddingTable, names: readonly string[]): number | undefined {
  return names.map((name) => vocabulary?.idOf(name)).find((id) => id !== undefined)
}

/** The rows of the terms, each once. */
export function inputIds(table: EmbeddingTable, { positive = [], negative = [] }: Expression): number[] {
  const rows = [...positive, ...negative].map((term) => (Array.isArray(term) ? term[0] : term))
  return [...new Set(rows.map((row) => table.id(row as string | number)))]
}
