/** Bare `rowspace`: the main job on the embedded table, with the time each question took. */
import { openDefaultTable } from '../default.ts'
import type { Matches } from '../matches.ts'
import type { EmbeddingTable } from '../table.ts'
import {
  colours,
  cosineText,
  countText,
  dotText,
  table as drawTable,
  matchTable,
  millisecondsText,
  print,
  printJson,
  shown,
} from './output.ts'
import { rowStart } from './table-commands.ts'
import { positionals, readArguments } from './usage.ts'

const SENTENCE = 'the king sat beside the queen'
const KING = { positive: ['king', 'woman'], negative: ['man'] }
const ROME = { positive: ['paris', 'italy'], negative: ['france'] }
const BASELINES = ['either', 'alpine', 'pillars']
const SEED = 1

function ask<T>(question: () => T): { answer: T; milliseconds: number } {
  question() // once for the engine to compile it
  const start = performance.now()
  const answer = question()
  return { answer, milliseconds: performance.now() - start }
}

function heading(text: string, remark: string): void {
  print(`\n${colours.bold(text)}  ${colours.dim(remark)}\n`)
}

export async function demonstration(args: string[]): Promise<void> {
  const { values, positionals: given } = readArguments(args, {})
  positionals(given, [])
  const start = performance.now()
  using table = await openDefaultTable()
  const opened = performance.now() - start
  const answers = questions(table)
  if (values.json === true)
    return printJson({ table: 'default', size: table.size, dimension: table.dimension, ...json(answers) })
  print(
    `${colours.bold('rowspace')}  a table E of ${countText(table.size)} rows (GloVe words) x ${table.dimension} numbers, opened in ${millisecondsText(opened)}`,
  )
  printLookup(table)
  printAnswers(answers)
  print(`
${colours.bold('Next')}
  npx rowspace nearest default river -k 5
  npx rowspace analogy default "berlin - germany + japan" --baselines 3
  npx rowspace lookup default "any words you like"
  npx rowspace --help`)
}

function questions(table: EmbeddingTable) {
  const inputs = [...KING.positive, ...KING.negative]
  const random = table.sample(3, { seed: SEED, exclude: [...inputs, ...BASELINES] })
  return {
    neighbours: ask(() => table.nearest('river', { k: 5 })),
    analogy: ask(() => table.analogy(KING, { k: 4 })),
    baselines: ask(() => table.measure(table.combine(KING), [...BASELINES, ...random])),
    byCosine: ask(() => table.analogy(ROME, { k: 3, metric: 'cosine' })),
    byDot: ask(() => table.analogy(ROME, { k: 3, metric: 'dot' })),
  }
}

type Answers = ReturnType<typeof questions>

function json(answers: Answers): Record<string, { matches: Matches; milliseconds: number }> {
  return Object.fromEntries(
    Object.entries(answers).map(([name, { answer, milliseconds }]) => [
      name,
      { matches: answer, milliseconds },
    ]),
  )
}

function printLookup(table: EmbeddingTable): void {
  const { answer: tokens, milliseconds } = ask(() =>
    table.vocabulary!.split(SENTENCE).map((token) => ({ ...token, row: table.row(token.id!) })),
  )
  heading(
    `Lookup: x_i = E[t_i]`,
    `"${SENTENCE}", ${millisecondsText(milliseconds)}; the same word is the same row`,
  )
  print(
    drawTable(
      ['token', 'id', 'row'],
      tokens.map(({ text, id, row }) => [text, id!, rowStart([...row])]),
    ),
  )
}

function printAnswers({ neighbours, analogy, baselines, byCosine, byDot }: Answers): void {
  heading('Nearest to river', millisecondsText(neighbours.milliseconds))
  print(matchTable(neighbours.answer))
  heading('king − man + woman', `${millisecondsText(analogy.milliseconds)}; the three inputs are left out`)
  print(matchTable(analogy.answer))
  print(`\n${colours.dim(`  unrelated words for comparison, the last three drawn at random (seed ${SEED})`)}`)
  print(matchTable(baselines.answer).split('\n').slice(1).join('\n'))
  const times = `${millisecondsText(byCosine.milliseconds)} and ${millisecondsText(byDot.milliseconds)}`
  heading('paris − france + italy', `cosine and dot product may disagree: dot favours long rows; ${times}`)
  const rows = [...byCosine.answer].map((match, place) => {
    const other = byDot.answer.at(place)!
    return [shown(match.token), cosineText(match.cosine), shown(other.token), dotText(other.dot)]
  })
  print(
    drawTable(
      ['by cosine', '', 'by dot', ''],
      rows.map(([a, b, c, d]) => [a!, b!, c!, d!]),
      4,
    ),
  )
}
