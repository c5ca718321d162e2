/** How many analogy questions a table answers correctly: a is to b as c is to what? */

import { RowspaceError } from '../core/errors.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { CosmulSearch } from './cosmul.ts'
import { type AnalogyQuestion, type AnalogySection, readAnalogies } from './evaluation-data.ts'
import { FOLDING_OPTIONS, FoldedWords, type FoldingOptions, type WordRows, wordRows } from './folding.ts'
import { mostSimilarBatch } from './most-similar.ts'

/** How analogy questions are evaluated. */
export interface AnalogyEvaluationOptions extends FoldingOptions, WorkOptions {
  /** Count questions with unknown words as incorrect, rather than leave them out. Default: false. */
  dummy4unknown?: boolean | undefined
  /** 3CosAdd ('mostSimilar') or 3CosMul ('mostSimilarCosmul'). Default: 'mostSimilar'. */
  similarityFunction?: 'mostSimilar' | 'mostSimilarCosmul' | undefined
}

export const ANALOGY_OPTIONS: KeysOf<AnalogyEvaluationOptions> = {
  ...FOLDING_OPTIONS,
  ...WORK_OPTIONS,
  dummy4unknown: true,
  similarityFunction: true,
}

/** The result of one section. */
export interface SectionResult {
  /** Its name. */
  section: string
  /** The questions that were answered correctly. */
  correct: AnalogyQuestion[]
  /** The questions that were answered incorrectly. */
  incorrect: AnalogyQuestion[]
}

/** The result of an evaluation by analogy questions. */
export interface AnalogyEvaluation {
  /** correct / (correct + incorrect), from 0 to 1; 0 where no question was evaluated. */
  score: number
  /** How many questions were answered correctly. */
  correct: number
  /** How many questions were answered incorrectly. */
  incorrect: number
  /** How many questions have a word that the table does not have. */
  outOfVocabulary: number
  /** The results by section, in order. */
  sections: SectionResult[]
}

/** b − a + c, by ids. */
export interface AnalogyTerms {
  positive: number[]
  negative: number[]
}

/** A question whose words the table has. */
interface KnownQuestion {
  question: AnalogyQuestion
  terms: AnalogyTerms
  result: SectionResult
}

/** Rows per answer: the first that is not a word of the question, in any case, counts. */
export const CANDIDATES = 5
/** Questions answered between two pauses at most. */
const STEP = 64

export async function evaluateAnalogies(
  table: EmbeddingTable,
  analogies: string | readonly AnalogySection[],
  options: AnalogyEvaluationOptions,
): Promise<AnalogyEvaluation> {
  const { similarityFunction = 'mostSimilar' } = options
  if (similarityFunction !== 'mostSimilar' && similarityFunction !== 'mostSimilarCosmul') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `similarityFunction must be 'mostSimilar' or 'mostSimilarCosmul'; got ${describe(similarityFunction)}.`,
    )
  }
  const cosmul = new CosmulSearch(table)
  const search = { topn: CANDIDATES, restrictVocab: options.restrictVocab }
  return judgeAnalogies(wordRows(table), analogies, options, (terms) =>
    similarityFunction === 'mostSimilar'
      ? mostSimilarBatch(table, terms, search).map(({ ids }) => [...ids])
      : terms.map((one) => cosmul.search(one, search).map(({ id }) => id)),
  )
}

/** The rows of each answer, the best first: `CANDIDATES` of them without those of the terms. */
export type AnswerAnalogies = (
  questions: readonly AnalogyTerms[],
) => readonly number[][] | Promise<readonly number[][]>

/** Evaluates questions that `answer` answers. */
export async function judgeAnalogies(
  rows: WordRows,
  analogies: string | readonly AnalogySection[],
  options: Omit<AnalogyEvaluationOptions, 'similarityFunction'>,
  answer: AnswerAnalogies,
): Promise<AnalogyEvaluation> {
  const words = new FoldedWords(rows, options)
  const given = readAnalogies(analogies)
  const { known, sections, outOfVocabulary } = lookUp(words, given, options.dummy4unknown ?? false)
  await inSteps(known.length, STEP, options, async (from, to) => {
    const questions = known.slice(from, to)
    const answers = await answer(questions.map(({ terms }) => terms))
    for (const [index, question] of questions.entries()) judge(words, question, answers[index] ?? [])
  })
  const sum = (kind: 'correct' | 'incorrect') =>
    sections.reduce((sum, section) => sum + section[kind].length, 0)
  const [correct, incorrect] = [sum('correct'), sum('incorrect')]
  return { score: correct / (correct + incorrect || 1), correct, incorrect, outOfVocabulary, sections }
}

function lookUp(words: FoldedWords, given: readonly AnalogySection[], countUnknown: boolean) {
  const known: KnownQuestion[] = []
  let outOfVocabulary = 0
  const sections = given.map(({ section, questions }) => {
    const result: SectionResult = { section, correct: [], incorrect: [] }
    for (const question of questions) {
      const { a, b, c, expected } = question
      const ids = [b, c, a, expected].flatMap((word) => words.idOf(word) ?? [])
      if (ids.length === 4) {
        known.push({ question, result, terms: { positive: ids.slice(0, 2), negative: ids.slice(2, 3) } })
        continue
      }
      outOfVocabulary++
      if (countUnknown) result.incorrect.push(question)
    }
    return result
  })
  return { known, sections, outOfVocabulary }
}

/** The first answer that is a word, and not a word of the question in any case, must be the expected word. */
function judge(words: FoldedWords, { question, result }: KnownQuestion, answers: readonly number[]): void {
  const { fold } = words
  const ignored = new Set([question.a, question.b, question.c].map(fold))
  const answered = answers.flatMap((id) => words.answerOf(id) ?? [])
  // without another word the last counts, as in gensim
  const predicted = answered.find((word) => !ignored.has(word)) ?? answered.at(-1)
  result[predicted === fold(question.expected) ? 'correct' : 'incorrect'].push(question)
}
