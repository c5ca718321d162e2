/** What a room's mutants came to, as numbers and in print. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf } from './sample.mjs'

const NOTICED = new Set(['Killed', 'Timeout', 'RuntimeError'])
const UNNOTICED = new Set(['Survived', 'NoCoverage'])

function describe(key, root) {
  const { file, line, column, endLine, endColumn } = placeOf(key)
  const lines = readFileSync(join(root, file), 'utf8')
    .split('\n')
    .slice(line, endLine + 1)
  lines[lines.length - 1] = lines.at(-1).slice(0, endColumn)
  lines[0] = lines[0].slice(column)
  const [, kind, replacement] = /^\S+ (\S+) (.*)$/s.exec(key)
  const short = (text) => (text.length > 70 ? `${text.slice(0, 67)}...` : text).replace(/\s+/g, ' ')
  return {
    at: `${file}:${line + 1}`,
    kind,
    original: short(lines.join('\n')),
    replacement: short(replacement),
  }
}

/** Mutants that do not compile, or compile to the same program, are not valid: no test can notice them. */
export function summarise(root, room, mutantsInRoom, results) {
  const noticed = results.filter(({ status }) => NOTICED.has(status)).length
  const survivors = results
    .filter(({ status }) => UNNOTICED.has(status))
    .map(({ key, status }) => ({ ...describe(key, root), status, key }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const valid = noticed + survivors.length
  const share = valid === 0 ? undefined : noticed / valid
  return { room: room.name, mutantsInRoom, tried: results.length, valid, noticed, share, survivors, results }
}

export function printRoom({ room, mutantsInRoom, tried, valid, noticed, share, survivors }) {
  const percent = share === undefined ? '–' : `${(100 * share).toFixed(0)} %`
  console.log(
    `\n${room}: ${mutantsInRoom} mutants, ${tried} tried, ${valid} valid, ${noticed} noticed: ${percent}`,
  )
  for (const { at, kind, original, replacement, status } of survivors) {
    const uncovered = status === 'NoCoverage' ? '  (no test runs it)' : ''
    console.log(
      `  ${at}  ${kind}: ${original}  ->  ${replacement === '' ? 'nothing' : replacement}${uncovered}`,
    )
  }
}
