/** Matches as a table: both measures, a bar for each. */
import type { EmbeddingTable, Match } from 'rowspace'
import { cosineText, dotText, make } from './dom.ts'
import { nameOf } from './tokens.ts'

const bar = (share: number, kind: string) => {
  const element = make('span', { className: `bar ${kind}` })
  element.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`
  return element
}

export function matchTable(
  table: EmbeddingTable,
  matches: readonly Match[],
  caption: string,
  choose: (match: Match) => void,
  largestDot = Math.max(...matches.map(({ dot }) => Math.abs(dot))),
): HTMLTableElement {
  const rows = matches.map((match) => {
    const name = nameOf(table, match.id)
    return make(
      'tr',
      {},
      make(
        'td',
        {},
        make('button', { type: 'button', className: 'word', onclick: () => choose(match) }, name),
      ),
      make('td', {}, cosineText(match.cosine), bar(match.cosine, 'cosine')),
      make('td', {}, dotText(match.dot), bar(match.dot / largestDot, 'dot')),
    )
  })
  const head = ['token', 'cosine', 'dot'].map((name) => make('th', { scope: 'col' }, name))
  return make(
    'table',
    { 'aria-label': caption },
    make('thead', {}, make('tr', {}, ...head)),
    make('tbody', {}, ...rows),
  )
}
