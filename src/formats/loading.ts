/** What all `load` functions share: the target's length, progress, words that come twice. */
import { RowspaceError } from '../core/errors.ts'
import { SafeProgress } from '../core/safe-progress.ts'
import { invalidArgument } from '../core/values.ts'
import type { BlockOptions } from '../sources/blocks.ts'
import type { LoadedRows, LoadOptions } from './format.ts'

/** Rows as float32, as the bits of bf16 and f16, or as codes. */
export type RowTarget = Float32Array | Uint16Array | Int8Array

/** The array of each. */
export type RowArray = typeof Float32Array | typeof Uint16Array | typeof Int8Array

/**
 * Throws `INVALID_ARGUMENT` unless `target` is an array of the type `Target`, `LENGTH_MISMATCH` unless it
 * holds exactly size · dimension numbers.
 */
export function checkTarget(
  target: RowTarget,
  size: number,
  dimension: number,
  Target: RowArray = Float32Array,
): void {
  if (!(target instanceof Target)) {
    throw invalidArgument(`The target of a load must be a ${Target.name}`, target)
  }
  if (target.length === size * dimension) return
  throw new RowspaceError(
    'LENGTH_MISMATCH',
    `The target of a load holds ${target.length} numbers; ${size} rows of ${dimension} need ` +
      `${size * dimension}.`,
    { expected: size * dimension, actual: target.length },
  )
}

/** Numbers of a block of rows: large enough for a call, small beside a table. */
const BLOCK_NUMBERS = 1 << 18

/** Where a reader puts one row after another: a table's memory, or a block that is handed on when it is full. */
export class RowSink {
  /** The place of the next row in `numbers`. */
  base = 0

  constructor(
    readonly numbers: Float32Array,
    private readonly dimension: number,
    private readonly take?: (rows: Float32Array) => void,
  ) {}

  /** A sink that hands rows on. */
  static ofBlocks(dimension: number, take: (rows: Float32Array) => void): RowSink {
    const rows = Math.max(1, Math.floor(BLOCK_NUMBERS / dimension))
    return new RowSink(new Float32Array(rows * dimension), dimension, take)
  }

  /** Keeps the row at `base`: the next one goes behind it. */
  keep(): void {
    this.base += this.dimension
    if (this.base === this.numbers.length) this.flush()
  }

  /** Hands on what is left. */
  flush(): void {
    if (this.take === undefined) return
    if (this.base > 0) this.take(this.numbers.subarray(0, this.base))
    this.base = 0
  }
}

/** Calls `onProgress` and remembers what it threw first: a broken progress bar must not cost the load. */
export class ReadProgress {
  readonly #progress: SafeProgress<'read'>
  #done = 0

  /** @param total bytes that will be read in all, or about so many */
  constructor(
    { onProgress }: LoadOptions,
    private readonly total: number,
  ) {
    this.#progress = new SafeProgress(onProgress)
  }

  /** Options for `readBlocks` that report what it reads, counted from `offset` bytes already done. */
  blockOptions(options: LoadOptions, offset = 0): BlockOptions {
    return {
      signal: options.signal,
      onBytes: (done) => this.#report(offset + done),
    }
  }

  #report(done: number): void {
    this.#done = Math.min(done, this.total)
    this.#progress.report('read', this.#done, this.total)
  }

  /** `loaded`, with the error of `onProgress` where there was one. */
  finish(loaded: LoadedRows): LoadedRows {
    if (this.#done < this.total) this.#report(this.total)
    const { error } = this.#progress
    return error === undefined ? loaded : { ...loaded, progressError: error }
  }
}

/**
 * The longest word that a file may have. Engines look longer strings up by their length alone (V8 does), so a
 * set of many of them takes time that grows with the square of their number.
 */
export const MAX_WORD_LENGTH = 16_383

/** The words of a text file, for readers that leave out rows whose word came before, as gensim does. */
export class Words {
  readonly #places = new Set<string>()
  duplicates = 0

  /** Words so far. */
  get size(): number {
    return this.#places.size
  }

  /** False, and counted, if the word has come before. */
  add(word: string): boolean {
    const before = this.#places.size
    this.#places.add(word)
    if (this.#places.size > before) return true
    this.duplicates++
    return false
  }

  loaded(): LoadedRows {
    return { size: this.size, tokens: [...this.#places], duplicates: this.duplicates }
  }
}
