/** A row without a copy, valid until it moves. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Key } from './keys.ts'
import type { CollectionRows } from './rows.ts'

/**
 * The numbers of one entry without a copy, to read and never to write. It expires when the entry is deleted
 * and when rows move: the collection grows past its capacity, is compacted, saved or disposed. It then throws
 * `EXPIRED_VIEW` instead of showing old numbers.
 */
export class RowView {
  private readonly generation: number

  /** @internal */
  constructor(
    /** The entry's key. */
    readonly key: Key,
    private readonly rows: CollectionRows,
    private readonly place: number,
  ) {
    this.generation = rows.generation
  }

  /** Whether the entry was deleted or its row has moved. */
  get expired(): boolean {
    return this.generation !== this.rows.generation || !this.rows.live.has(this.place)
  }

  /** d numbers, as bits where rows are bf16 or f16. Throws `EXPIRED_VIEW`. */
  get values(): Float32Array | Uint16Array {
    if (!this.expired) return this.rows.stored(this.place)
    const problem = `The row of ${describe(this.key)} was deleted or has moved`
    const message = `${problem}. Call view() again, or vector() for a copy.`
    throw new RowspaceError('EXPIRED_VIEW', message, { key: this.key })
  }
}
