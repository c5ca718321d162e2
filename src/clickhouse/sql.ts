/** Names and values in the text of a statement: quoted so that nothing in them is read as SQL. */

import { invalidArgument } from '../core/values.ts'

/** `database` */
export function quoteName(name: string): string {
  return `\`${escaped(name, '`')}\``
}

/** 'text' */
export function quoteText(text: string): string {
  return `'${escaped(text, "'")}'`
}

function escaped(text: string, quote: string): string {
  return text.replace(/[\\'`\0\b\f\n\r\t]/g, (sign) =>
    sign === quote ? `\\${sign}` : (ESCAPES[sign] ?? sign),
  )
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A float64 that the engine reads back to the bit: without point or exponent it would read an integer. */
export function quoteNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf'
  if (value === Number.NEGATIVE_INFINITY) return '-inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /^-?\d+$/.test(text) ? `${text}.` : text
}

/** Throws `INVALID_ARGUMENT` unless `name` may name a database, a table or a cluster. */
export function checkName(name: unknown, what: string): asserts name is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is rejected
  const isPrintable = typeof name === 'string' && !/[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(name)
  if (isPrintable && name !== '' && new TextEncoder().encode(name).length <= 120) return
  throw invalidArgument(
    `The name of ${what} must be a text of 1 to 120 bytes without control characters`,
    name,
  )
}

/** A list in parts of at most `size`, as many as a statement has room for. */
export function batches<Entry>(list: readonly Entry[], size: number): Entry[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}
