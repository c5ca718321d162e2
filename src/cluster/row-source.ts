/** What is pushed, as rows that are read from front to back. */
import { describe } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import { openTable } from '../open.ts'
import type { SourceLike } from '../sources/open.ts'
import { EmbeddingTable } from '../table.ts'

export interface RowBlock {
  /** n · d numbers. */
  rows: Float32Array
  /** One a row, undefined for a row without; undefined where the table has none. */
  tokens: readonly (string | undefined)[] | undefined
}

export interface RowSource {
  readonly size: number
  readonly dimension: number
  readonly dtype: string
  readonly hasTokens: boolean
  /** Rows [start, end). */
  read(start: number, end: number): Promise<RowBlock>
  close(): Promise<void>
}

/** A table, or what `openTable` opens. */
export async function openRowSource(
  what: EmbeddingTable | SourceLike,
  signal: AbortSignal | undefined,
): Promise<RowSource> {
  if (what instanceof EmbeddingTable || isTable(what))
    return tableRows(what as EmbeddingTable, async () => {})
  const table = await openTable(what as SourceLike, { signal, codes: false })
  return tableRows(table, async () => table.dispose())
}

/** A table of another bundle's class. */
function isTable(what: unknown): boolean {
  return typeof (what as EmbeddingTable | undefined)?.gather === 'function'
}

function tableRows(table: EmbeddingTable, close: () => Promise<void>): RowSource {
  if (table.skipped > 0) {
    throw new RowspaceError(
      'UNSUPPORTED',
      `${table.skipped} rows of this table were not finite and are left out of its answers: a table that is pushed has finite rows alone (${describe(table)})`,
    )
  }
  const { vocabulary, size, dimension, dtype } = table
  return {
    size,
    dimension,
    dtype,
    hasTokens: vocabulary !== undefined,
    async read(start, end) {
      const ids = Uint32Array.from({ length: end - start }, (_, index) => start + index)
      const tokens = vocabulary === undefined ? undefined : Array.from(ids, (id) => vocabulary.tokenOf(id))
      return { rows: table.gather(ids), tokens }
    },
    close,
  }
}
