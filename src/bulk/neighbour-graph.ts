/** The k nearest rows of every row. */

import type { IdSet } from '../core/id-set.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { readSearchOptions } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Metric } from '../table/embedding-table.ts'
import { Matches } from '../table/matches.ts'
import { checkFilter, queryableRows } from './queryable.ts'

/** How a neighbour graph is made. */
export interface GraphOptions extends WorkOptions {
  /** Neighbours per row, at most. Default: 10. */
  k?: number | undefined
  /** The score to rank by. Default: 'cosine'. */
  metric?: Metric | undefined
  /** The rows of the graph: only they have neighbours and are neighbours. Default: all. */
  filter?: IdSet | undefined
}

const GRAPH_OPTIONS: KeysOf<GraphOptions> = { ...WORK_OPTIONS, k: true, metric: true, filter: true }

/** Queries at once: twice as many as the core answers while it reads the table once. */
const STEP = 64

/**
 * A directed graph from each row to its nearest rows, best first, as flat arrays. Rows of zeros have no
 * neighbours.
 */
export class NeighbourGraph {
  constructor(
    /** Neighbours per row, at most. */
    readonly k: number,
    /** Row i has the places offsets[i] … offsets[i + 1] − 1 of the other arrays; |V| + 1 numbers. */
    readonly offsets: Uint32Array,
    /** The neighbours of all rows. */
    readonly ids: Uint32Array,
    /** Their cosines with the row. */
    readonly cosines: Float32Array,
    /** Their dot products with the row. */
    readonly dots: Float32Array,
    private readonly tokenOf: (id: number) => string | undefined,
  ) {}

  /** The number of rows, |V|. */
  get size(): number {
    return this.offsets.length - 1
  }

  /** The neighbours of a row, best first: views of the graph's arrays. */
  neighbours(row: number): Matches {
    const [from, to] = [this.offsets[row] ?? 0, this.offsets[row + 1] ?? 0]
    return new Matches(
      this.ids.subarray(from, to),
      this.cosines.subarray(from, to),
      this.dots.subarray(from, to),
      (id) => ({ id, token: this.tokenOf(id) }),
    )
  }
}

/**
 * The k-nearest-neighbour graph of a whole table: exact, each row as `nearest` answers, no row its own
 * neighbour. It holds |V| · k numbers, never |V| · |V|. The event loop gets its turn while it works; `signal`
 * stops it.
 *
 * @throws RowspaceError `INVALID_K`, `INVALID_ARGUMENT`, `DISPOSED`; the signal's reason.
 * @example
 * const onProgress = ({ done, total }) => bar.update(done / total)
 * const graph = await neighbourGraph(table, { k: 10, onProgress })
 * graph.neighbours(17).ids
 */
export async function neighbourGraph(
  table: EmbeddingTable,
  options: GraphOptions = {},
): Promise<NeighbourGraph> {
  checkTable(table)
  const given = readOptions(options, GRAPH_OPTIONS, 'the options of neighbourGraph()')
  const { filter } = given
  checkFilter(table, filter)
  const { metric, ...searchOptions } = readSearchOptions(given)
  const { size } = table
  const k = Math.min(searchOptions.k, Math.max(0, size - 1))
  const search = { k, metric, filter }
  const offsets = new Uint32Array(size + 1)
  const ids = new Uint32Array(size * k)
  const cosines = new Float32Array(size * k)
  const dots = new Float32Array(size * k)
  let end = 0
  await inSteps(size, STEP, given, (from, to) => {
    const rows = queryableRows(table, from, to, filter)
    // an array: a typed array may pass as vectors
    const answers = table.nearestBatch([...rows], search)
    const byRow = new Map(answers.map((found, index) => [rows[index], found]))
    for (let row = from; row < to; row++) {
      const found = byRow.get(row)
      if (found !== undefined) {
        ids.set(found.ids, end)
        cosines.set(found.cosines, end)
        dots.set(found.dots, end)
        end += found.length
      }
      offsets[row + 1] = end
    }
  })
  const some = [ids.subarray(0, end), cosines.subarray(0, end), dots.subarray(0, end)] as const
  return new NeighbourGraph(k, offsets, ...some, (id) => table.token(id))
}
