/** What is pushed, as rows that are read piece by piece. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import {
  type OpenRowSource,
  openRows,
  type RowBlock,
  type RowSource,
  tokensBetween,
} from '../open/open-rows.ts'
import type { SourceLike } from '../open/open-source.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'

export type Uploadable = EmbeddingTable | SourceLike | RowSource

/**
 * A table, a source of one's own, or what `openTable` opens. Files whose layout has rows at fixed places (safetensors, in parts too, npy, raw) are
 * read piece by piece; text and word2vec binary go through memory.
 */
export async function openRowSource(
  what: Uploadable,
  signal: AbortSignal | undefined,
): Promise<OpenRowSource> {
  if (what instanceof EmbeddingTable || isTable(what))
    return tableRows(what as EmbeddingTable, async () => {})
  if (isRowSource(what)) return checkedSource(what)
  const opened = await openRows(what, { signal })
  return opened instanceof EmbeddingTable ? tableRows(opened, async () => opened.dispose()) : opened
}

/** A table of another bundle's class. */
function isTable(what: unknown): boolean {
  return typeof (what as EmbeddingTable | undefined)?.gather === 'function'
}

function isRowSource(what: unknown): what is RowSource {
  const { read, dimension } = (what ?? {}) as Partial<RowSource>
  return typeof read === 'function' && dimension !== undefined
}

function checkedSource(source: RowSource): OpenRowSource {
  for (const name of ['size', 'dimension'] as const) {
    if (Number.isSafeInteger(source[name]) && source[name] > 0) continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${name} of a source of rows is a whole number from 1; got ${describe(source[name])}`,
    )
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
      const tokenCount = hasTokens ? tokens?.length : end - start
      if (
        rows instanceof Float32Array &&
        rows.length === (end - start) * dimension &&
        tokenCount === end - start
      ) {
        return { rows, tokens }
      }
      throw new RowspaceError(
        'LENGTH_MISMATCH',
        `rows ${start} to ${end - 1} of ${dimension} numbers${hasTokens ? ' and as many tokens' : ''} were asked of the source; it gave ${rows instanceof Float32Array ? `${rows.length} numbers` : describe(rows)}${hasTokens ? ` and ${tokens?.length ?? 'no'} tokens` : ''}`,
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
      `${table.skipped} rows of this table were not finite and are left out of its answers: a table that is pushed has finite rows alone`,
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
