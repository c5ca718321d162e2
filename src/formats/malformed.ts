/** The errors of a file that is not what it says, all worded alike: the file, what was found, what was expected. */
import { RowspaceError } from '../errors.ts'
import type { ByteSource } from '../sources/source.ts'

/** `INVALID_FORMAT`: `problem` continues "<name>: ". */
export function invalidFormat(
  source: ByteSource,
  problem: string,
  details: Record<string, unknown> = {},
): RowspaceError {
  return new RowspaceError('INVALID_FORMAT', `${source.name}: ${problem}`, {
    source: source.name,
    ...details,
  })
}

/** `UNSUPPORTED`: well formed, but not something rowspace reads. */
export function unsupported(
  source: ByteSource,
  problem: string,
  details: Record<string, unknown> = {},
): RowspaceError {
  return new RowspaceError('UNSUPPORTED', `${source.name}: ${problem}`, { source: source.name, ...details })
}

/** `TRUNCATED`: `what` needs `expected` bytes of file and there are fewer. */
export function truncated(source: ByteSource, what: string, expected: number): RowspaceError {
  return new RowspaceError(
    'TRUNCATED',
    `${source.name} is cut short: ${what} needs ${expected} bytes and the file has ${source.size}. Copy or download it again.`,
    { source: source.name, expected, actual: source.size },
  )
}

/** The product of whole numbers, or undefined where it is no safe integer (JavaScript would round it). */
export function safeProduct(...factors: readonly number[]): number | undefined {
  if (factors.includes(0)) return factors.every(isCount) ? 0 : undefined
  let product = 1
  for (const factor of factors) {
    product *= factor
    if (!isCount(factor) || !Number.isSafeInteger(product)) return undefined
  }
  return product
}

/** Whether `value` is a whole number from 0 up that JavaScript holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
