/** What a table is made and asked with. */

import type { CoreSource } from '../../bindings/core.ts'
import type { Metric } from '../../bindings/table-memory.ts'
import type { ElementType } from './element-types.ts'
import type { IdSet } from './id-set.ts'
import type { KeysOf } from './strict-options.ts'
import type { Vocabulary } from './vocabulary.ts'

export type { Metric }

/** A row by id or token. */
export type RowKey = number | string
/** What is asked with: a row by id or token, or a vector of d numbers. */
export type Query = RowKey | Float32Array | readonly number[]

/** Codes to search by: of 8 or 4 bits a number, whichever suits the rows, or none. */
export type Codes = boolean | 'int8' | 'int4'

export interface TableOptions {
  /**
   * One token a row, or a tokenizer's vocabulary (`rowspace/gpt2`). Without it rows are known by id alone.
   */
  tokens?: readonly string[] | Vocabulary | undefined
  /** Rows with NaN or infinities: refused (the default), or kept out of every answer and read as zeros. */
  nonFinite?: 'reject' | 'skip' | undefined
  /**
   * Whether to keep codes beside the rows, by which most rows are ruled out without being read. The answers
   * are the same to the bit. They take 8 bits a number ('int8'), or 4 ('int4'); true leaves the choice to a
   * sample of the rows. Unless given: where a table is large enough to gain from them. Rows that are int8 are
   * their own codes.
   */
  codes?: Codes | undefined
  /**
   * Threads that search, the caller's own among them: 1 unless given, 'auto' for as many as the machine and
   * the table's size suggest. Calls stay synchronous and answers the same to the bit. Fewer where the table
   * is too small for so many; one, and no error, where memory cannot be shared: pages need cross-origin
   * isolation (COOP and COEP headers). Dispose of a table with threads when it is done with.
   */
  threads?: number | 'auto' | undefined
  /** The core to run on, where the one in the bundle will not do: URL, Response, bytes or Module. */
  core?: CoreSource | undefined
}

export const TABLE_OPTIONS: KeysOf<TableOptions> = {
  tokens: true,
  nonFinite: true,
  codes: true,
  threads: true,
  core: true,
}

/** How rows that are handed over are to be kept. */
export interface RowOptions {
  /**
   * The type to keep rows in, 'f32' unless given. Answers are exact with respect to the numbers as they are
   * kept: the same bits as from a float32 table of them.
   */
  dtype?: ElementType | undefined
  /** What the codes of each row are multiplied by, |V| numbers, where rows are an Int8Array. */
  scales?: ArrayLike<number> | undefined
}

export const ROW_OPTIONS: KeysOf<RowOptions> = { dtype: true, scales: true }

export interface SearchOptions {
  /** How many rows: 0 gives none, more than there are gives all. 10 unless given. */
  k?: number | undefined
  /** What to rank by; both measures are in the answer. 'cosine' unless given. */
  metric?: Metric | undefined
  /**
   * The least score, by `metric`, of a row in the answer; rounded to float32, as scores are. Any unless
   * given.
   */
  minScore?: number | undefined
  /** Rows to leave out. */
  exclude?: Iterable<RowKey> | undefined
  /** Rows to choose among: a set, or a test that is run on each row. */
  filter?: IdSet | ((id: number, token: string | undefined) => boolean) | undefined
  /** Whether the rows that were asked with may be in the answer. False unless given. */
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

export interface AnalogyOptions extends SearchOptions {
  /**
   * Scale each input row to length 1 before adding (Mikolov et al. 2013). False unless given: rows as they
   * are.
   */
  normalize?: boolean | undefined
}

export const ANALOGY_OPTIONS: KeysOf<AnalogyOptions> = { ...SEARCH_OPTIONS, normalize: true }

/** Fills rows of a table that is being made. */
export interface FilledRows {
  /** Rows that were written, if fewer than there was room for. */
  size?: number | undefined
  tokens?: readonly string[] | Vocabulary | undefined
  /** Rows left out because their token had come before. */
  duplicates?: number | undefined
  /** Ids of rows to keep out of every answer, as `nonFinite: 'skip'` does: they read as zeros. */
  skip?: Iterable<number> | undefined
}
