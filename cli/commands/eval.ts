/** `rowspace eval`: how well a table answers analogies and ranks pairs of words that people have rated. */

import { basename } from 'node:path'
import { count } from '../../data/figures.ts'
import { isRowspaceError, RowspaceError } from '../../src/core/errors.ts'
import type { WorkOptions } from '../../src/core/in-steps.ts'
import { decodeUtf8 } from '../../src/formats/text/utf8.ts'
import type { AnalogyEvaluation } from '../../src/keyed-vectors/evaluate-analogies.ts'
import type { PairsEvaluation } from '../../src/keyed-vectors/evaluate-pairs.ts'
import { evaluateStoredAnalogies, evaluateStoredPairs } from '../../src/keyed-vectors/evaluate-stored.ts'
import type { FoldingOptions } from '../../src/keyed-vectors/folding.ts'
import { KeyedVectors } from '../../src/keyed-vectors/keyed-vectors.ts'
import { openSource } from '../../src/open/open-source.ts'
import type { StoredTable } from '../../src/stored/stored-table.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { isView, onView, SEARCH_VIEW } from '../elsewhere.ts'
import { HELD_OPTIONS, heldOptions, openNamedTable } from '../open-table.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { readTransforms } from '../parsing/transforms.ts'
import { showProgress } from '../progress.ts'
import {
  answerWith,
  type Evaluated,
  type Evaluation,
  type Named,
  type TextFile,
} from '../views/evaluation.ts'

const METHODS = { '3cosadd': 'mostSimilar', '3cosmul': 'mostSimilarCosmul' } as const
type Method = keyof typeof METHODS

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
    ...SEARCH_VIEW,
    ...HELD_OPTIONS,
  },
  notes: [
    'Questions with a word that the table does not have are left out and counted.',
    '3cosmul and transforms need the rows in memory; --pairs alone needs no index.',
  ],
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
    const evaluation = { name, ...sets, method, quiet: args.flag('quiet') }
    const folding = { restrictVocab, caseInsensitive: !args.flag('case-sensitive') }
    if (isView(args)) {
      rejectInView(args, method)
      return onView(name, args, { threads }, async ({ table, prepare }) => {
        // pairs are read, and not searched for
        if (analogies.length > 0) await prepare()
        const plain = { transform: 'as it is', ...(await evaluateOne(ofView(table), evaluation, folding)) }
        const shape = `${count(table.size)} x ${table.dimension}, where it lies`
        return answerWith(evaluation, folding, shape, [plain])
      })
    }
    using table = await openNamedTable(name, { ...heldOptions(args), threads })
    const evaluateTable = (table: EmbeddingTable) => evaluateOne(inMemory(table, method), evaluation, folding)
    const evaluated = [{ transform: 'as it is', ...(await evaluateTable(table)) }]
    for (const { name, make } of transforms) {
      const transform = await named(`--transform ${name}`, () => make(table))
      using transformed = await transform.apply(table, { threads })
      evaluated.push({ transform: name, ...(await evaluateTable(transformed)) })
    }
    return answerWith(evaluation, folding, shapeOf(table), evaluated)
  },
}

/** Throws `INVALID_ARGUMENT` for what needs every row. */
function rejectInView(args: Arguments, method: Method): void {
  const needing =
    method === '3cosmul' ? '--method 3cosmul' : args.flag('transform') ? '--transform' : undefined
  if (needing === undefined) return
  const problem = `${needing} needs every row, and --view reads few: leave one of the two out.`
  throw new RowspaceError('INVALID_ARGUMENT', problem)
}

/** What answers the questions of an evaluation. */
interface Evaluator {
  analogies(text: string, options: FoldingOptions & WorkOptions): Promise<AnalogyEvaluation>
  pairs(text: string, options: FoldingOptions): PairsEvaluation | Promise<PairsEvaluation>
}

function inMemory(table: EmbeddingTable, method: Method): Evaluator {
  const vectors = new KeyedVectors(table)
  const similarityFunction = METHODS[method]
  return {
    analogies: (text, options) => vectors.evaluateWordAnalogies(text, { ...options, similarityFunction }),
    pairs: (text, options) => vectors.evaluateWordPairs(text, options),
  }
}

function ofView(table: StoredTable): Evaluator {
  return {
    analogies: (text, options) => evaluateStoredAnalogies(table, text, options),
    pairs: (text, options) => evaluateStoredPairs(table, text, options),
  }
}

async function evaluateOne(
  evaluator: Evaluator,
  { analogies, pairs, quiet }: Evaluation,
  folding: FoldingOptions,
): Promise<Omit<Evaluated, 'transform'>> {
  const evaluated: Omit<Evaluated, 'transform'> = { analogies: [], pairs: [] }
  for (const { file, text } of analogies) {
    const progress = showProgress(basename(file), quiet)
    const options = { ...folding, onProgress: progress.report }
    const evaluateFile = () => evaluator.analogies(text, options)
    evaluated.analogies.push(await measured(file, evaluateFile).finally(progress.clear))
  }
  for (const { file, text } of pairs) {
    evaluated.pairs.push(await measured(file, () => evaluator.pairs(text, folding)))
  }
  return evaluated
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

function shapeOf({ size, dimension, threads }: EmbeddingTable): string {
  return `${count(size)} x ${dimension}, ${threads} thread${threads > 1 ? 's' : ''}`
}
