/** Entries as the caller hands them over, judged and copied before anything changes. */

import { RowspaceError } from '../core/errors.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { describe, isVector } from '../core/values.ts'
import type { Column } from '../metadata/columns.ts'
import { readMetadata } from '../metadata/read-metadata.ts'
import type { Value } from '../metadata/types.ts'
import { checkKey } from './keys.ts'
import type { Key } from './options.ts'

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

interface GivenChange {
  vector?: unknown
  metadata?: unknown
}
interface GivenEntry extends GivenChange {
  key?: unknown
}
const CHANGE_KEYS: KeysOf<GivenChange> = { vector: true, metadata: true }
const ENTRY_KEYS: KeysOf<GivenEntry> = { key: true, ...CHANGE_KEYS }

/** Throws `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `NON_FINITE`, naming the entry. */
export function readEntry(shape: EntryShape, entry: unknown, index: number): ReadEntry {
  const name = `entry ${index}`
  const { key, vector, metadata } = readGiven<GivenEntry>(shape, entry, ENTRY_KEYS, name)
  if (key !== undefined) checkKey(key)
  return {
    key,
    vector: readVector(shape, vector, name),
    metadata: readMetadata(shape.columns, metadata, name),
  }
}

/** What of an entry is to change. Throws as readEntry. */
export function readChange(
  shape: EntryShape,
  key: Key,
  change: unknown,
): { vector: Float32Array | undefined; metadata: ReadEntry['metadata'] } {
  const name = `the change of entry ${describe(key)}`
  const { vector, metadata } = readGiven<GivenChange>(shape, change, CHANGE_KEYS, name)
  return {
    vector: vector === undefined ? undefined : readVector(shape, vector, name),
    metadata: readMetadata(shape.columns, metadata, name),
  }
}

function readGiven<Given extends object>(
  { columns }: EntryShape,
  given: unknown,
  keys: KeysOf<Given>,
  name: string,
): Given {
  if (given === undefined)
    throw new RowspaceError('INVALID_ARGUMENT', `${name} must be an object; got undefined`)
  const column = typeof given === 'object' && Object.keys(given ?? {}).find((key) => columns.has(key))
  if (typeof column === 'string' && !Object.hasOwn(keys, column)) {
    const shown = describe(column)
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${name} has the column ${shown} beside its metadata: write { metadata: { ${shown}: … } }`,
      { column },
    )
  }
  return readOptions(given as Given, keys, name)
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
