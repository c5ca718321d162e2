/** Names and values in the text of a statement: quoted so that nothing in them is taken for SQL. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'

/** `database`, with whatever stands in it: quotes, dots, backslashes. Throws `INVALID_ARGUMENT` for what can be no name. */
export function quoteName(name: string): string {
  return `\`${escaped(name, '`')}\``
}

/** 'text' */
export function quoteText(text: string): string {
  return `'${escaped(text, "'")}'`
}

function escaped(text: string, quote: string): string {
  return text.replace(/[\\'`\0\b\f\n\r\t]/g, (sign) => {
    if (sign === '\\') return '\\\\'
    if (sign === quote) return `\\${sign}`
    return ESCAPES[sign] ?? sign
  })
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A float64 as the engine reads it back to the bit: with a point or an exponent, or it would be taken for a whole number. */
export function quoteNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf'
  if (value === Number.NEGATIVE_INFINITY) return '-inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /^-?\d+$/.test(text) ? `${text}.` : text
}

/** Throws `INVALID_ARGUMENT` unless `name` may name a database, a table or a cluster: text that is not empty, without signs that do not print. */
export function checkName(name: unknown, what: string): asserts name is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  const printable = typeof name === 'string' && name !== '' && !/[\u0000-\u001f\u007f]/.test(name)
  if (printable && !/\p{Surrogate}/u.test(name) && new TextEncoder().encode(name).length <= 120) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${what} must be named by a text of 1 to 120 bytes without control characters; got ${describe(name)}`,
  )
}
