/** How the demonstration reads. */
import type { Match } from '../../src/table/matches.ts'
import { foundRows } from '../commands/lookup.ts'
import { columns, paint } from '../output.ts'
import { column, cosine, count, duration } from './figures.ts'
import type { Demonstration } from './shown.ts'

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
  return [
    `  ${paint.bold(paint.cyan('rowspace'))}  A table E keeps one row of numbers for every token it knows: |V| x d.`,
    `            This one is ${paint.bold(`${count(size)} words x ${dimension} numbers`)}, real vectors of GloVe 6B,`,
    `            opened in ${duration(milliseconds)}. Nobody told it what a word means.`,
    '',
  ]
}

function section(number: number, title: string, aside: string, lines: string[]): string[] {
  return [`  ${paint.cyan(String(number))}  ${paint.bold(title)}  ${paint.dim(aside)}`, '', ...lines, '']
}

/** How long the questions took, each alone. */
function took({ size }: Demonstration, ...asked: { milliseconds: number }[]): string {
  const times = asked.map(({ milliseconds }) => duration(milliseconds))
  return `all ${count(size)} rows compared in ${times.join(', then ')}`
}

function sentence({ sentence: { found } }: Demonstration): string[] {
  const [first, again] = repeated(found)
  return [
    foundRows(found, 5, INDENT),
    '',
    remark(
      `"${first.text}" came twice: the same id ${first.id}, the same row${
        sameBits(first.row!, again.row!) ? ' to the bit. A lookup knows no context.' : '? They differ!'
      }`,
    ),
  ]
}

function repeated(found: Demonstration['sentence']['found']) {
  const again = found.find(({ id }, place) => found.findIndex((other) => other.id === id) < place)!
  return [found.find(({ id }) => id === again.id)!, again] as const
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer))
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
  return [paint.bold(match.token!), cosine(match.cosine), paint.cyan(bar(match.cosine))]
}

function analogy({ analogy: { matches, unrelated, random, seed } }: Demonstration): string[] {
  const dot = column(matches.map((match) => match.dot))
  const figures = (match: Match) => [cosine(match.cosine), dot(match.dot)]
  const answer = ({ token }: Match, place: number) =>
    place === 0 ? paint.bold(paint.green(token!)) : paint.bold(token!)
  const rows = [
    ...matches.map((match, place) => [
      answer(match, place),
      ...figures(match),
      paint.cyan(bar(match.cosine)),
    ]),
    ['', '', '', ''],
    ...[...unrelated, ...random].map((match, place) => [
      match.token!,
      ...figures(match),
      paint.dim(
        bar(match.cosine) +
          (place === 0
            ? '  unrelated words'
            : place === unrelated.length
              ? `  drawn at random, seed ${seed}`
              : ''),
      ),
    ]),
  ]
  return [
    columns('lrrl', ['', 'cosine', 'dot', ''], rows, INDENT),
    '',
    remark('The three words asked with are left out. The grey rows show what chance looks like.'),
  ]
}

function measures({ measures: { cosine: byCosine, dot: byDot, norms } }: Demonstration): string[] {
  const dot = column(byDot.matches.map((match) => match.dot))
  const rows = byCosine.matches.map((match, place) => {
    const other = byDot.matches[place]!
    const paintFirst = (text: string) => (place === 0 ? paint.bold(paint.green(text)) : text)
    return [paintFirst(match.token!), cosine(match.cosine), '', paintFirst(other.token!), dot(other.dot)]
  })
  const [direction, length] = [byCosine.matches[0]!.token!, byDot.matches[0]!.token!]
  const norm = (token: string) => norms.get(token)!.toFixed(2)
  return [
    columns('lrllr', ['by cosine', '', '    ', 'by dot', ''], rows, INDENT),
    '',
    remark('Cosine compares directions alone; dot also favours long rows, so the two may disagree:'),
    remark(`‖${direction}‖ = ${norm(direction)}, ‖${length}‖ = ${norm(length)}.`),
  ]
}

function remark(text: string): string {
  return INDENT + paint.dim(text)
}

function whatNext(): string[] {
  return [
    `  ${paint.bold('Your turn')}`,
    '',
    columns(
      'll',
      undefined,
      [
        ['npx rowspace nearest default jazz', 'any of these words'],
        ['npx rowspace analogy default "tokyo - japan + france"', 'any sum'],
        ['npx rowspace inspect vectors.bin', 'a table of your own'],
        ['npx rowspace --help', 'everything else'],
      ].map(([command, what]) => [paint.cyan(command!), paint.dim(what!)]),
      INDENT,
    ),
  ]
}
