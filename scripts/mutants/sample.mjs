/** Mutants as one line of text, and a random choice among them that a seed repeats. */
import { createHash } from 'node:crypto'
import { relative } from 'node:path'

/** What tells a mutant from all others, whatever its number in one run: file, place, kind and replacement. */
export function keyOf({ fileName, location: { start, end }, mutatorName, replacement }, root) {
  const file = relative(root, fileName).replaceAll('\\', '/')
  return `${file}:${start.line}:${start.column}-${end.line}:${end.column} ${mutatorName} ${replacement}`
}

/** Where a key says the mutant is: the file, and the start and end of what is replaced, counted from 0. */
export function placeOf(key) {
  const [, file, ...numbers] = /^(.*?):(\d+):(\d+)-(\d+):(\d+) /.exec(key)
  const [line, column, endLine, endColumn] = numbers.map(Number)
  return { file, line, column, endLine, endColumn }
}

/** A mutant as reports show it, with lines from 1. */
export function inReport(key) {
  const { file, line } = placeOf(key)
  return `${file}:${line + 1} ${key.slice(key.indexOf(' ') + 1)}`
}

/** `count` of the keys, chosen by the seed; all of them without a count. */
export function choose(keys, count, seed) {
  if (count === undefined) return [...keys]
  const rank = (key) => createHash('sha256').update(`${seed} ${key}`).digest('hex')
  return keys
    .map((key) => [rank(key), key])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([, key]) => key)
}
