/** A row without a copy, for as long as it lies where it lies. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Key } from './options.ts'
import type { CollectionRows } from './rows.ts'

/**
 * The numbers of one entry where they lie: read, never written, and asked for anew after every change. It ends when the entry is
 * deleted and when rows move (the collection grows past its capacity, is compacted, saved or disposed of); from then on it
 * throws `EXPIRED_VIEW` instead of showing numbers of the past.
 */
export class RowView {
  private readonly generation: number

  /** Called by `view`. */
  constructor(
    readonly key: Key,
    private readonly rows: CollectionRows,
    private readonly place: number,
  ) {
    this.generation = rows.generation
  }

  get expired(): boolean {
    return this.generation !== this.rows.generation || !this.rows.live.has(this.place)
  }

  /** d numbers, as bits where rows are bf16 or f16. Throws `EXPIRED_VIEW`. */
  get values(): Float32Array | Uint16Array {
    if (this.expired) {
      throw new RowspaceError(
        'EXPIRED_VIEW',
        `the row of ${describe(this.key)} was deleted or has moved: ask for its view again, or for a copy by vector()`,
        { key: this.key },
      )
    }
    const { memory, dimension } = this.rows
    return memory.rows.subarray(this.place * dimension, (this.place + 1) * dimension) as
      | Float32Array
      | Uint16Array
  }
}
