/** The k nearest rows of every row. */

import type { IdSet } from '../core/id-set.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { readSearchOptions } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable, Metric } from '../table/embedding-table.ts'
import { Matches } from '../table/matches.ts'
import { askableRows, checkFilter } from './askable.ts'

export interface GraphOptions extends WorkOptions {
  /** Neighbours a row: 10 unless given. */
  k?: number | undefined
  /** What to rank by: 'cosine' unless given. */
  metric?: Metric | undefined
  /** The rows of the graph: they have neighbours, and they alone are neighbours. All unless given. */
  filter?: IdSet | undefined
}

const GRAPH_OPTIONS: KeysOf<GraphOptions> = { ...WORK_OPTIONS, k: true, metric: true, filter: true }

/** Rows asked with at once: twice what one reading of the table serves. */
const STEP = 64

/** A directed graph: from each row to its nearest, best first, as flat arrays. Rows of zeros have no neighbours. */
export class NeighbourGraph {
  constructor(
    /** Neighbours a row at most. */
    readonly k: number,
    /** Row i has the places offsets[i] … offsets[i + 1] − 1 of the other arrays; |V| + 1 numbers. */
    readonly offsets: Uint32Array,
    readonly ids: Uint32Array,
    readonly cosines: Float32Array,
    readonly dots: Float32Array,
    private readonly tokenOf: (id: number) => string | undefined,
  ) {}

  /** |V|. */
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
 * The k-nearest-neighbour graph of a whole table, exact, row by row as `nearest` answers, none its own neighbour. It holds |V| · k
 * numbers, never |V| · |V|. Others have their turn now and then; `signal` ends it.
 *
 * @throws RowspaceError `INVALID_K`, `INVALID_ARGUMENT`, `DISPOSED`; the signal's reason.
 * @example
 * const graph = await neighbourGraph(table, { k: 10, onProgress: ({ done, total }) => bar.update(done / total) })
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
  const { k: asked, metric } = readSearchOptions(given)
  const { size } = table
  const k = Math.min(asked, Math.max(0, size - 1))
  const search = { k, metric, filter }
  const offsets = new Uint32Array(size + 1)
  const ids = new Uint32Array(size * k)
  const cosines = new Float32Array(size * k)
  const dots = new Float32Array(size * k)
  let end = 0
  await inSteps(size, STEP, given, (from, to) => {
    const rows = askableRows(table, from, to, filter)
    const answers = table.nearestBatch(rowsOf(rows), search)
    let next = 0
    for (let row = from; row < to; row++) {
      if (rows[next] === row) {
        const found = answers[next++]!
        ids.set(found.ids, end)
        cosines.set(found.cosines, end)
        dots.set(found.dots, end)
        end += found.length
      }
      offsets[row + 1] = end
    }
  })
  const tokenOf = (id: number) => table.token(id)
  return new NeighbourGraph(
    k,
    offsets,
    ids.subarray(0, end),
    cosines.subarray(0, end),
    dots.subarray(0, end),
    tokenOf,
  )
}

/** As a list of rows: a typed array might be taken for vectors. */
function rowsOf(ids: Uint32Array): number[] {
  return [...ids]
}
