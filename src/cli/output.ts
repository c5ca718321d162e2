/** What people see: tables, numbers, colours where the terminal has them. Scripts get JSON. */
import Table from 'cli-table3'
import colours from 'picocolors'
import type { Matches } from '../matches.ts'

export { colours }

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

/** A note for people, on stderr, so that stdout stays what was asked for. */
export function note(text: string): void {
  process.stderr.write(`${colours.dim(text)}\n`)
}

/** Rows of cells without lines between them. Columns after the first `left` are numbers, set to the right. */
export function table(head: string[], rows: (string | number)[][], left = 1): string {
  const plain = Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
    ].map((name) => [name, '']),
  )
  const drawn = new Table({
    chars: { ...plain, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: head.map((cell) => colours.dim(cell)),
    colAligns: head.map((_, column) => (column < left ? 'left' : 'right')),
  })
  for (const row of rows) drawn.push(row.map(String))
  return drawn
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n')
}

/** A token as it can be seen: quoted where it starts or ends with white space or holds what a terminal would act on. */
export function shown(token: string | undefined): string {
  if (token === undefined) return '–'
  return /^\s|\s$|[\p{Cc}\p{Cf}]|^$/u.test(token) ? JSON.stringify(token) : token
}

export function cosineText(value: number): string {
  return value.toFixed(4)
}

/** A dot product with three decimals, or four digits where it is small. */
export function dotText(value: number): string {
  return Math.abs(value) >= 1 ? value.toFixed(3) : value.toPrecision(4)
}

export function matchRows(matches: Matches): (string | number)[][] {
  return matches
    .toArray()
    .map(({ id, token, cosine, dot }, place) => [
      place === 0 ? colours.bold(colours.green(shown(token))) : shown(token),
      id,
      cosineText(cosine),
      dotText(dot),
    ])
}

export function matchTable(matches: Matches): string {
  return table(['token', 'id', 'cosine', 'dot'], matchRows(matches))
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

export function millisecondsText(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(2)} ms` : `${milliseconds.toFixed(0)} ms`
}
