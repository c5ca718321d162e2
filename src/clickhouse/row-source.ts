/** What is pushed, as rows that are read piece by piece. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { SourceLike } from '../open/open-source.ts'
import { openTable, tokensBeside } from '../open/open-table.ts'
import { type OpenTableFile, openTableFile } from '../open/open-table-file.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'

export interface RowBlock {
  /** n · d numbers. */
  rows: Float32Array
  /** One a row, undefined for a row without; left out where the table has none. */
  tokens?: readonly (string | undefined)[] | undefined
}

/** Rows from wherever they come, a piece in memory at a time: a table of any size. */
export interface RowSource {
  /** Rows, |V|. */
  readonly size: number
  readonly dimension: number
  /** How rows are kept where they come from: 'f32' unless given. */
  readonly dtype?: string | undefined
  /** Whether blocks have tokens, no two of them equal. False unless given. */
  readonly hasTokens?: boolean | undefined
  /** Rows [start, end): the same ones whenever they are asked for. */
  read(start: number, end: number, signal?: AbortSignal): Promise<RowBlock> | RowBlock
}

export type Uploadable = EmbeddingTable | SourceLike | RowSource

export type OpenRowSource = RowSource & { close(): Promise<void> }

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
  const file = await openTableFile(what, { signal, shards: 'table' })
  try {
    const streamed = await rowsOfFile(file, () => tokensBeside(file, signal), signal)
    if (streamed !== undefined) return streamed
  } catch (error) {
    await file.close()
    throw error
  }
  await file.close()
  const table = await openTable(what, { signal, codes: false })
  return tableRows(table, async () => table.dispose())
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

/**
 * The rows of a file by their places; undefined where its layout has none.
 *
 * @param vocabularyOf what names the rows of a file without tokens
 */
export async function rowsOfFile(
  file: OpenTableFile,
  vocabularyOf: () => Promise<Vocabulary | undefined>,
  signal: AbortSignal | undefined,
): Promise<OpenRowSource | undefined> {
  const opened = await file.openRows?.({ signal })
  if (opened === undefined) return undefined
  const { tokens } = opened
  const names = tokens === undefined ? await vocabularyOf() : { tokenOf: (id: number) => tokens[id] }
  return {
    size: file.size,
    dimension: file.dimension,
    dtype: file.elementType ?? 'f32',
    hasTokens: names !== undefined,
    read: async (start, end) => ({
      rows: await opened.read(start, end, signal),
      tokens: tokensBetween(names, start, end),
    }),
    close: () => file.close(),
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

function tokensBetween(
  names: Pick<Vocabulary, 'tokenOf'> | undefined,
  start: number,
  end: number,
): (string | undefined)[] | undefined {
  return names && Array.from({ length: end - start }, (_, index) => names.tokenOf(start + index))
}
