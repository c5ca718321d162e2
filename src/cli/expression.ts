/**
 * `king - man + 2 * woman` as terms to add and to take away.
 *
 *   expression  = [sign] term { sign term }        term = [number "*"] word
 *
 * A sign stands between white space (or at the start), so `well-known` is one word. Quoted words, '…' or "…", may hold
 * anything but their quote.
 */
import { usageError } from './usage.ts'

export interface ParsedExpression {
  positive: [string, number][]
  negative: [string, number][]
}

interface Piece {
  kind: 'sign' | 'times' | 'word'
  text: string
  quoted: boolean
  at: number
}

// a quoted word; a sign of its own; a star; a word, in which a star ends it only behind a number
const PIECES =
  /\s*(?:'([^']*)'|"([^"]*)"|([+\-−])(?=\s|$)|(\*)|(\d+(?:\.\d+)?|\.\d+)(?=\s*\*)|([^\s'"*][^\s]*))/y

function pieces(text: string): Piece[] {
  const found: Piece[] = []
  PIECES.lastIndex = 0
  while (PIECES.lastIndex < text.trimEnd().length) {
    const start = PIECES.lastIndex
    const match = PIECES.exec(text)
    if (match === null) {
      throw usageError(
        `the expression ${JSON.stringify(text)} cannot be read at character ${start + 1}: is a quote left open?`,
      )
    }
    const [whole, single, double, sign, star, number, word] = match
    const at = start + whole.length - whole.trimStart().length
    const quoted = single ?? double
    if (quoted !== undefined) found.push({ kind: 'word', text: quoted, quoted: true, at })
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign, quoted: false, at })
    else if (star !== undefined) found.push({ kind: 'times', text: star, quoted: false, at })
    else found.push({ kind: 'word', text: (number ?? word)!, quoted: false, at })
  }
  return found
}

/** Reads an expression. Throws with the position of what is wrong. */
export function parseExpression(text: string): ParsedExpression {
  const list = pieces(text)
  const wrong = (piece: Piece | undefined, expected: string) =>
    usageError(
      `the expression ${JSON.stringify(text)} needs ${expected} at ${piece === undefined ? 'its end' : `character ${piece.at + 1}`}, as in king - man + woman`,
    )
  const parsed: ParsedExpression = { positive: [], negative: [] }
  let next = 0
  while (next < list.length || next === 0) {
    const sign = list[next]?.kind === 'sign' ? list[next++]! : undefined
    if (sign === undefined && next > 0) throw wrong(list[next], 'a + or − between white space')
    let weight = 1
    if (list[next + 1]?.kind === 'times') {
      weight = Number(list[next]?.text)
      if (list[next]?.kind !== 'word' || list[next]?.quoted === true || !Number.isFinite(weight))
        throw wrong(list[next], 'a number')
      next += 2
    }
    const word = list[next++]
    if (word?.kind !== 'word' || word.text === '') throw wrong(word, 'a word')
    const side = sign !== undefined && sign.text !== '+' ? parsed.negative : parsed.positive
    side.push([word.text, weight])
  }
  return parsed
}
