/** How many analogy questions a table answers: a is to b as c is to what? */

import { RowspaceError } from '../core/errors.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type AnalogyQuestion, type AnalogySection, parseAnalogies } from './analogy-questions.ts'
import { CosmulSearch } from './cosmul.ts'
import { FOLDING_OPTIONS, FoldedWords, type FoldingOptions } from './folding.ts'
import { mostSimilarBatch } from './most-similar.ts'

export interface AnalogyEvaluationOptions extends FoldingOptions, WorkOptions {
  /** Count questions with words that the table does not have as answered wrongly, rather than leave them out. */
  dummy4unknown?: boolean | undefined
  /** 3CosAdd ('mostSimilar', unless given) or 3CosMul. */
  similarityFunction?: 'mostSimilar' | 'mostSimilarCosmul' | undefined
}

export const ANALOGY_OPTIONS: KeysOf<AnalogyEvaluationOptions> = {
  ...FOLDING_OPTIONS,
  ...WORK_OPTIONS,
  dummy4unknown: true,
  similarityFunction: true,
}

export interface SectionResult {
  section: string
  correct: AnalogyQuestion[]
  incorrect: AnalogyQuestion[]
}

export interface AnalogyEvaluation {
  /** The share that was answered rightly, of those that were asked; 0 where none was. */
  score: number
  correct: number
  incorrect: number
  /** Questions with a word that the table does not have. */
  outOfVocabulary: number
  sections: SectionResult[]
}

interface KnownQuestion {
  question: AnalogyQuestion
  result: SectionResult
  ids: { a: number; b: number; c: number }
}

/** Rows looked at for the first that is none of a question's words in another case. */
const LOOKED_AT = 5
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
      `similarityFunction is 'mostSimilar' or 'mostSimilarCosmul'; got ${describe(similarityFunction)}`,
    )
  }
  const words = new FoldedWords(table, options)
  const given = typeof analogies === 'string' ? parseAnalogies(analogies) : checkedSections(analogies)
  const { known, sections, outOfVocabulary } = lookUp(words, given, options.dummy4unknown ?? false)
  const cosmul = similarityFunction === 'mostSimilar' ? undefined : new CosmulSearch(table)
  const terms = ({ ids: { a, b, c } }: KnownQuestion) => ({ positive: [b, c], negative: [a] })
  const search = { topn: LOOKED_AT, restrictVocab }
  await inSteps(known.length, STEP, options, (from, to) => {
    const some = known.slice(from, to)
    const answers =
      cosmul === undefined
        ? mostSimilarBatch(table, some.map(terms), search).map((matches) => [...matches.ids])
        : some.map((one) => cosmul.ask(terms(one), search).map(({ id }) => id))
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
      `analogies are the text of a file, or a list of sections; got ${describe(sections)}`,
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

/** The first answer that is a word and none of the question's, whatever their case, must be the word expected. */
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
