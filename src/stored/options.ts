/** How a stored table is opened and questioned. */

import type { CoreSource } from '../../bindings/core.ts'
import {
  ANALOGY_OPTIONS,
  type AnalogyOptions,
  SEARCH_OPTIONS,
  type SearchOptions,
  type TableOptions,
} from '../core/options.ts'
import type { Progress } from '../core/progress.ts'
import { FUNCTION, type KeysOf, readChecked, SIGNAL } from '../core/strict-options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { OpenOptions } from '../formats/format.ts'
import type { SourceLike } from '../open/open-source.ts'
import { OPEN_OPTIONS } from '../open/read-open-options.ts'
import { CACHE } from '../sources/options.ts'
import type { AsyncOptions } from '../table/async-table.ts'

/** How the file of a table is opened. */
export type StoredFileOptions = Omit<OpenOptions, 'shards'>

/** How a table is opened to be searched where it lies. */
export interface ViewOptions extends StoredFileOptions {
  /**
   * |V| tokens, one per row, or a vocabulary (`rowspace/gpt2`). Default: those of the file, or of the
   * tokenizer.json beside it; they are read when they are first needed.
   */
  tokens?: readonly string[] | Vocabulary | undefined
  /**
   * The index to search by, made by `writeIndex` or `rowspace index`. It is read when it is first needed.
   * Default: the file `<name>.index.safetensors` beside the table's, or `<name>.int4.index.safetensors`.
   */
  index?: SourceLike | undefined
  /**
   * Whether an index that comes from an http(s) address is kept for the next time. Default: `hub.cache`, else
   * true, which in Node means ROWSPACE_CACHE or the platform's folder for caches, on a page its Cache API. A
   * string is the folder to use instead.
   */
  cache?: boolean | string | undefined
  /**
   * Bytes that the codes of the index may take in memory. Of the two files beside the table, the one of 8 bits
   * is used where it fits, else the one of 4 bits; if neither fits, the first search throws `OUT_OF_MEMORY`.
   * Default: 'auto', half of the memory that is available (in browsers that tell, a quarter of the device's);
   * if neither fits that, the smaller of those there are is used.
   */
  memory?: number | 'auto' | undefined
  /** Threads that scan the codes of the index, as `TableOptions.threads`. Default: 1. */
  threads?: TableOptions['threads']
  /** Bytes of rows to hold for the next question. Default: 16 MiB. */
  cacheBytes?: number | undefined
  /** The WebAssembly core: a URL, Response, bytes or Module. Default: the one that comes with the package. */
  core?: CoreSource | undefined
}

const { shards: _, ...fileOptions } = OPEN_OPTIONS
export const FILE_OPTIONS: KeysOf<StoredFileOptions> = fileOptions

export const VIEW_OPTIONS: KeysOf<ViewOptions> = {
  ...FILE_OPTIONS,
  tokens: true,
  index: true,
  cache: CACHE,
  memory: [
    "'auto' or a number of bytes > 0",
    (value) => value === 'auto' || (typeof value === 'number' && value > 0),
  ],
  threads: true,
  cacheBytes: ['an integer ≥ 0', (value) => Number.isSafeInteger(value) && Number(value) >= 0],
  core: true,
}

export const SIGNAL_ALONE: KeysOf<AsyncOptions> = { signal: SIGNAL }

/** The signal of a call that takes nothing else. @param method as messages name it */
export function signalOf(options: AsyncOptions, method: string): AbortSignal | undefined {
  return readChecked(options, SIGNAL_ALONE, `the options of ${method}`).signal
}

/** How a stored table answers: as an EmbeddingTable. */
export interface StoredSearchOptions extends SearchOptions, AsyncOptions {}

/** How a stored table answers an analogy. */
export interface StoredAnalogyOptions extends AnalogyOptions, AsyncOptions {}

export const STORED_SEARCH: KeysOf<StoredSearchOptions> = { ...SEARCH_OPTIONS, ...SIGNAL_ALONE }
export const STORED_ANALOGY: KeysOf<StoredAnalogyOptions> = { ...ANALOGY_OPTIONS, ...SIGNAL_ALONE }

/** How the index of a stored table is read. */
export interface LoadIndexOptions extends AsyncOptions {
  /** Called with the bytes that were read. What it throws does not stop the load. */
  onProgress?: ((progress: Progress<'read'>) => void) | undefined
}

export const LOAD_INDEX: KeysOf<LoadIndexOptions> = { ...SIGNAL_ALONE, onProgress: FUNCTION }

/** What a stored table has read. */
export interface Traffic {
  /** Bytes in all, header and tokens included; undefined where the source does not count them. */
  readonly bytes: number | undefined
  /** Reads of rows; adjacent rows are one. */
  readonly requests: number
}

/** How an expression is summed. */
export interface CombineOptions extends AsyncOptions {
  /** Scale each term to length 1 first. Default: false. */
  normalize?: boolean | undefined
}

export const COMBINE: KeysOf<CombineOptions> = { ...SIGNAL_ALONE, normalize: true }
