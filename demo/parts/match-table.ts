/** Matches as a table: both measures, a bar for each. */
import type { NamedMatch } from '../answers/tokens.ts'
import { bar, make } from '../dom.ts'
import { cosineText, dotText, visible } from '../text.ts'

export interface MatchTableOptions {
  caption: string
  /** What a click on a token does. */
  choose: (match: NamedMatch) => void
  /** The row that is chosen. */
  chosen?: number | undefined
  /** What the bars of the dot products are measured by; the largest unless given. */
  largestDot?: number | undefined
}

export const largestDotOf = (matches: readonly NamedMatch[]): number =>
  matches.reduce((largest, { dot }) => Math.max(largest, Math.abs(dot)), 0)

export function matchTable(matches: readonly NamedMatch[], options: MatchTableOptions): HTMLTableElement {
  const { caption, choose, chosen, largestDot = largestDotOf(matches) } = options
  const measure = (value: number, text: string, share: number, kind: string) =>
    make(
      'td',
      { className: 'measure' },
      bar(share, value < 0 ? `${kind} below` : kind),
      make('span', {}, text),
    )
  const rows = matches.map((match) => {
    const { id, name, cosine, dot } = match
    const button = make(
      'button',
      { type: 'button', className: 'word', onclick: () => choose(match) },
      visible(name),
    )
    if (chosen !== undefined) button.setAttribute('aria-pressed', String(id === chosen))
    return make(
      'tr',
      { className: id === chosen ? 'chosen' : '' },
      make('td', {}, button),
      measure(cosine, cosineText(cosine), Math.abs(cosine), 'cosine'),
      measure(dot, dotText(dot), Math.abs(dot) / (largestDot || 1), 'dot'),
    )
  })
  const head = ['token', 'cosine', 'dot'].map((name) => make('th', { scope: 'col' }, name))
  return make(
    'table',
    { className: 'matches', 'aria-label': caption },
    make('thead', {}, make('tr', {}, ...head)),
    make('tbody', {}, ...rows),
  )
}
