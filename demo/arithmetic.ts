/** king − man + woman: the nearest rows of a sum of rows, what they compare with, and why. */
import type { EmbeddingTable, Expression, Match } from 'rowspace'
import { byId, make, messageOf, timed } from './dom.ts'
import { parseExpression } from './expression.ts'
import type { Change } from './lookup.ts'
import { matchTable } from './match-table.ts'
import { percentileOf } from './random-pairs.ts'
import type { State } from './state.ts'
import { nameOf, norm } from './tokens.ts'

const EXAMPLES = [
  'king − man + woman',
  'paris − france + italy',
  'walked − walk + swim',
  'sushi − japan + germany',
]
/** Words that have nothing to do with it: those of the source page. */
const UNRELATED = ['either', 'alpine', 'pillars']

export function setUpArithmetic(change: Change): void {
  byId('examples').replaceChildren(
    ...EXAMPLES.map((expression) =>
      make('button', { type: 'button', onclick: () => change({ expression }) }, expression),
    ),
  )
}

export function showArithmetic(table: EmbeddingTable, state: State): void {
  const error = byId('expression-error')
  try {
    showSum(table, state, parseExpression(state.expression))
    error.textContent = ''
  } catch (problem) {
    error.textContent = messageOf(problem)
  }
  byId('expression').setAttribute('aria-invalid', String(error.textContent !== ''))
}

function showSum(table: EmbeddingTable, state: State, expression: Expression): void {
  const { unit, inputs: includeInputs, sumMetric } = state
  const ask = (metric: State['metric']) => table.analogy(expression, { k: 10, metric, unit, includeInputs })
  const { result, milliseconds } = timed(() => ask(sumMetric))
  const sum = table.combine(expression, { unit })
  const matches = result.toArray()
  const largestDot = Math.max(...matches.map(({ dot }) => Math.abs(dot)))
  const explainOne = (match: Match) => explain(table, sum, match)
  byId('sum-list').replaceChildren(matchTable(table, matches, 'Nearest to the sum', explainOne, largestDot))
  byId('sum-time').textContent =
    `Searched in ${milliseconds.toFixed(2)} ms. Choose a word to see why it is here.`
  byId('explanation').textContent = 'Choose a match to see which coordinates make its cosine.'
  showDisagreement(table, ask('cosine').at(0), ask('dot').at(0))
  const unrelated = table.measure(sum, baselineIds(table, state, expression)).toArray()
  byId('baselines').replaceChildren(matchTable(table, unrelated, 'Unrelated words', explainOne, largestDot))
}

function baselineIds(table: EmbeddingTable, { seed }: State, expression: Expression): number[] {
  const named = [...(expression.positive ?? []), ...(expression.negative ?? [])]
  const exclude = named.map((term) => (Array.isArray(term) ? term[0] : term) as string | number)
  if (seed > 0) return [...table.sample(3, { seed, exclude })]
  const known = UNRELATED.flatMap(
    (word) => table.vocabulary?.idOf(word) ?? table.vocabulary?.idOf(` ${word}`) ?? [],
  )
  return known.length > 0 ? known : [...table.sample(3, { seed: 1, exclude })]
}

/** dot = cosine · ‖q‖ · ‖x‖: a longer row may overtake. */
function showDisagreement(table: EmbeddingTable, byCosine?: Match, byDot?: Match): void {
  const note = byId('disagreement')
  if (byCosine === undefined || byDot === undefined) {
    note.textContent = ''
    return
  }
  const [a, b] = [nameOf(table, byCosine.id), nameOf(table, byDot.id)]
  const length = (id: number) => norm(table.row(id)).toFixed(2)
  note.textContent =
    byCosine.id === byDot.id
      ? `Both measures agree on “${a}”. They need not: dot = cosine · ‖q‖ · ‖x‖, so longer rows gain by dot.`
      : `The measures disagree: “${a}” by cosine, “${b}” by dot. dot = cosine · ‖q‖ · ‖x‖, and “${b}” has the row of length ${length(byDot.id)} against ${length(byCosine.id)}.`
}

/** The coordinates that make a match's cosine, and how often random pairs come as near. */
function explain(table: EmbeddingTable, sum: Float32Array, match: Match): void {
  const row = table.row(match.id)
  const scale = norm(sum) * norm(row) || 1
  const shares = Array.from(row, (value, coordinate) => ({
    coordinate,
    share: (value * sum[coordinate]!) / scale,
  }))
  shares.sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
  const largest = shares
    .slice(0, 5)
    .map(({ coordinate, share }) => `x[${coordinate}] ${share < 0 ? '−' : '+'}${Math.abs(share).toFixed(4)}`)
  const { percentile, pairs } = percentileOf(table, match.cosine)
  byId('explanation').replaceChildren(
    make('strong', {}, nameOf(table, match.id)),
    ` has cosine ${match.cosine.toFixed(4)}. The largest parts of it: ${largest.join(', ')}. It is higher than ${percentile.toFixed(1)} % of ${pairs} random pairs of rows.`,
  )
}
