/** Metadata columns: one value or null a place, kept as numbers so that a condition is a loop over an array. */

import { RowspaceError } from '../core/errors.ts'
import type { IdSet } from '../core/id-set.ts'
import { describe } from '../core/values.ts'
import type { ColumnType, ColumnTypes, Value } from './types.ts'

export interface Column {
  readonly type: ColumnType
  /** What the values are kept as, from place 0 on. */
  readonly values: Numbers
  /** The different strings of a column of strings. After `tidy` each of them is some entry's. */
  readonly strings?: readonly string[]
  /** Renumbers the strings without those that are gone. */
  tidy?(): void
  /** Takes over the first `count` values, which were read, with their strings. Returns what is wrong with them, if anything is. */
  adopt(count: number, strings: readonly unknown[]): string | undefined
  reserve(capacity: number): void
  get(place: number): Value | null
  set(place: number, value: Value | null): void
  /** Keeps the values of these places, in order. */
  compact(places: Uint32Array): void
  /** Adds to `target` the places below its size whose value passes. */
  select(target: IdSet, test: (value: Value | null) => boolean): void
}

type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** What lies behind those that are kept is forgotten. */
function compactPlaces(values: Numbers, places: Uint32Array, missing: number): void {
  for (let place = 0; place < places.length; place++) values[place] = values[places[place]!]!
  values.fill(missing, places.length)
}

/** float64; NaN stands for null. */
export class NumberColumn implements Column {
  readonly type = 'number'
  values = new Float64Array(0)

  adopt(): undefined {}

  reserve(capacity: number): void {
    const values = new Float64Array(capacity).fill(Number.NaN)
    values.set(this.values.subarray(0, capacity))
    this.values = values
  }

  get(place: number): number | null {
    const value = this.values[place]!
    return Number.isNaN(value) ? null : value
  }

  set(place: number, value: number | null): void {
    this.values[place] = value ?? Number.NaN
  }

  compact(places: Uint32Array): void {
    compactPlaces(this.values, places, Number.NaN)
  }

  select(target: IdSet, test: (value: Value | null) => boolean): void {
    for (let place = 0; place < target.size; place++) {
      if (test(this.get(place))) target.words[place >>> 5]! |= 1 << (place & 31)
    }
  }
}

/** 0 stands for null, 1 for false, 2 for true. */
export class BooleanColumn implements Column {
  readonly type = 'boolean'
  values = new Uint8Array(0)

  adopt(count: number): string | undefined {
    const place = this.values.subarray(0, count).findIndex((value) => value > 2)
    return place < 0 ? undefined : `has ${this.values[place]} in row ${place}; it must be 0 (null), 1 or 2`
  }

  reserve(capacity: number): void {
    const values = new Uint8Array(capacity)
    values.set(this.values.subarray(0, capacity))
    this.values = values
  }

  get(place: number): boolean | null {
    return [null, false, true][this.values[place]!]!
  }

  set(place: number, value: boolean | null): void {
    this.values[place] = value === null ? 0 : value ? 2 : 1
  }

  compact(places: Uint32Array): void {
    compactPlaces(this.values, places, 0)
  }

  select(target: IdSet, test: (value: Value | null) => boolean): void {
    selectCodes(target, this.values, [null, false, true].map(test))
  }
}

/** Numbers of different strings; 0 stands for null. A string that no entry has any more is forgotten, and its number given out again. */
export class StringColumn implements Column {
  readonly type = 'string'
  values = new Uint32Array(0)
  /** Number n stands for the nth of them, counted from 1; empty where it is free. */
  strings: string[] = []
  /** How many entries have each of them. */
  private counts: number[] = []
  private free: number[] = []
  private readonly numbers = new Map<string, number>()

