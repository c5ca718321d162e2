/** The rows nearest to the chosen token's. */
import type { EmbeddingTable } from 'rowspace'
import type { State } from '../state.ts'
import { chosenPlace, type NamedMatch, named, nameOf, split, timed } from './tokens.ts'

/** How a search went. */
export interface SearchFacts {
  milliseconds: number
  /** Searches that `milliseconds` is the median of. */
  timed: number
  size: number
  threads: number
  /** Rows scored in full; all others were ruled out by a bound. */
  rescored: number
}

export interface NeighboursAnswer extends SearchFacts {
  name: string
  matches: NamedMatch[]
}

/** Undefined where the sentence has no token of the table. */
export function neighbours(table: EmbeddingTable, state: State): NeighboursAnswer | undefined {
  const tokens = split(table, state.sentence)
  const id = tokens[chosenPlace(tokens, state)]?.id
  if (id === undefined) return undefined
  const { result, ...time } = timed(() => table.nearest(id, { k: 10, metric: state.metric }))
  return {
    name: nameOf(table.vocabulary, id),
    matches: named(table, result),
    ...time,
    size: table.size,
    threads: table.threads,
    rescored: result.stats.rescored,
  }
}
