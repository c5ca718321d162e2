/** Entries as the caller hands them over, judged and copied before anything changes. */
import { describe, isVector } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import { type Column, checkValue } from './columns.ts'
import { checkKey } from './keys.ts'
import type { Key, Value } from './options.ts'

export interface ReadEntry {
  /** Undefined where the collection is to give one out. */
  key: Key | undefined
  vector: Float32Array
  metadata: ReadonlyMap<string, Value | null>
}

/** What entries must fit. */
export interface EntryShape {
  dimension: number
  dtype: 'f32' | 'bf16' | 'f16'
  columns: ReadonlyMap<string, Column>
}

/** From these magnitudes on a number rounds to infinity: half a unit in the last place above the largest finite one. */
const LIMITS = { f32: 2 ** 128 - 2 ** 103, bf16: 2 ** 128 - 2 ** 119, f16: 65_520 } as const

/** Throws `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `NON_FINITE`, naming the entry. */
export function readEntry(shape: EntryShape, entry: unknown, index: number): ReadEntry {
  const name = `entry ${index}`
  if (typeof entry !== 'object' || entry === null || isVector(entry)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${name} is to be { key?, vector, metadata? }; got ${describe(entry)}`,
    )
  }
  const { key, vector, metadata } = entry as { key?: unknown; vector?: unknown; metadata?: unknown }
  if (key !== undefined) checkKey(key)
  return {
    key,
    vector: readVector(shape, vector, name),
    metadata: readMetadata(shape.columns, metadata, name),
  }
}

/** A copy of a vector, which the caller may go on writing to. */
export function readVector({ dimension, dtype }: EntryShape, vector: unknown, name: string): Float32Array {
  if (!isVector(vector)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${name}: a vector is an array of numbers; got ${describe(vector)}`,
    )
  }
  if (vector.length !== dimension) {
    throw new RowspaceError(
      'DIMENSION_MISMATCH',
      `${name} has ${vector.length} numbers; the collection's rows have ${dimension}`,
      { actual: vector.length, expected: dimension },
    )
  }
  for (let column = 0; column < dimension; column++) {
    const value = vector[column]
    if (typeof value === 'number' && Math.abs(value) < LIMITS[dtype]) continue
    throw new RowspaceError(
      'NON_FINITE',
      `${name} has ${describe(value)} at coordinate ${column}; every number must be finite as ${dtype}`,
      { column },
    )
  }
  return Float32Array.from(vector)
}

/** The values that were given, by column. */
export function readMetadata(
  columns: ReadonlyMap<string, Column>,
  metadata: unknown,
  name: string,
): Map<string, Value | null> {
  if (metadata === undefined) return new Map()
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${name}: metadata is an object with a value a column; got ${describe(metadata)}`,
    )
  }
  const values = new Map<string, Value | null>()
  for (const [column, value = null] of Object.entries(metadata)) {
    const known = columns.get(column)
    if (known === undefined) {
      const names = [...columns.keys()].map((one) => JSON.stringify(one)).join(', ')
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `${name}: there is no column ${JSON.stringify(column)}; ${names === '' ? 'the collection was made without columns' : `there are ${names}`}`,
        { column },
      )
    }
    checkValue(column, known.type, value)
    values.set(column, value)
  }
  return values
}
