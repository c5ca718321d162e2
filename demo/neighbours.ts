/** The nearest rows of the chosen token. */
import type { EmbeddingTable } from 'rowspace'
import { byId, count, timed } from './dom.ts'
import { type Change, chosenId } from './lookup.ts'
import { matchTable } from './match-table.ts'
import type { State } from './state.ts'
import { nameOf, split } from './tokens.ts'

export function showNeighbours(table: EmbeddingTable, state: State, change: Change): void {
  const id = chosenId(table, state)
  byId('chosen').textContent = id === undefined ? '…' : `“${nameOf(table, id)}”`
  if (id === undefined) {
    byId('neighbour-list').replaceChildren()
    return
  }
  const { result, milliseconds } = timed(() => table.nearest(id, { k: 10, metric: state.metric }))
  const append = (name: string) => {
    const sentence = `${state.sentence} ${name.trim()}`
    change({ sentence, place: split(table, sentence).length - 1 })
  }
  const caption = `Neighbours of ${nameOf(table, id)}`
  byId('neighbour-list').replaceChildren(
    matchTable(table, result.toArray(), caption, (match) => append(nameOf(table, match.id))),
  )
  byId('neighbour-time').textContent =
    `${count(table.size)} rows searched in ${milliseconds.toFixed(2)} ms on ${table.threads === 1 ? 'one thread' : `${table.threads} threads`}; ${count(table.rescored)} scored in full, the rest ruled out by a bound. Choose a word to add it to the sentence.`
}
