/** The errors of a file that is not what it says, all worded alike, and the limits of files. */
import { RowspaceError } from '../core/errors.ts'
import type { ByteSource } from '../sources/source.ts'

type Named = Pick<ByteSource, 'name'>
type Details = Record<string, unknown>

/** `INVALID_FORMAT`: `problem` continues "<name>: ". */
export function invalidFormat({ name }: Named, problem: string, details?: Details): RowspaceError {
  return new RowspaceError('INVALID_FORMAT', `${name}: ${problem}`, { source: name, ...details })
}

/** `UNSUPPORTED`: well formed, but not something rowspace reads. */
export function unsupported({ name }: Named, problem: string, details?: Details): RowspaceError {
  return new RowspaceError('UNSUPPORTED', `${name}: ${problem}`, { source: name, ...details })
}

/** `TRUNCATED`: `what` needs `expected` bytes of file and there are fewer. */
export function truncated(source: ByteSource, what: string, expected: number): RowspaceError {
  return new RowspaceError(
    'TRUNCATED',
    `${source.name} is cut short: ${what} needs ${expected} bytes and the file has ${source.size}. Copy ` +
      'or download it again.',
    { source: source.name, expected, actual: source.size },
  )
}

/** A name as messages show it: no longer than a line. */
export function shortened(name: string): string {
  return name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name
}

/** The same in quotation marks. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name))
}

/** A shape as messages show it: `[3, 4]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.slice(0, MAX_DIMENSIONS)}${shape.length > MAX_DIMENSIONS ? ',…' : ''}]`
}

/** Any value as messages show it, of lists and objects only the kind: they may be of any depth. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? `a list of ${value.length} values` : 'an object'
}

const MAX_SHOWN = 80

/** What numpy allows a shape; a table has two. */
export const MAX_DIMENSIONS = 64

/** Tensors of one file: the models that have most have some 150,000, in all their files. */
export const MAX_TENSORS = 1 << 20

/** JavaScript's Map and Set hold no more, so a vocabulary cannot be larger. */
export const MAX_WORDS = 2 ** 24

/** Text that is decoded at once: strings end at 2^29 letters, and some engines end the process there. */
export const MAX_TEXT_BYTES = 400_000_000

/** The product of integers ≥ 0, or undefined where it is not a safe integer (JavaScript would round it). */
export function safeProduct(factors: readonly number[]): number | undefined {
  if (factors.includes(0)) return factors.every(isCount) ? 0 : undefined
  let product = 1
  for (const factor of factors) {
    product *= factor
    if (!isCount(factor) || !Number.isSafeInteger(product)) return undefined
  }
  return product
}

/** Whether `value` is an integer ≥ 0 that JavaScript holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
