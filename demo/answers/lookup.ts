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

/** The same of a file whose rows have not been read: it takes the tokens, and the rows of the sentence. */
export async function lookUpByRange(address: string, state: State): Promise<LookupAnswer> {
  const { viewTable } = await import('rowspace/stored')
  await using view = await viewTable(address)
  const { size, dimension } = view
  const vocabulary = await view.vocabulary()
  const tokens = split({ vocabulary, size }, state.sentence)
  const rows = await view.gather(tokens.flatMap(({ id }) => id ?? []))
  const place = chosenPlace(tokens, state)
  const id = tokens[place]?.id
  const chosen =
    id === undefined
      ? undefined
      : { id, name: nameOf(vocabulary, id), row: await view.row(id), scale: scaleOf(rows) }
  return { tokens, size, dimension, named: vocabulary !== undefined, place, chosen }
}

function chosenRow(table: EmbeddingTable, tokens: readonly TextToken[], id: number): ChosenRow {
  const shown = table.gather(tokens.flatMap((token) => token.id ?? []))
  return { id, name: nameOf(table.vocabulary, id), row: table.row(id), scale: scaleOf(shown) }
}

const scaleOf = (rows: Float32Array): number =>
  rows.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1

/** How GPT-2 splits it; its vocabulary is fetched on first use. */
export async function gpt2Split(sentence: string): Promise<TextToken[]> {
  const { gpt2Vocabulary } = await import('rowspace/gpt2')
  return gpt2Vocabulary().tokenize(sentence)
}
