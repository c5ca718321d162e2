/** What the command prints, and where: answers on stdout, notes and progress on stderr. */
import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'

/** Colours where stdout is a terminal that shows them (no-color.org) or FORCE_COLOR is set; else none. */
export const paint = picocolors.createColors(wantsColours())

function wantsColours(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return process.stdout.isTTY === true && TERM !== 'dumb'
}

/**
 * Aligns columns: 'l' or 'r' for each; `head` is dimmed. Lines end without spaces and start with `indent`.
 * (cli-table3 takes 9 s for the 20,000 rows of the default table: it compares every row with all before.)
 */
export function columns(
  alignment: string,
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  indent = '  ',
): string {
  const lines = head === undefined ? rows : [head.map((cell) => paint.dim(cell)), ...rows]
  const sides = [...alignment].map((side, column) => ({
    side,
    width: lines.reduce((widest, line) => Math.max(widest, displayWidth(line[column] ?? '')), 0),
  }))
  const padded = (line: readonly string[]) =>
    sides.map(({ side, width }, column) => {
      const cell = line[column] ?? ''
      const space = ' '.repeat(width - displayWidth(cell))
      return side === 'r' ? space + cell : cell + space
    })
  return lines.map((line) => `${indent}${padded(line).join('  ')}`.trimEnd()).join('\n')
}

/** Rows of a label, dimmed, and a text. */
export function facts(rows: readonly (readonly [label: string, text: string])[]): string {
  return columns(
    'll',
    undefined,
    rows.map(([label, text]) => [paint.dim(label), text]),
  )
}

const ASCII = /^[\x20-\x7e]*$/
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)/u
const EAST_ASIAN = /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F]/u
const FULL_WIDTH = /^[\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u
const INVISIBLE = /^[\p{M}\p{Cf}]+$/u
const graphemes = new Intl.Segmenter()

/** Columns a text takes on a terminal: none for colours and marks, two for East Asian letters and emoji. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text)
  if (ASCII.test(plain)) return plain.length
  let width = 0
  for (const { segment } of graphemes.segment(plain)) {
    const wide = [EMOJI, EAST_ASIAN, FULL_WIDTH].some((pattern) => pattern.test(segment))
    if (!INVISIBLE.test(segment)) width += wide ? 2 : 1
  }
  return width
}

/** A line on stderr: something the reader should know that is not part of the answer. */
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
