/** From rows in a memory to rows that can be asked. */
import { makeCodes } from '../../bindings/codes.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'
import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import type { Codes } from '../core/options.ts'

/**
 * Whether no row has a norm so large or small that float32 bounds could not be trusted with it
 * (assembly/norm.ts).
 */
function hasOrdinaryNorms({ norms }: TableMemory, size: number): boolean {
  for (let id = 0; id < size; id++) if (Number.isNaN(norms[id])) return false
  return true
}

/**
 * What is done to rows once they are in place: their norms are computed, rows that are not finite refused or
 * emptied, those of `skip` emptied, and codes made where there is room for them. The norm of a row that was
 * emptied is +Infinity.
 */
export function finishRows(
  memory: TableMemory,
  size: number,
  nonFinite: 'reject' | 'skip',
  codes: Codes | undefined,
  skip: readonly number[],
): void {
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
        `row ${next} has ${row[column]} in column ${column}: every number must be finite (or pass nonFinite: 'skip')`,
        { row: next, column },
      )
    }
    memory.emptyRow(next) // the core reads a few bytes past a row: NaN must not stand there
  }
  for (const id of skip) memory.norms[id] = Number.POSITIVE_INFINITY
  if (memory.layout.hasCodes && size > 0 && hasOrdinaryNorms(memory, size)) {
    makeCodes(memory, size, codes === 'int8' ? 8 : codes === 'int4' ? 4 : undefined)
  }
}
