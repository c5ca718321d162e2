/**
 * What tables are evaluated with: analogy questions, `a b c d` per line under `: section` lines (the
 * questions-words.txt of word2vec), and scored word pairs, two words and a number per line.
 */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'

/** A question: a is to b as c is to what? */
export interface AnalogyQuestion {
  /** man */
  a: string
  /** king */
  b: string
  /** woman */
  c: string
  /** The right answer: queen. */
  expected: string
}

/** A section of a file of analogy questions. */
export interface AnalogySection {
  /** Its name: capital-common-countries. */
  section: string
  /** Its questions, in order. */
  questions: AnalogyQuestion[]
}

/** A pair of words that people scored. */
export interface WordPair {
  /** The first word. */
  a: string
  /** The second word. */
  b: string
  /** How similar people find them; larger is more similar. */
  score: number
}

/**
 * Reads the text of a file of analogy questions. Lines that are not four words are left out.
 *
 * @throws RowspaceError `INVALID_FORMAT` for a question before the first section; `INVALID_ARGUMENT` for what
 * is not a text.
 */
export function parseAnalogies(text: string): AnalogySection[] {
  const sections: AnalogySection[] = []
  for (const [index, line] of linesOf(text, 'analogies').entries()) {
    if (line.startsWith(': ')) {
      sections.push({ section: line.slice(2).trim(), questions: [] })
      continue
    }
    const words = line.match(/\S+/g)
    if (words === null) continue
    const section = sections.at(-1)
    if (section === undefined) {
      throw new RowspaceError(
        'INVALID_FORMAT',
        `line ${index + 1} of the analogies comes before the first section: a line ": name" is missing.`,
        { line: index + 1 },
      )
    }
    const [a = '', b = '', c = '', expected = ''] = words
    if (words.length === 4) section.questions.push({ a, b, c, expected })
  }
  return sections
}

/**
 * Reads the text of a file of word pairs: two words and a number per line. Other lines, and lines that begin
 * with `#`, are left out.
 *
 * @param delimiter the text between the fields; default: any white space
 * @throws RowspaceError `INVALID_ARGUMENT` for what is not a text.
 */
export function parsePairs(text: string, delimiter?: string): WordPair[] {
  return linesOf(text, 'pairs').flatMap((line) => {
    const fields = delimiter === undefined ? line.trim().split(/\s+/) : line.split(delimiter)
    const [a = '', b = '', score = ''] = fields.map((field) => field.trim())
    const isPair = fields.length === 3 && score !== '' && !line.startsWith('#')
    return isPair && !Number.isNaN(Number(score)) ? [{ a, b, score: Number(score) }] : []
  })
}

function linesOf(text: string, what: string): string[] {
  if (typeof text === 'string') return text.split(/\r\n|\n|\r/)
  throw new RowspaceError('INVALID_ARGUMENT', `${what} must be the text of a file; got ${describe(text)}.`)
}

/** The sections of a text or a list. Throws as `parseAnalogies`; `INVALID_ARGUMENT` for other entries. */
export function readAnalogies(analogies: string | readonly AnalogySection[]): readonly AnalogySection[] {
  if (typeof analogies === 'string') return parseAnalogies(analogies)
  const isQuestion = (question: AnalogyQuestion) =>
    [question?.a, question?.b, question?.c, question?.expected].every((word) => typeof word === 'string')
  const isSection = (section: AnalogySection) =>
    Array.isArray(section?.questions) && section.questions.every(isQuestion)
  const shape = '{ section, questions: [{ a, b, c, expected }] }'
  return checkEntries(analogies, 'analogies', 'section', shape, isSection)
}

/** The pairs of a text or a list. Throws `INVALID_ARGUMENT` for other entries. */
export function readPairs(
  pairs: string | readonly WordPair[],
  delimiter: string | undefined,
): readonly WordPair[] {
  if (typeof pairs === 'string') return parsePairs(pairs, delimiter)
  const isPair = (pair: WordPair) =>
    typeof pair?.a === 'string' && typeof pair.b === 'string' && Number.isFinite(pair.score)
  return checkEntries(pairs, 'pairs', 'pair', '{ a, b, score }, two words and a finite number', isPair)
}

function checkEntries<Entry>(
  list: readonly Entry[],
  what: string,
  one: string,
  shape: string,
  isEntry: (entry: Entry) => boolean,
): readonly Entry[] {
  if (!Array.isArray(list)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${what} must be the text of a file or a list; got ${describe(list)}.`,
    )
  }
  const index = list.findIndex((entry) => !isEntry(entry))
  if (index < 0) return list
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `each ${one} must be ${shape}; ${one} ${index} is ${describe(list[index])}.`,
    { index },
  )
}
