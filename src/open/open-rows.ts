/** Opens a table as rows that are read block by block, so that a table of any size fits in memory. */
import { pickOptions } from '../core/strict-options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { OpenOptions } from '../formats/format.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import type { SourceLike } from './open-source.ts'
import { type OpenHooks, type OpenTableOptions, openTableWith } from './open-table.ts'
import { type OpenTableFile, openTableFile } from './open-table-file.ts'
import { OPEN_OPTIONS } from './read-open-options.ts'
import { resolveVocabulary } from './resolve-vocabulary.ts'

/** Consecutive rows of a table with their tokens. */
export interface RowBlock {
  /** n · d numbers, row-major. */
  rows: Float32Array
  /** One token per row, undefined for a row without one; left out where the table has no tokens. */
  tokens?: readonly (string | undefined)[] | undefined
}

/** Rows from any origin, one block in memory at a time. */
export interface RowSource {
  /** Rows, |V|. */
  readonly size: number
  /** Numbers per row, d. */
  readonly dimension: number
  /** How rows are stored at their origin: 'f32' unless given. */
  readonly dtype?: string | undefined
  /** Whether blocks have tokens, no two of them equal. False unless given. */
  readonly hasTokens?: boolean | undefined
  /** Returns rows [start, end): the same ones at every call. */
  read(start: number, end: number, signal?: AbortSignal): Promise<RowBlock> | RowBlock
}

/** A source of rows that must be closed. */
export type OpenRowSource = RowSource & { close(): Promise<void> }

/**
 * Opens a file whose layout has rows at fixed places (safetensors, in parts too, GGUF, npy, raw) as a source
 * of rows. Any other file (text, word2vec binary) is opened as a whole table.
 *
 * @throws as openTable
 */
export async function openRows(
  source: SourceLike,
  options: OpenTableOptions,
  hooks: OpenHooks = {},
): Promise<OpenRowSource | EmbeddingTable> {
  const file = await openTableFile(source, {
    ...pickOptions<OpenOptions>(options, OPEN_OPTIONS),
    shards: 'table',
  })
  try {
    const rows = await rowsOfFile(file, options.signal, hooks)
    if (rows !== undefined) return rows
  } catch (error) {
    await file.close()
    throw error
  }
  await file.close()
  return openTableWith(source, { ...options, codes: false }, hooks)
}

async function rowsOfFile(
  file: OpenTableFile,
  signal: AbortSignal | undefined,
  { vocabularyOf = resolveVocabulary }: OpenHooks,
): Promise<OpenRowSource | undefined> {
  const { rows } = file
  if (rows === undefined) return undefined
  const tokens = await rows.readTokens?.(signal)
  const names =
    tokens === undefined ? await vocabularyOf(file, signal) : { tokenOf: (id: number) => tokens[id] }
  return {
    size: file.size,
    dimension: file.dimension,
    dtype: file.elementType ?? 'f32',
    hasTokens: names !== undefined,
    read: async (start, end) => ({
      rows: await rows.read(start, end, signal),
      tokens: tokensBetween(names, start, end),
    }),
    close: () => file.close(),
  }
}

/** The tokens of rows [start, end), where rows have names. */
export function tokensBetween(
  names: Pick<Vocabulary, 'tokenOf'> | undefined,
  start: number,
  end: number,
): (string | undefined)[] | undefined {
  return names && Array.from({ length: end - start }, (_, index) => names.tokenOf(start + index))
}
