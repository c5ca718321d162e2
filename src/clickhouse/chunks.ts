/** A table in chunks of rows, and which of them the shards have. */

import type { Connection } from './connection.ts'
import type { Description } from './schema.ts'

/** Bytes of a chunk, which is held in memory here and sorted there. */
const CHUNK_BYTES = 1 << 24

/** Rows per chunk: as many as make CHUNK_BYTES. */
export function chunkRowsOf(dimension: number): number {
  return Math.max(1, 2 ** Math.floor(Math.log2(CHUNK_BYTES / (5 * dimension + 32))))
}

export class Chunks {
  readonly count: number

  constructor(private readonly shape: Pick<Description, 'size' | 'chunkRows'>) {
    this.count = Math.ceil(shape.size / shape.chunkRows)
  }

  start(chunk: number): number {
    return chunk * this.shape.chunkRows
  }

  end(chunk: number): number {
    return Math.min(this.shape.size, (chunk + 1) * this.shape.chunkRows)
  }

  /** Rows of a chunk; 0 if this table has no such chunk. */
  rowsOf(chunk: number): number {
    return Math.max(0, this.end(chunk) - this.start(chunk))
  }

  all(): number[] {
    return Array.from({ length: this.count }, (_, chunk) => chunk)
  }

  /** How many rows of each chunk the shards have. */
  async there(connection: Connection, signal: AbortSignal | undefined): Promise<Map<number, number>> {
    const { chunkRows } = this.shape
    const rows = await connection.select(
      `SELECT intDiv(id, ${chunkRows}) AS chunk, count() AS n FROM ${connection.rows} GROUP BY chunk`,
      { signal },
    )
    return new Map(rows.map(([chunk, count]) => [Number(chunk), Number(count)]))
  }
}
