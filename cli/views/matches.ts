/** The answer of `nearest` and `analogy`: a table for people, the documented JSON for scripts. */

import { count, duration } from '../../data/figures.ts'
import type { Metric } from '../../src/table/embedding-table.ts'
import type { Match } from '../../src/table/matches.ts'
import { columns, paint } from '../output.ts'
import type { Answer } from '../parsing/command.ts'
import type { Option } from '../parsing/option.ts'
import { column, cosine, token } from './figures.ts'

/** Options of both commands. */
export const SEARCH_OPTIONS: Readonly<Record<string, Option>> = {
  k: { short: 'k', value: 'N', help: 'how many rows, at most (10)' },
  metric: { value: 'cosine|dot', help: 'what to rank by; both are shown (cosine)' },
  'include-inputs': { help: 'let the rows of the query be in the answer' },
}

export const METRICS: readonly Metric[] = ['cosine', 'dot']

export interface Answered {
  /** The query as people write it. */
  query: string
  /** The table as it was named, and itself for its shape. */
  name: string
  table: { readonly size: number; readonly dimension: number }
  metric: Metric
  k: number
  matches: readonly Match[]
  /** Rows drawn at random, to compare with. */
  baselines?: readonly Match[] | undefined
  /** How long the search alone took. */
  milliseconds: number
}

export function answerWithMatches(answered: Answered): Answer {
  const { name, metric, k, matches, baselines } = answered
  return {
    text: () => formatMatches(answered),
    document: {
      table: name,
      metric,
      k,
      matches: matches.map(matchDocument),
      ...(baselines === undefined ? {} : { baselines: baselines.map(matchDocument) }),
    },
  }
}

/** A match in JSON: a row without a token has `null`. */
export function matchDocument({ id, token, cosine, dot }: Match) {
  return { id, token: token ?? null, cosine, dot }
}

function formatMatches({ query, name, table, metric, matches, baselines, milliseconds }: Answered): string {
  const shape = `${name}, ${count(table.size)} x ${table.dimension}, by ${metric}, ${duration(milliseconds)}`
  const lines = [`${paint.bold(query)}  ${paint.dim(shape)}`, matchRows(matches, baselines, metric)]
  return lines.filter((line) => line !== '').join('\n')
}

/** The rows alone, best first, the baselines dimmed below; the metric they are ranked by in colour. */
export function matchRows(
  matches: readonly Match[],
  baselines: readonly Match[] | undefined,
  metric: Metric,
  indent?: string,
): string {
  const all = [...matches, ...(baselines ?? [])]
  if (all.length === 0) return paint.dim('no rows')
  const dot = column(all.map((match) => match.dot))
  const ranked = (by: Metric, text: string) => (by === metric ? paint.cyan(text) : text)
  const row = (match: Match) => [
    paint.bold(token(match.token)),
    ranked('cosine', cosine(match.cosine)),
    ranked('dot', dot(match.dot)),
    paint.dim(String(match.id)),
  ]
  const plain = (match: Match) =>
    [token(match.token), cosine(match.cosine), dot(match.dot), String(match.id)].map(paint.dim)
  const rows = matches.map(row)
  if (baselines !== undefined) rows.push([paint.dim('at random:'), '', '', ''], ...baselines.map(plain))
  return columns('lrrr', ['token', 'cosine', 'dot', 'id'], rows, indent)
}

/** The same for a search that is awaited. */
export async function timedAsync<Result>(
  search: () => Promise<Result>,
): Promise<{ result: Result; milliseconds: number }> {
  const start = performance.now()
  const result = await search()
  return { result, milliseconds: performance.now() - start }
}

/** Runs a search and times it alone. */
export function timed<Result>(search: () => Result): { result: Result; milliseconds: number } {
  const start = performance.now()
  const result = search()
  return { result, milliseconds: performance.now() - start }
}
