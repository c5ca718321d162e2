import type { EmbeddingTable } from 'rowspace'

let table: Promise<EmbeddingTable> | undefined

/** Words near a word. The table is opened when it is first asked, on the server and in the browser alike. */
export async function neighbours(word: string): Promise<string[]> {
  table ??= import('rowspace/default').then(({ openDefaultTable }) => openDefaultTable())
  return (await table)
    .nearest(word, { k: 5 })
    .toArray()
    .map(({ token, cosine }) => `${token} ${cosine.toFixed(4)}`)
}
