/** Rows that can be asked with: those that are not all zeros, and that a filter lets through. */
import type { IdSet } from '../id-set.ts'
import type { EmbeddingTable } from '../table.ts'

/** The ids among [from, to) of rows that are not all zeros. */
export function askableRows(
  table: EmbeddingTable,
  from: number,
  to: number,
  filter: IdSet | undefined,
): Uint32Array {
  const { dimension } = table
  const ids = Uint32Array.from({ length: to - from }, (_, offset) => from + offset)
  const rows = table.gather(ids)
  return ids.filter((id, index) => {
    if (filter !== undefined && !filter.has(id)) return false
    for (let at = index * dimension; at < (index + 1) * dimension; at++) if (rows[at] !== 0) return true
    return false
  })
}
