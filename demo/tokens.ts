/** A sentence as tokens of the table. */
import type { EmbeddingTable, TextToken } from 'rowspace'

/** Tables without tokens are asked by id: `3 14 15`. */
export function split(table: EmbeddingTable, sentence: string): TextToken[] {
  if (table.vocabulary !== undefined) return table.vocabulary.split(sentence)
  return (sentence.match(/\d+/g) ?? []).map((text) => {
    const id = Number(text)
    return { text: `#${text}`, id: id < table.size ? id : undefined }
  })
}

export const nameOf = (table: EmbeddingTable, id: number): string => table.token(id) ?? `#${id}`

/** As it can be typed into an expression. */
export function quoted(name: string): string {
  return /^[^\s"+*−-]\S*$/.test(name) ? name : `"${name}"`
}

/** Length of a row. */
export const norm = (row: Float32Array): number => Math.hypot(...row)
