/** Entries as callers pass them, checked and copied before anything changes. */

import { RowspaceError } from '../core/errors.ts'
import { checkOptions, type KeysOf } from '../core/strict-options.ts'
import { describe, invalidArgument, isVector } from '../core/values.ts'
import type { Column } from '../metadata/columns.ts'
import { readMetadata } from '../metadata/read-metadata.ts'
import type { ColumnTypes, Metadata, NoColumns, Value } from '../metadata/types.ts'
import { checkKey, type Key } from './keys.ts'
import type { Parts } from './parts.ts'
import type { Vector } from './rows.ts'

/** An entry to add. */
export interface Entry<Columns extends ColumnTypes = NoColumns> {
  /** Default: the integer after the largest key ever used. */
  key?: Key | undefined
  /** d numbers, finite in the collection's element type. */
  vector: Vector
  /** One value per column; missing values are null. */
  metadata?: Metadata<Columns> | undefined
}

/** What is to change of an entry. */
export interface ReadChange {
  vector: Float32Array | undefined
  metadata: ReadonlyMap<Column, Value | null>
}

export interface ReadEntry extends ReadChange {
  /** Undefined if the collection gives it one. */
  key: Key | undefined
  vector: Float32Array
}

/** Numbers from here on round to infinity: half a unit in the last place above the largest finite one. */
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

/** An entry, or a list. Throws `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `NON_FINITE`, naming the entry. */
export function readEntries(parts: Parts, entries: unknown): ReadEntry[] {
  const isList = typeof entries === 'object' && entries !== null && Symbol.iterator in entries
  const list = isList ? [...(entries as Iterable<unknown>)] : [entries]
  return list.map((entry, index) => {
    const name = () => `entry ${index}`
    const { key, vector, metadata } = readGiven<GivenEntry>(parts, entry, ENTRY_KEYS, name)
    if (key !== undefined) checkKey(key)
    return {
      key,
      vector: readVector(parts, vector, name),
      metadata: readMetadata(parts.columns, metadata, name),
    }
  })
}

/** Throws as readEntries. */
export function readChange(parts: Parts, key: Key, change: unknown): ReadChange {
  checkKey(key)
  const name = () => `the change of entry ${describe(key)}`
  const { vector, metadata } = readGiven<GivenChange>(parts, change, CHANGE_KEYS, name)
  return {
    vector: vector === undefined ? undefined : readVector(parts, vector, name),
    metadata: readMetadata(parts.columns, metadata, name),
  }
}

/** What was given, each part of which is to be read once. Names are made for errors alone. */
function readGiven<Given extends object>(
  { columns }: Parts,
  given: unknown,
  keys: KeysOf<Given>,
  name: () => string,
): Given {
  if (given === undefined)
    throw new RowspaceError('INVALID_ARGUMENT', `${name()} must be an object; got undefined.`)
  try {
    return checkOptions(given as Given, keys, '')
  } catch {
    const problem = columnBeside(columns, given, keys, name)
    if (problem !== undefined) throw problem
    return checkOptions(given as Given, keys, name())
  }
}

/** The error for a column that is not in the metadata. */
function columnBeside(
  columns: Parts['columns'],
  given: unknown,
  keys: object,
  name: () => string,
): RowspaceError | undefined {
  const column = typeof given === 'object' && Object.keys(given ?? {}).find((key) => columns.has(key))
  if (typeof column !== 'string' || Object.hasOwn(keys, column)) return undefined
  const shown = describe(column)
  const problem = `${name()} has the column ${shown} beside its metadata`
  return new RowspaceError('INVALID_ARGUMENT', `${problem}: write { metadata: { ${shown}: … } }.`, { column })
}

/** A copy of a vector, which the caller may write to afterwards. */
function readVector(
  { rows: { dimension, dtype } }: Parts,
  vector: unknown,
  name: () => string,
): Float32Array {
  if (!isVector(vector)) {
    throw invalidArgument(`${name()}: a vector is an array of numbers`, vector)
  }
  if (vector.length !== dimension) {
    throw new RowspaceError(
      'DIMENSION_MISMATCH',
      `${name()} has ${vector.length} numbers; the collection's rows have ${dimension}.`,
      { actual: vector.length, expected: dimension },
    )
  }
  const limit = LIMITS[dtype]
  const copy = new Float32Array(dimension)
  for (let column = 0; column < dimension; column++) {
    const value = vector[column]
    if (typeof value !== 'number' || !(Math.abs(value) < limit)) {
      throw new RowspaceError(
        'NON_FINITE',
        `${name()} has ${describe(value)} at coordinate ${column}; every number must be finite as ${dtype}.`,
        { column },
      )
    }
    copy[column] = value
  }
  return copy
}
