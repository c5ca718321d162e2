/** `king - man + woman`: what the command `analogy` is asked, as text. */
import { RowspaceError } from '../../src/core/errors.ts'

/**
 * ```
 * expression  [sign] term { space sign term }
 * sign        + or - or − (U+2212), an operator only at the start or behind white space: well-known is one word
 * term        [number *] word
 * word        anything without white space, or '…' or "…", where \ makes the next character plain
 * ```
 */
export interface ExpressionTerm {
  /** Below zero where the term is taken away. */
  weight: number
  word: string
  /** In quotes a word is always a token; without them digits may also be an id. */
  quoted: boolean
}

const SIGN = /[+\-−]/y
const WEIGHT = /((?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*\*\s*/iy
const BARE = /\S+/y
const SPACE = /\s*/y

/** The terms of an expression, in order. Throws `INVALID_ARGUMENT` with the position of what is wrong. */
export function parseExpression(text: string): ExpressionTerm[] {
  return new Parser(text).expression()
}

class Parser {
  private at = 0

  constructor(private readonly text: string) {}

  expression(): ExpressionTerm[] {
    const terms: ExpressionTerm[] = []
    this.take(SPACE)
    if (this.ended) throw this.wrong('the expression is empty: try "king - man + woman"')
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
    const quote = this.text[this.at]!
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
    throw this.wrong(`the weight ${written.split('*')[0]!.trim()} is too large`)
  }

  private bare(): string {
    if (this.peek(SIGN)) {
      throw this.wrong(
        `a word was expected, not ${JSON.stringify(this.text[this.at])}; a word that starts with it goes in quotes`,
      )
    }
    return this.take(BARE)!
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
      `the quote ${quote} is not closed; a word that starts with it goes in the other quotes: ${other}${quote}s${other}`,
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
      `${JSON.stringify(this.text)}, position ${position}: ${problem}`,
      { position },
    )
  }
}

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
