/** From rows in a memory to rows that can be searched. */
import type { TableMemory } from '../../bindings/table-memory.ts'
import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import type { Codes } from '../core/options.ts'

/**
 * What is done to rows once they are in place: their norms are computed, rows that are not finite rejected or
 * emptied, those of `skip` emptied, and codes made where there is room for them. The norm of a row that was
 * emptied is +Infinity.
 */
export async function finishRows(
  memory: TableMemory,
  size: number,
  nonFinite: 'reject' | 'skip',
  codes: Codes | undefined,
  skip: readonly number[],
): Promise<void> {
  // loaded on demand, and first: from norms to codes nothing may change the rows
  const coding = memory.layout.hasCodes ? await import('./code-rows.ts') : undefined
  for (const id of skip) {
    checkId(id, size)
    memory.emptyRow(id)
  }
  for (let next = 0; next < size; next++) {
    next = memory.computeNorms(next, size)
    if (next === size) break
    if (nonFinite === 'reject') {
      const row = memory.row(next)
      const column = row.findIndex((value) => !Number.isFinite(value))
      throw new RowspaceError(
        'NON_FINITE',
        `row ${next} has ${row[column]} in column ${column}: every number must be finite (or pass ` +
          "nonFinite: 'skip').",
        { row: next, column },
      )
    }
    memory.emptyRow(next) // the core reads a few bytes past a row: NaN must not stand there
  }
  for (const id of skip) memory.norms[id] = Number.POSITIVE_INFINITY
  coding?.codeRows(memory, size, codes)
}
