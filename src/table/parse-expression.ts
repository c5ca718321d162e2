/** `king - man + woman`: expressions as people write them. */
import { RowspaceError } from '../core/errors.ts'
import type { RowKey } from '../core/options.ts'
import { invalidArgument } from '../core/values.ts'
import type { Expression } from './expression.ts'

/**
 * A term of a written expression.
 *
 * ```
 * expression  [sign] term { space sign term }
 * sign        + or - or − (U+2212), only at the start or after white space: well-known is one word
 * term        [number *] word
 * word        anything without white space, or '…' or "…", where \ makes the next character plain
 * ```
 */
export interface ExpressionTerm {
  /** Negative for terms that are subtracted. */
  weight: number
  word: string
  /** A quoted word is always a token; without quotes `#12` is an id. */
  quoted: boolean
}

const SIGN = /[+\-−]/y
/** A number and `*`. */
export const WEIGHT = /((?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*\*\s*/iy
const BARE = /\S+/y
const SPACE = /\s*/y

/**
 * Parses an expression such as `king - man + woman` for `analogy` and `combine` of a table.
 *
 * A minus (`-` or `−`) is an operator only at the start or after white space, so `well-known` is one word.
 * Terms may have a weight: `0.5 * king`. `#12` is the row with id 12. Quotes make any text one token:
 * `"New York" - USA`, `'#12'`.
 *
 * @throws RowspaceError `INVALID_ARGUMENT` with `details.position`, where the mistake is, counted from 1
 * @example
 * table.analogy(parseExpression('king - man + woman')).at(0)?.token // 'queen'
 */
export function parseExpression(text: string): Expression {
  const rows = parseTerms(text).map(({ weight, word, quoted }) => {
    const isId = !quoted && /^#\d+$/.test(word)
    return { row: isId ? Number(word.slice(1)) : word, weight }
  })
  return expressionFrom(rows)
}

/** Weighted rows as an expression: negative weights are subtracted. */
export function expressionFrom(rows: readonly { row: RowKey; weight: number }[]): Expression {
  return {
    positive: rows.filter(({ weight }) => weight >= 0).map(({ row, weight }) => [row, weight]),
    negative: rows.filter(({ weight }) => weight < 0).map(({ row, weight }) => [row, -weight]),
  }
}

/** The terms of an expression, in order. Throws as `parseExpression`. */
export function parseTerms(text: string): ExpressionTerm[] {
  if (typeof text === 'string') return new Parser(text).expression()
  throw invalidArgument('An expression must be a string', text)
}

class Parser {
  private at = 0

  constructor(private readonly text: string) {}

  expression(): ExpressionTerm[] {
    const terms: ExpressionTerm[] = []
    this.take(SPACE)
    if (this.ended)
      throw this.wrong('the expression is empty; it needs at least one token, as in "king - man + woman"')
    do {
      const sign = this.sign(terms.length === 0)
      terms.push(this.term(sign))
    } while (!this.ended)
    return terms
  }

  private get ended(): boolean {
    return this.at === this.text.length
  }

  private sign(optional: boolean): 1 | -1 {
    const sign = this.take(SIGN)
    if (sign === undefined && !optional) {
      throw this.wrong(
        `+ or - was expected before ${JSON.stringify(this.rest())}; a word with a space in it goes in quotes`,
      )
    }
    this.take(SPACE)
    return sign === undefined || sign === '+' ? 1 : -1
  }

  private term(sign: 1 | -1): ExpressionTerm {
    const weight = this.weight()
    if (this.ended) throw this.wrong('a word was expected, but the expression ends')
    const quote = this.text.charAt(this.at)
    const quoted = quote === "'" || quote === '"'
    const word = quoted ? this.quoted(quote) : this.bare()
    const spaceStart = this.at
    this.take(SPACE)
    if (!this.ended && this.at === spaceStart) {
      throw this.wrong(`a space was expected between the quotes and ${JSON.stringify(this.rest())}`)
    }
    return { weight: sign * weight, word, quoted }
  }

  private weight(): number {
    const start = this.at
    const written = this.take(WEIGHT)
    if (written === undefined) return 1
    const weight = Number.parseFloat(written)
    if (Number.isFinite(weight)) return weight
    this.at = start
    throw this.wrong(`the weight ${written.replace('*', '').trim()} is too large`)
  }

  private bare(): string {
    if (this.peek(SIGN)) {
      throw this.wrong(
        `a word was expected, not ${JSON.stringify(this.text[this.at])}; a word that starts with it ` +
          'goes in quotes',
      )
    }
    return this.take(BARE) ?? ''
  }

  private quoted(quote: string): string {
    const start = this.at
    let word = ''
    for (this.at++; !this.ended; this.at++) {
      if (this.text[this.at] === quote) {
        this.at++
        return word
      }
      if (this.text[this.at] === '\\' && this.at + 1 < this.text.length) this.at++
      word += this.text[this.at]
    }
    this.at = start
    const other = quote === '"' ? "'" : '"'
    throw this.wrong(
      `the quote ${quote} is not closed; a word that starts with it goes in the other quotes: ` +
        `${other}${quote}s${other}`,
    )
  }

  private peek(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    return pattern.test(this.text)
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  private rest(): string {
    return this.text.slice(this.at, this.at + 20)
  }

  private wrong(problem: string): RowspaceError {
    const position = [...this.text.slice(0, this.at)].length + 1
    return new RowspaceError(
      'INVALID_ARGUMENT',
      `${JSON.stringify(this.text)}, position ${position}: ${problem}.`,
      { position },
    )
  }
}
