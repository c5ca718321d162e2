/** How many analogy questions a table answers correctly: a is to b as c is to what? */

import { RowspaceError } from '../core/errors.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type AnalogyQuestion, type AnalogySection, parseAnalogies } from './analogy-questions.ts'
import { CosmulSearch } from './cosmul.ts'
import { FOLDING_OPTIONS, FoldedWords, type FoldingOptions } from './folding.ts'
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

interface KnownQuestion {
  question: AnalogyQuestion
  result: SectionResult
  ids: { a: number; b: number; c: number }
}

/** Rows per answer: the first that is not a word of the question, in any case, counts. */
const CANDIDATES = 5
/** Questions answered between two pauses at most. */
const STEP = 64

export async function evaluateAnalogies(
  table: EmbeddingTable,
  analogies: string | readonly AnalogySection[],
  options: AnalogyEvaluationOptions,
): Promise<AnalogyEvaluation> {
  const { similarityFunction = 'mostSimilar', restrictVocab } = options
  if (similarityFunction !== 'mostSimilar' && similarityFunction !== 'mostSimilarCosmul') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `similarityFunction must be 'mostSimilar' or 'mostSimilarCosmul'; got ${describe(similarityFunction)}`,
    )
  }
  const words = new FoldedWords(table, options)
  const given = typeof analogies === 'string' ? parseAnalogies(analogies) : checkedSections(analogies)
  const { known, sections, outOfVocabulary } = lookUp(words, given, options.dummy4unknown ?? false)
  const cosmul = similarityFunction === 'mostSimilar' ? undefined : new CosmulSearch(table)
  const terms = ({ ids: { a, b, c } }: KnownQuestion) => ({ positive: [b, c], negative: [a] })
  const search = { topn: CANDIDATES, restrictVocab }
  await inSteps(known.length, STEP, options, (from, to) => {
    const some = known.slice(from, to)
    const answers =
      cosmul === undefined
        ? mostSimilarBatch(table, some.map(terms), search).map((matches) => [...matches.ids])
        : some.map((one) => cosmul.search(terms(one), search).map(({ id }) => id))
    for (const [index, one] of some.entries()) judge(words, one, answers[index]!)
  })
  const sum = (kind: 'correct' | 'incorrect') =>
    sections.reduce((sum, section) => sum + section[kind].length, 0)
  const [correct, incorrect] = [sum('correct'), sum('incorrect')]
  return { score: correct / (correct + incorrect || 1), correct, incorrect, outOfVocabulary, sections }
}

/** Throws `INVALID_ARGUMENT` unless these are sections of questions. */
function checkedSections(sections: readonly AnalogySection[]): readonly AnalogySection[] {
  const isQuestion = ({ a, b, c, expected }: AnalogyQuestion) =>
    [a, b, c, expected].every((word) => typeof word === 'string')
  const isSection = (section: AnalogySection) =>
    Array.isArray(section?.questions) &&
    section.questions.every((question) => question && isQuestion(question))
  if (!Array.isArray(sections)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `analogies must be the text of a file or a list of sections; got ${describe(sections)}`,
    )
  }
  const odd = sections.findIndex((section) => !isSection(section))
  if (odd < 0) return sections
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a section must be { section, questions: [{ a, b, c, expected }] }; section ${odd} is ${describe(sections[odd])}`,
    { index: odd },
  )
}

/** The questions whose words the table has. */
function lookUp(words: FoldedWords, given: readonly AnalogySection[], countUnknown: boolean) {
  const known: KnownQuestion[] = []
  let outOfVocabulary = 0
  const sections = given.map(({ section, questions }) => {
    const result: SectionResult = { section, correct: [], incorrect: [] }
    for (const question of questions) {
      const { fold } = words
      const [a, b, c, expected] = [question.a, question.b, question.c, question.expected].map((word) =>
        words.idOf(fold(word)),
      )
      if (a !== undefined && b !== undefined && c !== undefined && expected !== undefined) {
        known.push({ question, result, ids: { a, b, c } })
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
  let predicted: string | undefined
  for (const id of answers) {
    const word = words.answerOf(id)
    if (word === undefined) continue
    predicted = word
    if (!ignored.has(word)) break
  }
  const kind = predicted === fold(question.expected) ? 'correct' : 'incorrect'
  result[kind].push(question)
}
