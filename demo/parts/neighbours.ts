/** The nearest rows of the chosen token. */
import { count, duration } from '../../data/figures.ts'
import type { NeighboursAnswer, SearchFacts } from '../answers/neighbours.ts'
import { byId } from '../dom.ts'
import { newestOnly } from '../newest.ts'
import type { Page, Show } from '../page.ts'
import type { State } from '../state.ts'
import { messageOf, visible } from '../text.ts'
import { matchTable } from './match-table.ts'

export function setUpNeighbours({ tables, change }: Page): Show {
  return newestOnly(
    (state: State) => tables.neighbours(state),
    (answer, state) => showNeighbours(answer, (name) => change(appended(state, name))),
    (error) => {
      byId('neighbour-time').textContent = messageOf(error)
    },
  )
}

/** The sentence with a word more, which is then looked at. */
function appended({ sentence }: State, name: string): Partial<State> {
  // further than there are tokens: the last one, however many the word makes. The lookup says which that is
  return { sentence: `${sentence} ${name.trim()}`.trim(), place: 999_999_999 }
}

function showNeighbours(answer: NeighboursAnswer | undefined, append: (name: string) => void): void {
  byId('chosen').textContent = answer === undefined ? '…' : `“${visible(answer.name)}”`
  if (answer === undefined) {
    byId('neighbour-list').replaceChildren()
    byId('neighbour-time').textContent = ''
    return
  }
  byId('neighbour-list').replaceChildren(
    matchTable(answer.matches, {
      caption: `Neighbours of ${answer.name}`,
      choose: ({ name }) => append(name),
    }),
  )
  byId('neighbour-time').textContent = searchText(answer)
}

/** How the search went, in words. */
export function searchText({ size, milliseconds, timed, threads, rescored }: SearchFacts): string {
  const by = threads === 1 ? 'one thread' : `${threads} threads`
  const time = timed === 1 ? '' : ` (the median of ${timed} times)`
  const searched = `${count(size)} rows searched in ${duration(milliseconds)} on ${by}${time}`
  return rescored < size
    ? `${searched}: ${count(rescored)} scored in full, the others ruled out by a bound.`
    : `${searched}.`
}