  adopt(count: number, strings: readonly unknown[]): string | undefined {
    for (const text of strings) {
      if (typeof text !== 'string') return `has ${describe(text)} among its strings`
      if (this.numbers.has(text)) return `has the string ${describe(text)} twice`
      this.numberOf(text)
    }
    for (const [place, number] of this.values.subarray(0, count).entries()) {
      if (number > strings.length) return `has number ${number} in row ${place}, of ${strings.length} strings`
      if (number > 0) this.counts[number - 1]!++
    }
    for (const [index, uses] of this.counts.entries()) if (uses === 0) this.forget(index + 1)
    return undefined
  }

  reserve(capacity: number): void {
    const values = new Uint32Array(capacity)
    values.set(this.values.subarray(0, capacity))
    this.values = values
  }

  get(place: number): string | null {
    return this.strings[this.values[place]! - 1] ?? null
  }

  set(place: number, value: string | null): void {
    if (this.get(place) === value) return
    const before = this.values[place]!
    if (before > 0 && --this.counts[before - 1]! === 0) this.forget(before)
    this.values[place] = value === null ? 0 : this.numberOf(value)
    if (value !== null) this.counts[this.values[place]! - 1]!++
  }

  private numberOf(text: string): number {
    const known = this.numbers.get(text)
    if (known !== undefined) return known
    const number = this.free.pop() ?? this.strings.length + 1
    this.strings[number - 1] = text
    this.counts[number - 1] = 0
    this.numbers.set(text, number)
    return number
  }

  private forget(number: number): void {
    this.numbers.delete(this.strings[number - 1]!)
    this.strings[number - 1] = ''
    this.free.push(number)
  }

  tidy(): void {
    if (this.free.length === 0) return
    const renumbered = new Uint32Array(this.strings.length + 1)
    const used = this.counts.flatMap((uses, index) => (uses > 0 ? [index] : []))
    for (const [index, old] of used.entries()) {
      renumbered[old + 1] = index + 1
      this.numbers.set(this.strings[old]!, index + 1)
    }
    this.strings = used.map((old) => this.strings[old]!)
    this.counts = used.map((old) => this.counts[old]!)
    this.free = []
    for (const [place, number] of this.values.entries()) this.values[place] = renumbered[number]!
  }

  compact(places: Uint32Array): void {
    compactPlaces(this.values, places, 0)
  }

  select(target: IdSet, test: (value: Value | null) => boolean): void {
    selectCodes(target, this.values, [null, ...this.strings].map(test))
  }
}

/** A test of few different values is made once for each of them. */
function selectCodes(target: IdSet, codes: Uint8Array | Uint32Array, passes: readonly boolean[]): void {
  for (let place = 0; place < target.size; place++) {
    if (passes[codes[place]!]) target.words[place >>> 5]! |= 1 << (place & 31)
  }
}

const COLUMNS = { number: NumberColumn, boolean: BooleanColumn, string: StringColumn } as const

/** Columns of these types. Throws `INVALID_ARGUMENT` for a type there is none of. */
export function makeColumns(types: ColumnTypes): Map<string, Column> {
  if (typeof types !== 'object' || types === null || Array.isArray(types)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `columns are { name: 'number' | 'string' | 'boolean' }; got ${describe(types)}`,
    )
  }
  return new Map(
    Object.entries(types).map(([name, type]) => {
      if (!Object.hasOwn(COLUMNS, type)) {
        throw new RowspaceError(
          'INVALID_ARGUMENT',
          `column ${describe(name)} is of type 'number', 'string' or 'boolean'; got ${describe(type)}`,
          { column: name },
        )
      }
      return [name, new COLUMNS[type]()]
    }),
  )
}

/** Throws `INVALID_ARGUMENT` unless `value` may stand in a column of this type. */
export function checkValue(name: string, type: ColumnType, value: unknown): asserts value is Value | null {
  if (value === null || (typeof value === type && !Number.isNaN(value))) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `column ${describe(name)} holds a ${type} or null; got ${describe(value)}`,
    { column: name },
  )
}
