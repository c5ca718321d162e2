/** A table in pieces of so many rows: which of them the shards have, whole, in part or twice. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import type { Connection } from './connection.ts'
import type { Description } from './schema.ts'

/** What is held of a piece here, and sorted there, at once. */
const PIECE_BYTES = 1 << 24
const MOST_ROWS = 1 << 19

/** Rows of a piece: as asked, or as many as make PIECE_BYTES. Throws `INVALID_ARGUMENT`. */
export function pieceRowsOf(rowsAtOnce: number | undefined, dimension: number): number {
  if (rowsAtOnce === undefined) {
    return Math.max(1, Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(PIECE_BYTES / (5 * dimension + 32)))))
  }
  if (Number.isSafeInteger(rowsAtOnce) && rowsAtOnce >= 1 && rowsAtOnce <= MOST_ROWS) return rowsAtOnce
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `rowsAtOnce must be an integer from 1 to ${MOST_ROWS}; got ${describe(rowsAtOnce)}`,
  )
}

export class Pieces {
  readonly count: number

  constructor(private readonly shape: Pick<Description, 'size' | 'pieceRows'>) {
    this.count = Math.ceil(shape.size / shape.pieceRows)
  }

  start(piece: number): number {
    return piece * this.shape.pieceRows
  }

  end(piece: number): number {
    return Math.min(this.shape.size, (piece + 1) * this.shape.pieceRows)
  }

  /** Rows of a piece: 0 for what is no piece of this table. */
  rowsOf(piece: number): number {
    return Math.max(0, this.end(piece) - this.start(piece))
  }

  all(): number[] {
    return Array.from({ length: this.count }, (_, piece) => piece)
  }

  /** Rows of each piece as the shards have them. */
  async there(connection: Connection, signal: AbortSignal | undefined): Promise<Map<number, number>> {
    const { data } = await connection.select(
      `SELECT intDiv(id, ${this.shape.pieceRows}) AS piece, count() AS n FROM ${connection.named(connection.table)} GROUP BY piece`,
      { signal },
    )
    return new Map(data.map(([piece, count]) => [Number(piece), Number(count)]))
  }
}
