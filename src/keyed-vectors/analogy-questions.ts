/**
 * Files of analogy questions: `a b c d` per line, under `: section` lines (the questions-words.txt of
 * word2vec).
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

/**
 * Reads the text of a file of analogy questions. Lines that are not four words are left out.
 *
 * @throws RowspaceError `INVALID_FORMAT` for a question before the first section; `INVALID_ARGUMENT` for what
 * is not a text.
 */
export function parseAnalogies(text: string): AnalogySection[] {
  if (typeof text !== 'string') {
    throw new RowspaceError('INVALID_ARGUMENT', `analogies must be the text of a file; got ${describe(text)}`)
  }
  const sections: AnalogySection[] = []
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.startsWith(': ')) {
      sections.push({ section: line.slice(2).trim(), questions: [] })
      continue
    }
    const words = line.split(/\s+/).filter((word) => word !== '')
    if (words.length === 0) continue
    const section = sections.at(-1)
    if (section === undefined) {
      throw new RowspaceError(
        'INVALID_FORMAT',
        `line ${index + 1} of the analogies comes before the first section: a line ": name" is missing`,
        { line: index + 1 },
      )
    }
    const [a = '', b = '', c = '', expected = ''] = words
    if (words.length === 4) section.questions.push({ a, b, c, expected })
  }
  return sections
}
