/** Sections of documentation that a command writes, between `<!-- name -->` and `<!-- /name -->`. */
import { readFileSync, writeFileSync } from 'node:fs'

/** What stands between the markers of a page now. */
export function readSection(page, name) {
  return split(page, name).section
}

export function writeSection(page, name, section) {
  const { before, after } = split(page, name)
  writeFileSync(page, `${before}\n${section.trim()}\n${after}`)
}

function split(page, name) {
  const [first, last] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(first) + first.length, text.indexOf(last)]
  if (from < first.length || to < from) throw new Error(`${page} has no ${first} followed by ${last}.`)
  return { before: text.slice(0, from), section: text.slice(from, to).trim(), after: text.slice(to) }
}
