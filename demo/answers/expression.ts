/** `king − man + 0.5 * woman`: what people type, as rowspace takes it. */
import type { Expression } from 'rowspace'

/** A sign (operators stand alone, so well-known is one word), a weight, and a word, quoted where it holds a space. */
const TERM = /\s*(?:([+\-−])\s*)?(?:(\d+(?:\.\d+)?)\s*\*\s*)?(?:"([^"]+)"|([^\s"+*−-]\S*))(?=\s|$)\s*/y

/** Throws an Error that says where the text stops making sense. */
export function parseExpression(text: string): Expression {
  const positive: [string | number, number][] = []
  const negative: [string | number, number][] = []
  for (let at = 0; at < text.length; at = TERM.lastIndex) {
    TERM.lastIndex = at
    const [, sign, weight, quoted, bare] = TERM.exec(text) ?? wrong(text, at, 'a word was expected')
    if (sign === undefined && at > 0) wrong(text, at, '+ or − was expected')
    const side = sign === undefined || sign === '+' ? positive : negative
    side.push([quoted ?? rowNamed(bare!), weight === undefined ? 1 : Number(weight)])
  }
  return { positive, negative }
}

/** `#123` is the row of that id. */
const rowNamed = (word: string): string | number => (/^#\d+$/.test(word) ? Number(word.slice(1)) : word)

function wrong(text: string, at: number, expected: string): never {
  throw new Error(
    `Position ${at + 1}: ${expected}, not “${text.slice(at, at + 16)}”. Try king − man + woman.`,
  )
}
