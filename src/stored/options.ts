/** How a stored table is opened and questioned. */

import type { CoreSource } from '../../bindings/core.ts'
import { type KeysOf, SIGNAL } from '../core/strict-options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { OpenOptions } from '../formats/format.ts'
import { OPEN_OPTIONS } from '../open/read-open-options.ts'

/** How a table is opened to be searched where it lies. */
export interface ViewOptions extends Omit<OpenOptions, 'shards'> {
  /**
   * |V| tokens, one per row, or a vocabulary (`rowspace/gpt2`). Default: those of the file, or of the
   * tokenizer.json beside it; they are read when they are first needed.
   */
  tokens?: readonly string[] | Vocabulary | undefined
  /** Bytes of rows to hold for the next question. Default: 16 MiB. */
  cacheBytes?: number | undefined
  /** The WebAssembly core: a URL, Response, bytes or Module. Default: the one that comes with the package. */
  core?: CoreSource | undefined
}

const { shards: _, ...FILE_OPTIONS } = OPEN_OPTIONS

export const VIEW_OPTIONS: KeysOf<ViewOptions> = {
  ...FILE_OPTIONS,
  tokens: true,
  cacheBytes: ['an integer ≥ 0', (value) => Number.isSafeInteger(value) && Number(value) >= 0],
  core: true,
}

/** What every method of a stored table takes. */
export interface SignalOptions {
  /** Stops it; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

export const SIGNAL_ALONE: KeysOf<SignalOptions> = { signal: SIGNAL }
