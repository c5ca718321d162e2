/** `rowspace nearest` and `rowspace analogy`. */
import type { Matches } from '../matches.ts'
import type { EmbeddingTable, SearchOptions } from '../table.ts'
import { parseExpression } from './expression.ts'
import { openNamedTable, rowNamed } from './named-table.ts'
import { colours, countText, matchTable, millisecondsText, print, printJson } from './output.ts'
import { metricOf, positionals, readArguments, wholeNumber } from './usage.ts'

const SEARCH = {
  k: { type: 'string', short: 'k' },
  metric: { type: 'string' },
  tensor: { type: 'string' },
  'include-inputs': { type: 'boolean' },
} as const

interface Answer {
  name: string
  question: string
  metric: string
  k: number
  matches: Matches
  milliseconds: number
  baselines?: Matches | undefined
}

export async function nearestCommand(args: string[]): Promise<void> {
  const { values, positionals: given } = readArguments(args, SEARCH)
  const [name, text] = positionals(given, ['<table>', '<token|id>']) as [string, string]
  const options = searchOptions(values)
  using table = await openNamedTable(name, { tensor: values.tensor })
  const row = rowNamed(table, text)
  const { result: matches, milliseconds } = timed(() => table.nearest(row, options))
  answer(
    table,
    { name, question: `nearest to ${text}`, ...options, matches, milliseconds },
    values.json === true,
  )
}

export async function analogyCommand(args: string[]): Promise<void> {
  const { values, positionals: given } = readArguments(args, {
    ...SEARCH,
    unit: { type: 'boolean' },
    baselines: { type: 'string' },
    seed: { type: 'string' },
  })
  const [name, text] = positionals(given, ['<table>', '"expression"']) as [string, string]
  const options = { ...searchOptions(values), unit: values.unit ?? false }
  const baselineCount = wholeNumber(values.baselines, '--baselines', 0, 0)
  const seed = wholeNumber(values.seed, '--seed', Number.MIN_SAFE_INTEGER, 1)
  const parsed = parseExpression(text)
  using table = await openNamedTable(name, { tensor: values.tensor })
  const terms = (list: [string, number][]) =>
    list.map(([word, weight]) => [rowNamed(table, word), weight] as const)
  const expression = { positive: terms(parsed.positive), negative: terms(parsed.negative) }
  const { result: matches, milliseconds } = timed(() => table.analogy(expression, options))
  const inputs = [...expression.positive, ...expression.negative].map(([row]) => row)
  const baselines =
    baselineCount === 0
      ? undefined
      : table.measure(
          table.combine(expression, options),
          table.sample(baselineCount, { seed, exclude: inputs }),
        )
  answer(table, { name, question: text, ...options, matches, milliseconds, baselines }, values.json === true)
}

function searchOptions(values: { k?: string; metric?: string; 'include-inputs'?: boolean }): Required<
  Pick<SearchOptions, 'k' | 'metric' | 'includeInputs'>
> & {
  k: number
  metric: 'cosine' | 'dot'
} {
  return {
    k: wholeNumber(values.k, '-k', 0, 10),
    metric: metricOf(values.metric),
    includeInputs: values['include-inputs'] ?? false,
  }
}

function timed<T>(work: () => T): { result: T; milliseconds: number } {
  const start = performance.now()
  const result = work()
  return { result, milliseconds: performance.now() - start }
}

function answer(
  table: EmbeddingTable,
  { name, question, metric, k, matches, milliseconds, baselines }: Answer,
  json: boolean,
): void {
  if (json) {
    printJson({ table: name, metric, k, matches, ...(baselines === undefined ? {} : { baselines }) })
    return
  }
  const shape = `${countText(table.size)} x ${countText(table.dimension)}`
  print(
    `${colours.bold(question)}  ${colours.dim(`${name}, ${shape}, ranked by ${metric}, ${millisecondsText(milliseconds)}`)}\n`,
  )
  print(matchTable(matches))
  if (baselines !== undefined)
    print(`\n${colours.dim('rows drawn at random, to compare with')}\n${matchTable(baselines)}`)
}
