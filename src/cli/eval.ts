/** `rowspace eval`: how well a table answers what people have answered. */
import { basename } from 'node:path'
import { RowspaceError } from '../errors.ts'
import { decodeUtf8 } from '../formats/utf8.ts'
import type { AnalogyEvaluation } from '../keyed-vectors/evaluate-analogies.ts'
import type { PairsEvaluation } from '../keyed-vectors/evaluate-pairs.ts'
import { KeyedVectors } from '../keyed-vectors/keyed-vectors.ts'
import { openSource } from '../sources/open.ts'
import type { EmbeddingTable } from '../table.ts'
import type { Arguments } from './arguments.ts'
import type { Answer, Command } from './command.ts'
import { count, duration, share } from './figures.ts'
import { openNamedTable, TABLE_OPTIONS, tableOptions } from './open-table.ts'
import { columns, oneLine, paint } from './output.ts'
import { showProgress } from './progress.ts'

const METHODS = { '3cosadd': 'mostSimilar', '3cosmul': 'mostSimilarCosmul' } as const
type Method = keyof typeof METHODS

interface Named<Result> {
  file: string
  result: Result
  milliseconds: number
}

export const evaluate: Command = {
  name: 'eval',
  summary: 'how well a table answers analogies and ranks pairs of words',
  operands: ['<table>'],
  options: {
    analogies: { value: 'FILE', help: '`a b c d` a line, under `: section` lines (questions-words.txt)' },
    pairs: { value: 'FILE', help: 'two words and a score a line (WordSim-353, SimLex-999); may be repeated' },
    method: { value: '3cosadd|3cosmul', help: 'how analogies are answered (3cosadd)' },
    'restrict-vocab': { value: 'N', help: 'know the first N rows alone (all)' },
    'case-sensitive': { help: 'compare words as they are written, not in upper case' },
    threads: { value: 'N', help: 'threads that search (as many as the machine suggests)' },
    ...TABLE_OPTIONS,
  },
  notes: ['Questions with a word that the table does not have are left out and counted.'],
  examples: [
    'rowspace eval default --analogies questions-words.txt --pairs wordsim353.txt',
    'rowspace eval vectors.bin --analogies questions-words.txt --method 3cosmul --restrict-vocab 30000',
  ],
  async run(args: Arguments): Promise<Answer> {
    const [name] = args.operands as [string]
    const method = args.choice('method', Object.keys(METHODS) as Method[], '3cosadd')
    const restrictVocab =
      args.text('restrict-vocab') === undefined ? undefined : args.count('restrict-vocab', 0, 1)
    const threads = args.text('threads') === undefined ? ('auto' as const) : args.count('threads', 1, 1)
    const [analogies, pairs] = [args.texts('analogies'), args.texts('pairs')]
    if (analogies.length + pairs.length === 0) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'nothing to evaluate by: give --analogies FILE (questions-words.txt) or --pairs FILE (wordsim353)',
      )
    }
    // read first: nobody waits for a table to hear that a file is missing
    const texts = new Map<string, string>()
    for (const file of [...analogies, ...pairs]) texts.set(file, await readText(file))
    const table = await openNamedTable(name, { ...tableOptions(args), threads })
    const vectors = new KeyedVectors(table)
    const folding = { restrictVocab, caseInsensitive: !args.flag('case-sensitive') }
    const answered: Named<AnalogyEvaluation>[] = []
    for (const file of analogies) {
      const progress = showProgress(basename(file), args.flag('quiet'))
      const options = { ...folding, similarityFunction: METHODS[method], onProgress: progress.report }
      answered.push(
        await measured(file, () => vectors.evaluateWordAnalogies(texts.get(file)!, options)).finally(
          progress.clear,
        ),
      )
    }
    const ranked: Named<PairsEvaluation>[] = []
    for (const file of pairs) {
      ranked.push(await measured(file, () => vectors.evaluateWordPairs(texts.get(file)!, folding)))
    }
    return {
      text: () => format(name, table, method, answered, ranked),
      document: {
        table: name,
        method,
        restrictVocab: restrictVocab ?? null,
        analogies: answered.map(analogyDocument),
        pairs: ranked.map(({ file, result }) => ({ file, ...result })),
      },
    }
  },
}

async function readText(path: string): Promise<string> {
  const source = await openSource(path)
  try {
    return decodeUtf8(await source.read(0, source.size), 'strict', { name: source.name, offset: 0 })
  } finally {
    await source.close?.()
  }
}

async function measured<Result>(file: string, ask: () => Result | Promise<Result>): Promise<Named<Result>> {
  const start = performance.now()
  const result = await ask()
  return { file, result, milliseconds: performance.now() - start }
}

function analogyDocument({ file, result, milliseconds }: Named<AnalogyEvaluation>) {
  const { sections, ...sums } = result
  return {
    file,
    ...sums,
    milliseconds,
    sections: sections.map(({ section, correct, incorrect }) => ({
      section,
      correct: correct.length,
      incorrect: incorrect.length,
    })),
  }
}

function format(
  name: string,
  table: EmbeddingTable,
  method: Method,
  analogies: readonly Named<AnalogyEvaluation>[],
  pairs: readonly Named<PairsEvaluation>[],
): string {
  const shape = `${count(table.size)} x ${table.dimension}, ${table.threads} thread${table.threads > 1 ? 's' : ''}`
  const lines = [`${paint.bold(oneLine(name))}  ${paint.dim(shape)}`]
  for (const one of analogies) lines.push('', ...formatAnalogies(one, method))
  if (pairs.length > 0) lines.push('', formatPairs(pairs))
  return lines.join('\n')
}

function formatAnalogies({ file, result, milliseconds }: Named<AnalogyEvaluation>, method: Method): string[] {
  const { sections, correct, incorrect, outOfVocabulary } = result
  const row = (label: string, right: number, all: number) => [
    label,
    count(right),
    count(all),
    all === 0 ? '–' : share(right / all),
  ]
  const rows = sections.map(({ section, correct, incorrect }) =>
    row(oneLine(section), correct.length, correct.length + incorrect.length),
  )
  const total = row('all', correct, correct + incorrect).map((cell) => paint.bold(cell))
  const took = `${method}, ${count(outOfVocabulary)} with unknown words left out, ${duration(milliseconds)}`
  return [
    `${paint.bold(oneLine(basename(file)))}  ${paint.dim(took)}`,
    columns('lrrr', ['section', 'right', 'of', 'share'], [...rows, total]),
  ]
}

function formatPairs(pairs: readonly Named<PairsEvaluation>[]): string {
  const rows = pairs.map(({ file, result }) => [
    paint.bold(oneLine(basename(file))),
    paint.cyan(result.spearman.statistic.toFixed(4)),
    result.pearson.statistic.toFixed(4),
    count(result.pairs),
    count(result.outOfVocabulary),
  ])
  return columns('lrrrr', ['pairs', 'Spearman', 'Pearson', 'compared', 'unknown'], rows)
}
