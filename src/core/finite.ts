/** Numbers that callers pass must be finite. */
import { RowspaceError } from './errors.ts'
import { describe } from './values.ts'

/** The place of the first number that is not finite, or −1. */
export function findNonFinite(list: ArrayLike<number>): number {
  return Array.from(list).findIndex((value) => !Number.isFinite(value))
}

/** Throws `INVALID_ARGUMENT` where one of these numbers is not finite. */
export function checkFinite(list: ArrayLike<number>, name: string): void {
  const index = findNonFinite(list)
  if (index < 0) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `every ${name} must be a finite number; ${name} ${index} is ${describe(list[index])}.`,
    { index },
  )
}
