/** How the demonstration reads. */
import { count, duration } from '../../data/figures.ts'
import type { Match } from '../../src/table/matches.ts'
import { foundRows } from '../commands/lookup.ts'
import { columns, paint } from '../output.ts'
import { column, cosine, token } from './figures.ts'
import type { Demonstration, Found } from './shown.ts'

const INDENT = '     '

export function formatDemonstration(shown: Demonstration): string {
  return [
    '',
    ...opening(shown),
    ...section(1, 'Look a sentence up', 'x_i = E[t_i]', sentence(shown)),
    ...section(
      2,
      `What is near "${shown.neighbours.word}"?`,
      took(shown, shown.neighbours),
      neighbours(shown),
    ),
    ...section(3, 'king − man + woman = ?', took(shown, shown.analogy), analogy(shown)),
    ...section(
      4,
      'paris − france + italy = ?',
      took(shown, shown.measures.cosine, shown.measures.dot),
      measures(shown),
    ),
    ...whatNext(),
    '',
  ].join('\n')
}

function opening({ size, dimension, milliseconds }: Demonstration): string[] {
  const name = paint.bold(paint.cyan('rowspace'))
  const shape = paint.bold(`${count(size)} words x ${dimension} numbers`)
  return [
    `  ${name}  A table E has one row of numbers for every token it knows: |V| x d.`,
    `            This one is ${shape}, real vectors of GloVe 6B,`,
    `            opened in ${duration(milliseconds)}. It was never taught what a word means.`,
    '',
  ]
}

function section(number: number, title: string, aside: string, lines: string[]): string[] {
  return [`  ${paint.cyan(String(number))}  ${paint.bold(title)}  ${paint.dim(aside)}`, '', ...lines, '']
}

/** How long the searches took, each alone. */
function took({ size }: Demonstration, ...searches: { milliseconds: number }[]): string {
  const times = searches.map(({ milliseconds }) => duration(milliseconds))
  return `all ${count(size)} rows compared in ${times.join(', then ')}`
}

function sentence({ sentence: { found } }: Demonstration): string[] {
  return [foundRows(found, 5, INDENT), '', ...repetitions(found)]
}

/** A remark on each token that came before, with the same row. */
function repetitions(found: readonly Found[]): string[] {
  return found.flatMap(({ text, id, row }, place) => {
    const first = found.slice(0, place).find((other) => other.id === id)?.row
    if (first === undefined || row === undefined) return []
    const same = Buffer.from(first.buffer).equals(Buffer.from(row.buffer))
    const rows = same ? 'the same row to the bit. A lookup knows no context.' : 'another row!'
    return [remark(`"${text}" came twice: the same id ${id}, ${rows}`)]
  })
}

function neighbours({ neighbours: { matches } }: Demonstration): string[] {
  return [columns('lrl', undefined, matches.map(withBar), INDENT)]
}

const BAR = 32
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

function bar(cosine: number): string {
  const eighths = Math.round(Math.max(0, cosine) * BAR * 8)
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]
}

function withBar(match: Match): string[] {
  return [paint.bold(token(match.token)), cosine(match.cosine), paint.cyan(bar(match.cosine))]
}

function analogy({ analogy: { matches, unrelated, random, seed } }: Demonstration): string[] {
  const dot = column(matches.map((match) => match.dot))
  const figures = (match: Match) => [cosine(match.cosine), dot(match.dot)]
  const answer = (match: Match, place: number) => [
    paint.bold(first(token(match.token), place)),
    ...figures(match),
    paint.cyan(bar(match.cosine)),
  ]
  const baselines = (rows: readonly Match[], what: string) =>
    rows.map((match, place) => [
      token(match.token),
      ...figures(match),
      paint.dim(bar(match.cosine) + (place === 0 ? `  ${what}` : '')),
    ])
  const rows = [
    ...matches.map(answer),
    ['', '', '', ''],
    ...baselines(unrelated, 'unrelated words'),
    ...baselines(random, `drawn at random, seed ${seed}`),
  ]
  return [
    columns('lrrl', ['', 'cosine', 'dot', ''], rows, INDENT),
    '',
    remark('The three words of the query are left out. The grey rows show what chance looks like.'),
  ]
}

/** The first of an answer is green. */
function first(text: string, place: number): string {
  return place === 0 ? paint.bold(paint.green(text)) : text
}

function measures({ measures: { cosine: byCosine, dot: byDot, first: firsts } }: Demonstration): string[] {
  const dot = column(byDot.matches.map((match) => match.dot))
  const right = byDot.matches.map((match, place) => [first(token(match.token), place), dot(match.dot)])
  const rows = byCosine.matches.map((match, place) => [
    first(token(match.token), place),
    cosine(match.cosine),
    '',
    ...(right[place] ?? []),
  ])
  const norms = firsts.map(({ token: name, norm }) => `‖${token(name)}‖ = ${norm.toFixed(2)}`)
  return [
    columns('lrllr', ['by cosine', '', '    ', 'by dot', ''], rows, INDENT),
    '',
    remark('Cosine compares directions alone; dot also favours long rows, so the two may disagree:'),
    remark(`${norms.join(', ')}.`),
  ]
}

function remark(text: string): string {
  return INDENT + paint.dim(text)
}

const PROPOSED: readonly (readonly [command: string, what: string])[] = [
  ['npx rowspace nearest default jazz', 'any of these words'],
  ['npx rowspace analogy default "tokyo - japan + france"', 'any sum'],
  ['npx rowspace inspect vectors.bin', 'a table of your own'],
  ['npx rowspace --help', 'everything else'],
]

function whatNext(): string[] {
  return [
    `  ${paint.bold('Your turn')}`,
    '',
    columns(
      'll',
      undefined,
      PROPOSED.map(([command, what]) => [paint.cyan(command), paint.dim(what)]),
      INDENT,
    ),
  ]
}
