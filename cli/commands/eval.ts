/** `rowspace eval`: how well a table answers analogies and ranks pairs of words that people have rated. */

import { basename } from 'node:path'
import { count, duration, percent } from '../../data/figures.ts'
import { isRowspaceError, RowspaceError } from '../../src/core/errors.ts'
import { decodeUtf8 } from '../../src/formats/text/utf8.ts'
import type { AnalogyEvaluation } from '../../src/keyed-vectors/evaluate-analogies.ts'
import type { PairsEvaluation } from '../../src/keyed-vectors/evaluate-pairs.ts'
import type { FoldingOptions } from '../../src/keyed-vectors/folding.ts'
import { KeyedVectors } from '../../src/keyed-vectors/keyed-vectors.ts'
import { openSource } from '../../src/open/open-source.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { HELD_OPTIONS, heldOptions, openNamedTable } from '../open-table.ts'
import { columns, oneLine, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { readTransforms } from '../parsing/transforms.ts'
import { showProgress } from '../progress.ts'

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
    analogies: {
      value: 'FILE',
      help: '`a b c d` per line, under `: section` lines (questions-words.txt); may be repeated',
    },
    pairs: { value: 'FILE', help: 'two words and a score per line (WordSim-353); may be repeated' },
    method: { value: '3cosadd|3cosmul', help: 'how analogies are answered (3cosadd)' },
    'restrict-vocab': { value: 'N', help: 'use the first N rows alone (all)' },
    'case-sensitive': { help: 'compare words as written, not in upper case' },
    transform: {
      value: 'NAME',
      help: 'a transformed table too: mean, all-but-the-top[:N], pca[:N], whiten[:N], all; may be repeated',
    },
    threads: { value: 'N', help: 'threads that search (chosen by the machine)' },
    ...HELD_OPTIONS,
  },
  notes: ['Questions with a word that the table does not have are left out and counted.'],
  examples: [
    'rowspace eval default --analogies questions-words.txt --pairs wordsim353.txt',
    'rowspace eval default --pairs wordsim353.txt --transform all',
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
        'there is nothing to evaluate with: give --analogies FILE (questions-words.txt) or --pairs FILE.',
      )
    }
    // before the table, so that a missing file is reported at once
    const sets = { analogies: await readTexts(analogies), pairs: await readTexts(pairs) }
    const transforms = readTransforms(args.texts('transform'))
    using table = await openNamedTable(name, { ...heldOptions(args), threads })
    const evaluation = { name, ...sets, method, quiet: args.flag('quiet') }
    const folding = { restrictVocab, caseInsensitive: !args.flag('case-sensitive') }
    const evaluated = [{ transform: 'as it is', ...(await evaluateOne(table, evaluation, folding)) }]
    for (const { name, make } of transforms) {
      const transform = await named(`--transform ${name}`, () => make(table))
      using transformed = await transform.apply(table, { threads })
      evaluated.push({ transform: name, ...(await evaluateOne(transformed, evaluation, folding)) })
    }
    const [plain] = evaluated as [Evaluated]
    const shape = shapeOf(table)
    return {
      text: () =>
        [
          format(evaluation, shape, plain),
          ...(transforms.length > 0 ? [formatTransforms(evaluated)] : []),
        ].join('\n\n'),
      document: {
        table: name,
        method,
        restrictVocab: restrictVocab ?? null,
        ...evaluationDocument(plain),
        ...(transforms.length > 0
          ? {
              transforms: evaluated
                .slice(1)
                .map((one) => ({ transform: one.transform, ...evaluationDocument(one) })),
            }
          : {}),
      },
    }
  },
}

interface TextFile {
  file: string
  text: string
}

interface Evaluation {
  name: string
  analogies: readonly TextFile[]
  pairs: readonly TextFile[]
  method: Method
  quiet: boolean
}

interface Evaluated {
  /** What was done to the rows. */
  transform: string
  analogies: Named<AnalogyEvaluation>[]
  pairs: Named<PairsEvaluation>[]
}

async function evaluateOne(
  table: EmbeddingTable,
  { analogies, pairs, method, quiet }: Evaluation,
  folding: FoldingOptions,
): Promise<Omit<Evaluated, 'transform'>> {
  const vectors = new KeyedVectors(table)
  const evaluated: Omit<Evaluated, 'transform'> = { analogies: [], pairs: [] }
  for (const { file, text } of analogies) {
    const progress = showProgress(basename(file), quiet)
    const options = { ...folding, similarityFunction: METHODS[method], onProgress: progress.report }
    const evaluateFile = () => vectors.evaluateWordAnalogies(text, options)
    evaluated.analogies.push(await measured(file, evaluateFile).finally(progress.clear))
  }
  for (const { file, text } of pairs) {
    evaluated.pairs.push(await measured(file, () => vectors.evaluateWordPairs(text, folding)))
  }
  return evaluated
}

function evaluationDocument({ analogies, pairs }: Evaluated) {
  return {
    analogies: analogies.map(analogyDocument),
    pairs: pairs.map(({ file, result }) => ({ file, ...result })),
  }
}

async function readTexts(files: readonly string[]): Promise<TextFile[]> {
  const texts: TextFile[] = []
  for (const file of files) texts.push({ file, text: await readText(file) })
  return texts
}

async function readText(path: string): Promise<string> {
  const source = await openSource(path)
  try {
    return decodeUtf8(await source.read(0, source.size), 'strict', { name: source.name, offset: 0 })
  } finally {
    await source.close?.()
  }
}

async function measured<Result>(
  file: string,
  evaluateFile: () => Result | Promise<Result>,
): Promise<Named<Result>> {
  const start = performance.now()
  const result = await named(file, evaluateFile)
  return { file, result, milliseconds: performance.now() - start }
}

/** What `work` returns. An error of it names the file or the option that it is about. */
async function named<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    throw new RowspaceError(error.code, `${name}: ${error.message}`, { ...error.details, cause: error })
  }
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

function shapeOf({ size, dimension, threads }: EmbeddingTable): string {
  return `${count(size)} x ${dimension}, ${threads} thread${threads > 1 ? 's' : ''}`
}

function format({ name, method }: Evaluation, shape: string, { analogies, pairs }: Evaluated): string {
  const lines = [`${paint.bold(oneLine(name))}  ${paint.dim(shape)}`]
  for (const one of analogies) lines.push('', ...formatAnalogies(one, method))
  if (pairs.length > 0) lines.push('', formatPairs(pairs))
  return lines.join('\n')
}

/** One line per transform: the share of analogies answered right, Spearman's correlation of pairs. */
function formatTransforms(evaluated: readonly Evaluated[]): string {
  const [plain] = evaluated as [Evaluated]
  const files = [...plain.analogies, ...plain.pairs].map(({ file }) => oneLine(basename(file)))
  const rows = evaluated.map(({ transform, analogies, pairs }) => [
    paint.bold(transform),
    ...analogies.map(({ result }) => percent(result.score)),
    ...pairs.map(({ result }) => result.spearman.statistic.toFixed(4)),
  ])
  return columns(`l${'r'.repeat(files.length)}`, ['rows', ...files], rows)
}

function formatAnalogies({ file, result, milliseconds }: Named<AnalogyEvaluation>, method: Method): string[] {
  const { sections, correct, incorrect, outOfVocabulary } = result
  const row = (label: string, right: number, all: number) => [
    label,
    count(right),
    count(all),
    all === 0 ? '–' : percent(right / all),
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
