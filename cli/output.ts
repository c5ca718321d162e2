/** What the command prints, and where: answers on stdout, notes and progress on stderr. */
import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'

/** Colours where stdout is a terminal that wants them (no-color.org), or where FORCE_COLOR asks for them; else none. */
export const paint = picocolors.createColors(wantsColours())

function wantsColours(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return process.stdout.isTTY === true && TERM !== 'dumb'
}

/**
 * Aligns columns: 'l' or 'r' for each; `head` is dimmed. Lines end without spaces and start with `indent`.
 * (cli-table3 takes 9 s for the 20,000 rows of the default table: its layout compares every row with all before.)
 */
export function columns(
  alignment: string,
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  indent = '  ',
): string {
  const lines = head === undefined ? rows : [head.map((cell) => paint.dim(cell)), ...rows]
  const widths = [...alignment].map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, displayWidth(line[column] ?? '')), 0),
  )
  const pad = (cell: string, column: number) => {
    const space = ' '.repeat(widths[column]! - displayWidth(cell))
    return alignment[column] === 'r' ? space + cell : cell + space
  }
  return lines.map((line) => `${indent}${line.map(pad).join('  ')}`.trimEnd()).join('\n')
}

const ASCII = /^[\x20-\x7e]*$/
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|[\u{20000}-\u{3FFFD}])/u
const INVISIBLE = /^[\p{M}\p{Cf}]+$/u
const graphemes = new Intl.Segmenter()

/** Columns a text takes on a terminal: none for colours and marks alone, two for East Asian signs and emoji. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text)
  if (ASCII.test(plain)) return plain.length
  let width = 0
  for (const { segment } of graphemes.segment(plain)) {
    width += WIDE.test(segment) ? 2 : INVISIBLE.test(segment) ? 0 : 1
  }
  return width
}

/** A line on stderr: something the reader should know that is no part of the answer. */
export function note(text: string): void {
  process.stderr.write(`rowspace: ${oneLine(text)}\n`)
}

/** Text that stays one line and moves no cursor, whatever a file or an argument put into it. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, (signs) =>
    JSON.stringify(signs)
      .slice(1, -1)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?'),
  )
}
