/** The options of tables and searches. */

import type { CoreSource } from '../../bindings/core.ts'
import type { Metric } from '../../bindings/search.ts'
import type { ElementType } from './element-types.ts'
import type { IdSet } from './id-set.ts'
import type { KeysOf } from './strict-options.ts'
import type { Vocabulary } from './vocabulary.ts'

export type { Metric }

/** A row: its id, from 0 to |V| − 1, or its token. */
export type RowKey = number | string

/** A query: a row by id or token, or a vector of d finite numbers. */
export type Query = RowKey | Float32Array | readonly number[]

/** Codes that rule rows out: 8 or 4 bits per number; true chooses by the rows, false makes none. */
export type Codes = boolean | 'int8' | 'int4'

/** How many threads search; 'auto' chooses by the machine and the table's size. */
export type ThreadCount = number | 'auto'

/** Threads whose workers are started from a file. */
export interface ThreadOptions {
  /** How many threads search. */
  count: ThreadCount
  /**
   * The address of `rowspace/thread-worker.js` where the app serves it; in Node, a path or a file URL. For
   * pages whose policy forbids workers made from text (`worker-src 'self'`). Default: the worker that comes
   * in the module. A file that cannot be started leaves one thread and a warning that says why.
   */
  worker: string | URL
}

/** How a table is made. */
export interface TableOptions {
  /**
   * |V| tokens, one per row, or a vocabulary (`rowspace/gpt2`). Default: none, and rows are named by id
   * alone.
   */
  tokens?: readonly string[] | Vocabulary | undefined
  /**
   * What to do about rows with NaN or infinities: 'reject' throws `NON_FINITE`; 'skip' leaves them out of
   * every answer, and they read as zeros. Default: 'reject'.
   */
  nonFinite?: 'reject' | 'skip' | undefined
  /**
   * Whether to store codes beside the rows. A search rules most rows out by their codes, without reading the
   * rows; answers are the same to the bit. Codes take 8 bits per number ('int8') or 4 ('int4'); true chooses
   * by a sample of the rows. Default: codes where the table is large enough to gain from them. Rows of type
   * int8 are their own codes.
   */
  codes?: Codes | undefined
  /**
   * Threads that search, the calling one included; 'auto' chooses by the machine and the table's size.
   * Default: 1. Calls stay synchronous, and answers are the same to the bit. A small table takes fewer
   * threads. Where memory cannot be shared there is one thread and no error: pages need cross-origin
   * isolation (COOP and COEP headers). Dispose of a table with threads when you are done with it.
   * `{ count, worker }` says where their workers come from.
   */
  threads?: ThreadCount | ThreadOptions | undefined
  /** The WebAssembly core: a URL, Response, bytes or Module. Default: the one that comes with the package. */
  core?: CoreSource | undefined
}

export const TABLE_OPTIONS: KeysOf<TableOptions> = {
  tokens: true,
  nonFinite: true,
  codes: true,
  threads: true,
  core: true,
}

/** How given rows are stored. */
export interface RowOptions {
  /**
   * The type to store rows in. Default: 'f32'. Answers are exact for the numbers as stored: the same bits as
   * from a float32 table of these numbers.
   */
  dtype?: ElementType | undefined
  /** |V| numbers: what the codes of each row are multiplied by. Only with rows that are an Int8Array. */
  scales?: ArrayLike<number> | undefined
}

export const ROW_OPTIONS: KeysOf<RowOptions> = { dtype: true, scales: true }

/** How a search answers. */
export interface SearchOptions {
  /** How many rows to return, an integer ≥ 0; more than |V| returns all. Default: 10. */
  k?: number | undefined
  /** The score to rank by, 'cosine' or 'dot'; matches hold both. Default: 'cosine'. */
  metric?: Metric | undefined
  /** The minimum score by `metric`, rounded to float32 as scores are. Default: none. */
  minScore?: number | undefined
  /** Rows to leave out. Default: none. */
  exclude?: Iterable<RowKey> | undefined
  /** The only rows to search: a set, or a test that is called once per row. Default: all. */
  filter?: IdSet | ((id: number, token: string | undefined) => boolean) | undefined
  /** Whether rows named by the query may be in the answer. Default: false. */
  includeInputs?: boolean | undefined
}

export const SEARCH_OPTIONS: KeysOf<SearchOptions> = {
  k: true,
  metric: true,
  minScore: true,
  exclude: true,
  filter: true,
  includeInputs: true,
}

/** How an analogy is answered. */
export interface AnalogyOptions extends SearchOptions {
  /** Scale each input row to length 1 before it is added (Mikolov et al. 2013). Default: false. */
  normalize?: boolean | undefined
}

export const ANALOGY_OPTIONS: KeysOf<AnalogyOptions> = { ...SEARCH_OPTIONS, normalize: true }

/** What the callback of `EmbeddingTable.fill` reports about the rows that it wrote. */
export interface FilledRows {
  /** Rows that were written, where fewer than there was room for. */
  size?: number | undefined
  /** As `TableOptions.tokens`, where they are known only now. */
  tokens?: readonly string[] | Vocabulary | undefined
  /** Rows left out because an earlier row has their token. Default: 0. */
  duplicates?: number | undefined
  /** Ids of rows to leave out of every answer, as `nonFinite: 'skip'` does: they read as zeros. */
  skip?: Iterable<number> | undefined
}
