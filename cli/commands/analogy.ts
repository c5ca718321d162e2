/** `rowspace analogy`: king - man + woman. */
import type { Metric } from '../../src/table/embedding-table.ts'
import { type ExpressionTerm, parseTerms } from '../../src/table/parse-expression.ts'
import { baselinesElsewhere, drawBaselines } from '../baselines.ts'
import { type Elsewhere, isElsewhere, onElsewhere, SEARCH_VIEW } from '../elsewhere.ts'
import { HELD_OPTIONS, heldOptions, openNamedTable } from '../open-table.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { expressionElsewhere, expressionOf } from '../parsing/naming.ts'
import { formatExpression } from '../views/expression.ts'
import { answerWithMatches, METRICS, SEARCH_OPTIONS, timed, timedAsync } from '../views/matches.ts'

export const analogy: Command = {
  name: 'analogy',
  summary: 'the rows nearest to a sum of rows: "king - man + woman"',
  operands: ['<table>', '<expression…>'],
  options: {
    ...SEARCH_OPTIONS,
    normalize: { help: 'scale every input row to length 1 first (Mikolov et al. 2013)' },
    baselines: { value: 'N', help: 'N random rows beside the answer, to compare with (0)' },
    seed: { value: 'S', help: 'the seed the baselines are drawn from (1)' },
    ...SEARCH_VIEW,
    ...HELD_OPTIONS,
  },
  notes: [
    'Words are added with + and subtracted with - or −; a minus is an operator only behind a space,',
    'so well-known is one word. Weights: "0.5 * king + 0.5 * queen".',
    `Words with a space or a leading sign go in quotes: "'New York' - USA + France".`,
    'An expression that starts with a minus goes behind "--".',
  ],
  examples: [
    'rowspace analogy default "king - man + woman" --baselines 3',
    'rowspace analogy default "paris - france + italy" --metric dot',
  ],
  async run(args: Arguments): Promise<Answer> {
    const [name, ...words] = args.operands as [string, ...string[]]
    const k = args.count('k', 10)
    const metric = args.choice('metric', METRICS, 'cosine')
    const count = args.count('baselines', 0)
    const seed = args.count('seed', 1, Number.MIN_SAFE_INTEGER)
    const terms = parseTerms(words.join(' '))
    const options = {
      k,
      metric,
      normalize: args.flag('normalize'),
      includeInputs: args.flag('include-inputs'),
    }
    if (isElsewhere(name, args)) {
      return onElsewhere(name, args, (elsewhere) =>
        analogyElsewhere(elsewhere, terms, { ...options, count, seed }),
      )
    }
    const table = await openNamedTable(name, heldOptions(args))
    const expression = expressionOf(table, terms)
    const { result, milliseconds } = timed(() => table.analogy(expression, options))
    const baselines = count === 0 ? undefined : drawBaselines(table, expression, { ...options, count, seed })
    const query = formatExpression(terms)
    const matches = result.toArray()
    return answerWithMatches({ query, name, table, metric, k, matches, baselines, milliseconds })
  },
}

interface Wanted {
  k: number
  metric: Metric
  normalize: boolean
  includeInputs: boolean
  /** Baselines, and their seed. */
  count: number
  seed: number
}

async function analogyElsewhere(
  { shown, table, prepare }: Elsewhere,
  terms: readonly ExpressionTerm[],
  { count, seed, ...options }: Wanted,
): Promise<Answer> {
  const expression = await expressionElsewhere(table, terms)
  await prepare()
  const { result, milliseconds } = await timedAsync(() => table.analogy(expression, options))
  const { normalize } = options
  const baselines =
    count === 0 ? undefined : await baselinesElsewhere(table, expression, { count, seed, normalize })
  const query = formatExpression(terms)
  const matches = result.toArray()
  return answerWithMatches({ query, name: shown, table, ...options, matches, baselines, milliseconds })
}
