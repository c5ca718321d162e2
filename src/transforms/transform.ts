/** Affine maps of rows. */

import { RowspaceError } from '../core/errors.ts'
import { inSteps, WORK_OPTIONS, type WorkOptions } from '../core/in-steps.ts'
import { TABLE_OPTIONS } from '../core/options.ts'
import { pickOptions, readOptions } from '../core/strict-options.ts'
import { checkCount, isVector } from '../core/values.ts'
import { checkVector } from '../table/arguments.ts'
import { checkTable } from '../table/check-table.ts'
import { EmbeddingTable, type TableOptions } from '../table/embedding-table.ts'
import { inheritedOptions, liveRows } from '../table/live-rows.ts'
import { subtract } from './moments.ts'

const STEP = 256
const MADE_OPTIONS = { ...TABLE_OPTIONS, ...WORK_OPTIONS }

/**
 * An affine map x ↦ M (x − μ), for the rows of a table and for the vectors of queries. Its fields are all
 * there is to store: `new Transform(mean, matrix, dimension)` makes it again.
 */
export class Transform {
  constructor(
    /** μ: d numbers. */
    readonly mean: Float64Array,
    /** M: dimension · d numbers, row after row; undefined for the identity. */
    readonly matrix: Float64Array | undefined,
    /** Numbers per row afterwards. */
    readonly dimension: number,
  ) {
    checkCount(dimension, 'dimension', 1)
    const columns = isVector(mean) ? mean.length : Number.NaN
    const expected = matrix === undefined ? columns : (matrix?.length ?? Number.NaN) / columns
    if (expected === dimension) return
    throw new RowspaceError(
      'LENGTH_MISMATCH',
      `a transform to ${dimension} numbers needs a mean of d numbers and a matrix of ${dimension} · d, ` +
        `or none where d is ${dimension}.`,
      { dimension },
    )
  }

  /**
   * A new table of the transformed rows, float32, with the same tokens. Rows of zeros stay zeros; rows that
   * were skipped stay out of every answer.
   *
   * @throws RowspaceError `DIMENSION_MISMATCH`, `OUT_OF_MEMORY`; the signal's reason.
   */
  async apply(table: EmbeddingTable, options: TableOptions & WorkOptions = {}): Promise<EmbeddingTable> {
    checkTable(table)
    const given = readOptions(options, MADE_OPTIONS, 'the options of Transform.apply()')
    const { dimension, mean } = this
    if (table.dimension !== mean.length) {
      throw new RowspaceError(
        'DIMENSION_MISMATCH',
        `the table's rows have ${table.dimension} numbers; this transform is for ${mean.length}.`,
        { actual: table.dimension, expected: mean.length },
      )
    }
    const live = liveRows(table)
    return EmbeddingTable.fill(
      { size: table.size, dimension },
      async (target) => {
        await inSteps(table.size, STEP, given, (from, to) => {
          for (let id = from; id < to; id++) {
            const row = table.row(id)
            if (!live.has(id)) target[id * dimension] = Number.NaN
            else if (row.some((value) => value !== 0)) target.set(this.vector(row), id * dimension)
          }
        })
      },
      { ...inheritedOptions(table), ...pickOptions<TableOptions>(given, TABLE_OPTIONS) },
    )
  }

  /**
   * Transforms one vector of d numbers.
   *
   * @throws RowspaceError `DIMENSION_MISMATCH`.
   */
  vector(vector: Float32Array | readonly number[]): Float32Array {
    const { mean, matrix, dimension } = this
    checkVector(vector, mean.length)
    const centred = new Float64Array(mean.length)
    subtract(vector, mean, centred)
    if (matrix === undefined) return Float32Array.from(centred)
    const made = new Float32Array(dimension)
    for (let row = 0; row < dimension; row++) {
      const at = row * centred.length
      let sum = 0
      for (let i = 0; i < centred.length; i++) sum += matrix[at + i]! * centred[i]!
      made[row] = sum
    }
    return made
  }
}
