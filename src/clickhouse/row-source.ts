/** Opens what is to be uploaded as rows that are read chunk by chunk. */

import { RowspaceError } from '../core/errors.ts'
import { describe, invalidArgument } from '../core/values.ts'
import {
  type OpenRowSource,
  openRows,
  type RowBlock,
  type RowSource,
  tokensBetween,
} from '../open/open-rows.ts'
import type { SourceLike } from '../open/open-source.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'

/** What `uploadTable` takes: a table, anything that `openTable` opens, or a source of rows. */
export type Uploadable = EmbeddingTable | SourceLike | RowSource

/**
 * Opens a table, a RowSource, or anything that `openTable` opens. Files with rows at fixed offsets
 * (safetensors, also in several files, npy, raw) are read chunk by chunk; text and word2vec binary are loaded
 * into memory first.
 */
export async function openRowSource(
  what: Uploadable,
  signal: AbortSignal | undefined,
): Promise<OpenRowSource> {
  if (isTable(what)) return tableRows(what, async () => {})
  if (isRowSource(what)) return checkedSource(what)
  const opened = await openRows(what, { signal })
  return opened instanceof EmbeddingTable ? tableRows(opened, async () => opened.dispose()) : opened
}

/** An EmbeddingTable, perhaps of another bundle's class. */
function isTable(what: unknown): what is EmbeddingTable {
  return typeof (what as EmbeddingTable | undefined)?.gather === 'function'
}

function isRowSource(what: unknown): what is RowSource {
  const { read, dimension } = (what ?? {}) as Partial<RowSource>
  return typeof read === 'function' && dimension !== undefined
}

function checkedSource(source: RowSource): OpenRowSource {
  for (const name of ['size', 'dimension'] as const) {
    if (Number.isSafeInteger(source[name]) && source[name] > 0) continue
    throw invalidArgument(`${name} of a row source must be an integer ≥ 1`, source[name])
  }
  const { size, dimension, dtype, hasTokens } = source
  return {
    size,
    dimension,
    dtype,
    hasTokens,
    async read(start, end, signal) {
      const block: RowBlock | undefined = await source.read(start, end, signal)
      const { rows, tokens } = (block ?? {}) as Partial<RowBlock>
      const count = end - start
      const isWhole = rows instanceof Float32Array && rows.length === count * dimension
      if (isWhole && (!hasTokens || tokens?.length === count)) return { rows, tokens }
      const given = rows instanceof Float32Array ? `${rows.length} numbers` : describe(rows)
      const [ofTokens, gotTokens] = hasTokens
        ? [` and ${count} tokens`, ` and ${tokens?.length ?? 'no'} tokens`]
        : ['', '']
      throw new RowspaceError(
        'LENGTH_MISMATCH',
        `A row source must return ${count * dimension} numbers in a Float32Array${ofTokens} ` +
          `for rows ${start} to ${end - 1}; got ${given}${gotTokens}.`,
        { start, end },
      )
    },
    close: async () => {},
  }
}

function tableRows(table: EmbeddingTable, close: () => Promise<void>): OpenRowSource {
  if (table.skipped > 0) {
    throw new RowspaceError(
      'UNSUPPORTED',
      `${table.skipped} rows of this table are not finite and were skipped. ` +
        'Every row of an uploaded table must be finite.',
    )
  }
  const { vocabulary, size, dimension, dtype } = table
  return {
    size,
    dimension,
    dtype,
    hasTokens: vocabulary !== undefined,
    read(start, end) {
      const ids = Uint32Array.from({ length: end - start }, (_, index) => start + index)
      return { rows: table.gather(ids), tokens: tokensBetween(vocabulary, start, end) }
    },
    close,
  }
}
