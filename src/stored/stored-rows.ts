/** Rows read from where they lie: few reads, side by side, and what was read lately is held. */

import { RowspaceError } from '../core/errors.ts'
import type { FileRows } from '../formats/format.ts'
import { sideBySide } from './side-by-side.ts'

/** Bytes of one read. */
const READ_BYTES = 1 << 20

/** Consecutive rows [start, end). */
interface Run {
  start: number
  end: number
}

/** What reads of rows cost. */
export interface ReadCost {
  /** Reads; adjacent rows are one. */
  requests: number
  /** Bytes of the rows where they lie. */
  bytes: number
}

export class StoredRows {
  /** All reads so far. */
  readonly cost: ReadCost = { requests: 0, bytes: 0 }
  /** The rows read last, the oldest first. */
  readonly #cache = new Map<number, Float32Array>()
  readonly #cached: number
  readonly #rowsAtOnce: number

  constructor(
    private readonly name: string,
    readonly dimension: number,
    private readonly fileRows: FileRows,
    cacheBytes: number,
  ) {
    this.#cached = Math.floor(cacheBytes / (dimension * 4))
    this.#rowsAtOnce = Math.max(1, Math.floor(READ_BYTES / (dimension * 4)))
  }

  /**
   * The rows of these ids, d numbers each. Adjacent rows are read together.
   *
   * @param cost what it costs is added to
   * @throws `NON_FINITE` naming row and column; what the source throws
   */
  async fetch(
    ids: Iterable<number>,
    signal?: AbortSignal,
    cost?: ReadCost,
  ): Promise<Map<number, Float32Array>> {
    signal?.throwIfAborted()
    const rows = new Map<number, Float32Array>()
    const absent: number[] = []
    for (const id of new Set(ids)) {
      const row = this.#cache.get(id)
      if (row === undefined) {
        absent.push(id)
      } else {
        rows.set(id, row)
        this.#hold(id, row)
      }
    }
    const runs = this.#runsOf(absent)
    for (const each of cost === undefined ? [this.cost] : [this.cost, cost]) {
      each.requests += runs.length
      each.bytes += absent.length * this.fileRows.rowBytes
    }
    await this.#readRuns(runs, rows, signal)
    return rows
  }

  #runsOf(ids: number[]): Run[] {
    const runs: Run[] = []
    let last: Run | undefined
    for (const id of ids.sort((a, b) => a - b)) {
      if (last !== undefined && last.end === id && id - last.start < this.#rowsAtOnce) {
        last.end++
      } else {
        last = { start: id, end: id + 1 }
        runs.push(last)
      }
    }
    return runs
  }

  async #readRuns(
    runs: readonly Run[],
    rows: Map<number, Float32Array>,
    signal?: AbortSignal,
  ): Promise<void> {
    await sideBySide(runs, signal, async ({ start, end }, stopped) => {
      const numbers = await this.fileRows.read(start, end, stopped)
      stopped.throwIfAborted()
      for (let id = start; id < end; id++) {
        const row = numbers.slice((id - start) * this.dimension, (id - start + 1) * this.dimension)
        if (!areFinite(row)) throw this.nonFinite(id, row)
        rows.set(id, row)
        this.#hold(id, row)
      }
    })
  }

  /** The error for a row that is not finite. */
  nonFinite(row: number, numbers: Float32Array): RowspaceError {
    const column = numbers.findIndex((number) => !Number.isFinite(number))
    return new RowspaceError(
      'NON_FINITE',
      `${this.name}: row ${row} has ${numbers[column]} in column ${column}: every number must be finite.`,
      { source: this.name, row, column },
    )
  }

  /** Makes a row the newest in the cache. */
  #hold(id: number, row: Float32Array): void {
    this.#cache.delete(id)
    this.#cache.set(id, row)
    if (this.#cache.size <= this.#cached) return
    const [oldest = id] = this.#cache.keys()
    this.#cache.delete(oldest)
  }
}

/** Whether all numbers are finite: times 0, others are NaN. */
function areFinite(numbers: Float32Array): boolean {
  let sum = 0
  for (const number of numbers) sum += number * 0
  return sum === 0
}
