/** What the tests of all formats share: bytes from chunks, a table read whole, a seed that is printed. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { isRowspaceError, type RowspaceError } from '../../src/core/errors.ts'
import type { LoadedRows, LoadOptions, OpenOptions, TableFile } from '../../src/formats/format.ts'
import type { SourceLike } from '../../src/open/open-source.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'

/** All chunks in one array. */
export function join(chunks: Iterable<Uint8Array>): Uint8Array {
  const list = [...chunks]
  const joined = new Uint8Array(list.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of list) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export interface ReadTable extends LoadedRows {
  file: TableFile
  rows: Float32Array
}

/** Opens, loads, closes. `rows` holds only the rows that count. */
export async function readTable(
  like: SourceLike,
  options: OpenOptions = {},
  loadOptions: LoadOptions = {},
): Promise<ReadTable> {
  const file = await openTableFile(like, options)
  try {
    const target = new Float32Array(file.size * file.dimension).fill(Number.NaN)
    const loaded = await file.load(target, loadOptions)
    return { ...loaded, file, rows: target.subarray(0, loaded.size * file.dimension) }
  } finally {
    await file.close()
  }
}

/** The RowspaceError that `promise` must reject with. */
export async function rejection(promise: Promise<unknown>): Promise<RowspaceError> {
  const error = await promise.then(
    (value) => expect.fail(`should have been rejected, gave ${JSON.stringify(value)?.slice(0, 200)}`),
    (reason: unknown) => reason,
  )
  if (!isRowspaceError(error)) throw error
  return error
}

export const base64Of = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))

/** float32 numbers as their bits: NaN, -0 and every last digit compared. */
export function bits(rows: Float32Array): Uint32Array {
  return new Uint32Array(rows.slice().buffer)
}

/**
 * Whether two arrays hold the same numbers. (A matcher that explains each takes seconds for a hundred
 * thousand.)
 */
export function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (value, index) => Object.is(value, b[index]))
}

const SEED = Number(globalThis.process?.env.ROWSPACE_SEED ?? Date.now() % 2 ** 31)

/** Runs a property; a failure prints the seed, and ROWSPACE_SEED repeats it. */
export async function property<T>(
  numRuns: number,
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, holds), { seed: SEED, numRuns })
}
