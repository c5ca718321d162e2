/** Expressions as the command prints them. */
import { type ExpressionTerm, WEIGHT } from '../../src/table/parse-expression.ts'

/** The expression as people write it; parses back to the same terms. */
export function formatExpression(terms: readonly ExpressionTerm[]): string {
  return terms.map((term, index) => formatSign(term, index) + formatTerm(term)).join(' ')
}

function formatSign({ weight }: ExpressionTerm, index: number): string {
  if (weight < 0 || Object.is(weight, -0)) return '− '
  return index === 0 ? '' : '+ '
}

function formatTerm({ weight, word, quoted }: ExpressionTerm): string {
  const factor = Math.abs(weight) === 1 ? '' : `${Math.abs(weight)} * `
  return factor + (quoted || !isBareWord(word) ? `"${word.replace(/["\\]/g, '\\$&')}"` : word)
}

/** Whether a word can stand without quotes. */
export function isBareWord(word: string): boolean {
  return /^[^\s'"+\-−]\S*$/.test(word) && !new RegExp(`^${WEIGHT.source}`, 'i').test(word)
}
