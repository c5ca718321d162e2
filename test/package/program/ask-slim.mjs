/** A user's program that brings the core itself. */
import { EmbeddingTable } from 'rowspace/slim'

export async function askSlim(core) {
  const table = await EmbeddingTable.from([1, 0, 0.6, 0.8, 0, 1, -1, 0], { dimension: 2, core })
  return [...table.nearest(0, { k: 2 }).ids]
}
