/** Sentence → tokens → rows: x_i = E[t_i]. */
import type { EmbeddingTable, TextToken } from 'rowspace'
import type { State } from '../state.ts'
import { chosenPlace, nameOf, split } from './tokens.ts'

export interface LookupAnswer {
  tokens: TextToken[]
  /** Rows of the table, |V|. */
  size: number
  dimension: number
  /** Whether rows have names; else they are named by their ids. */
  named: boolean
  /** Which token of the sentence is looked at; −1 where none has a row. */
  place: number
  chosen: ChosenRow | undefined
}

export interface ChosenRow {
  id: number
  name: string
  row: Float32Array
  /**
   * The largest size of any coordinate of the sentence's rows: one scale for all, so that strips can be
   * compared.
   */
  scale: number
}

export function lookUp(table: EmbeddingTable, state: State): LookupAnswer {
  const tokens = split(table, state.sentence)
  const place = chosenPlace(tokens, state)
  const id = tokens[place]?.id
  return {
    tokens,
    size: table.size,
    dimension: table.dimension,
    named: table.vocabulary !== undefined,
    place,
    chosen: id === undefined ? undefined : chosenRow(table, tokens, id),
  }
}

function chosenRow(table: EmbeddingTable, tokens: readonly TextToken[], id: number): ChosenRow {
  const shown = table.gather(tokens.flatMap((token) => token.id ?? []))
  const scale = shown.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  return { id, name: nameOf(table, id), row: table.row(id), scale }
}

/** How GPT-2 splits it; its vocabulary is fetched on first use. */
export async function gpt2Split(sentence: string): Promise<TextToken[]> {
  const { gpt2Vocabulary } = await import('rowspace/gpt2')
  return gpt2Vocabulary().tokenize(sentence)
}
