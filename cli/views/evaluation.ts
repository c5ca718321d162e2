/** Evaluations as people and scripts read them. */

import { basename } from 'node:path'
import { count, duration, percent } from '../../data/figures.ts'
import type { AnalogyEvaluation } from '../../src/keyed-vectors/evaluate-analogies.ts'
import type { PairsEvaluation } from '../../src/keyed-vectors/evaluate-pairs.ts'
import type { FoldingOptions } from '../../src/keyed-vectors/folding.ts'
import { columns, oneLine, paint } from '../output.ts'
import type { Answer } from '../parsing/command.ts'

/** A result, of which file, and how long it took. */
export interface Named<Result> {
  file: string
  result: Result
  milliseconds: number
}

export interface TextFile {
  file: string
  text: string
}

export interface Evaluation {
  name: string
  analogies: readonly TextFile[]
  pairs: readonly TextFile[]
  method: string
  quiet: boolean
}

export interface Evaluated {
  /** What was done to the rows. */
  transform: string
  analogies: Named<AnalogyEvaluation>[]
  pairs: Named<PairsEvaluation>[]
}

/** @param shape of the table, and how it was searched */
export function answerWith(
  evaluation: Evaluation,
  { restrictVocab }: FoldingOptions,
  shape: string,
  evaluated: readonly Evaluated[],
): Answer {
  const [plain, ...transformed] = evaluated as [Evaluated, ...Evaluated[]]
  const { name, method } = evaluation
  const texts = () => [
    format(evaluation, shape, plain),
    ...(transformed.length > 0 ? [formatTransforms(evaluated)] : []),
  ]
  const transforms = transformed.map((one) => ({ transform: one.transform, ...evaluationDocument(one) }))
  return {
    text: () => texts().join('\n\n'),
    document: {
      table: name,
      method,
      restrictVocab: restrictVocab ?? null,
      ...evaluationDocument(plain),
      ...(transforms.length > 0 ? { transforms } : {}),
    },
  }
}

function evaluationDocument({ analogies, pairs }: Evaluated) {
  return {
    analogies: analogies.map(analogyDocument),
    pairs: pairs.map(({ file, result }) => ({ file, ...result })),
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

function formatAnalogies({ file, result, milliseconds }: Named<AnalogyEvaluation>, method: string): string[] {
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
