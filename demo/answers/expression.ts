/** Expressions as people type them: `king-man+woman`, `King − Man`, `"new york" − usa + japan`. */
import { type EmbeddingTable, type Expression, parseExpression } from 'rowspace'

/** A row and its weight. */
type Term = [row: string | number, weight: number]

export interface ReadExpression {
  expression: Expression
  /** How it was read, where that is not as it was written. */
  reading: string | undefined
}

/**
 * Reads an expression by the words that the table has: as they are written, else in small letters, else with a
 * space in front, as GPT-2 has them. A word that is none of these is taken apart at its signs, and at its
 * spaces: the mean of several words stands for a name of several words.
 *
 * @throws as parseExpression, and as `table.id` for a word that the table does not have
 */
export function readExpression(table: EmbeddingTable, text: string): ReadExpression {
  const written = parseExpression(spaced(text))
  const terms = [...termsOf(written.positive, 1), ...termsOf(written.negative, -1)]
  const read = terms.flatMap((term) => resolve(table, term))
  const expression = {
    positive: read.filter(([, weight]) => weight >= 0),
    negative: read.filter(([, weight]) => weight < 0).map(([row, weight]): Term => [row, -weight]),
  }
  const isAsWritten = read.length === terms.length && read.every(([row], place) => row === terms[place]?.[0])
  return { expression, reading: isAsWritten ? undefined : format(read) }
}

/** A sign that clings to the word before it, with space behind: `king- man`. */
const spaced = (text: string): string => text.replace(/(\w)([+\-−])\s/g, '$1 $2 ')

function termsOf(given: Expression['positive'], sign: 1 | -1): Term[] {
  return Array.from(given ?? [], (term): Term => {
    const [row, weight] = Array.isArray(term) ? term : [term, 1]
    return [row as string | number, sign * weight]
  })
}

function resolve(table: EmbeddingTable, [row, weight]: Term): Term[] {
  if (typeof row === 'number') return [[row, weight]]
  const known = knownAs(table, row)
  if (known !== undefined) return [[known, weight]]
  const bySigns = row.split(/(?=[+\-−])/)
  if (bySigns.length > 1) {
    const parts = bySigns.map((part) => ({
      word: part.replace(/^[+\-−]/, ''),
      sign: /^[-−]/.test(part) ? -1 : 1,
    }))
    if (parts.every(({ word }) => word !== ''))
      return parts.flatMap(({ word, sign }) => resolve(table, [word, sign * weight]))
  }
  const words = row.split(/\s+/).filter((word) => word !== '')
  if (words.length > 1) return words.flatMap((word) => resolve(table, [word, weight / words.length]))
  // says what is like it
  table.id(row)
  return [[row, weight]]
}

/** The token that a word is, if any. */
function knownAs({ vocabulary }: EmbeddingTable, word: string): string | undefined {
  if (vocabulary === undefined) return word
  const small = word.toLowerCase()
  return [word, ` ${word}`, small, ` ${small}`].find((name) => vocabulary.idOf(name) !== undefined)
}

function format(terms: readonly Term[]): string {
  return terms
    .map(([row, weight], place) => {
      const size = Math.abs(weight)
      const factor = size === 1 ? '' : `${Number(size.toFixed(3))} * `
      const sign = weight < 0 ? '− ' : place === 0 ? '' : '+ '
      return `${sign}${factor}${typeof row === 'number' ? `#${row}` : row.trim()}`
    })
    .join(' ')
}
