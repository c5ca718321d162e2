/** The core over a few rows at a time: it scores rows that were read from where they lie. */

import type { TableMemory } from '../../bindings/table-memory.ts'
import { IdSet } from '../core/id-set.ts'
import type { RowKey } from '../core/options.ts'
import { tableClosed } from '../table/async-table.ts'
import type { TermTable } from '../table/expression.ts'
import { type CoreSource, createMemory } from '../table/load-core.ts'
import type { PreparedQuery } from '../table/query.ts'
import { Searcher } from '../table/searcher.ts'

/** Bytes of rows that are scored at once. */
const ROOM_BYTES = 1 << 18

/** Both scores of each row, and its inverse norm, in order. */
export interface Scores {
  cosines: Float32Array
  dots: Float32Array
  norms: Float32Array
}

export class RowScorer implements TermTable {
  readonly dimension: number
  /** Rows that there is room for. */
  readonly room: number
  /** Of a query, row or vector, with the rows that are in place. */
  readonly searcher: Searcher
  readonly live: IdSet
  #memory: TableMemory | undefined

  private constructor(memory: TableMemory) {
    const { capacity, dimension } = memory.layout
    this.#memory = memory
    this.dimension = dimension
    this.room = capacity
    this.live = IdSet.where(capacity, () => true)
    this.searcher = new Searcher({
      size: capacity,
      live: this.live,
      memory: () => this.#open(),
      ids: () => [],
      idSet: () => this.live,
      tokenOf: () => undefined,
    })
  }

  static async create(dimension: number, core: CoreSource | undefined): Promise<RowScorer> {
    const capacity = Math.max(2, Math.floor(ROOM_BYTES / (dimension * 4)))
    const shape = { capacity, dimension, dtype: 'f32', codes: false, threads: 1 } as const
    return new RowScorer(await createMemory(core, shape))
  }

  /** Places are ids here. */
  id(place: RowKey): number {
    return Number(place)
  }

  row(place: RowKey): Float32Array {
    return this.#open().row(this.id(place))
  }

  /** Puts rows, at most `room`, in places 0, 1, …. */
  place(rows: readonly Float32Array[]): void {
    const memory = this.#open()
    for (const [place, row] of rows.entries()) memory.rows.set(row, place * this.dimension)
    memory.computeNorms(0, rows.length)
  }

  /** Both scores of any number of rows with a query. */
  score(query: PreparedQuery, rows: readonly Float32Array[]): Scores {
    const cosines = new Float32Array(rows.length)
    const dots = new Float32Array(rows.length)
    const norms = new Float32Array(rows.length)
    for (let done = 0; done < rows.length; done += this.room) {
      const some = rows.slice(done, done + this.room)
      this.place(some)
      const scores = this.searcher.scores(query, Uint32Array.from(some.keys()))
      cosines.set(scores.cosines, done)
      dots.set(scores.dots, done)
      norms.set(this.#open().norms.subarray(0, some.length), done)
    }
    return { cosines, dots, norms }
  }

  dispose(): void {
    this.#memory?.dispose()
    this.#memory = undefined
  }

  #open(): TableMemory {
    if (this.#memory !== undefined) return this.#memory
    throw tableClosed()
  }
}
