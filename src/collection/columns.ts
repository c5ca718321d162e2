/** Metadata columns: one value or null a place, kept as numbers so that a condition is a loop over an array. */
import { describe } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import type { IdSet } from '../id-set.ts'
import type { ColumnType, ColumnTypes, Value } from './options.ts'

export interface Column {
  readonly type: ColumnType
  /** What the values are kept as, from place 0 on. */
  readonly values: Numbers
  /** The different strings of a column of strings. */
  readonly strings?: readonly string[]
  /** Takes over the different strings of values that were read. */
  adoptStrings?(strings: readonly string[]): void
  reserve(capacity: number): void
  get(place: number): Value | null
  set(place: number, value: Value | null): void
  /** Keeps the values of these places, in order. */
  keep(places: Uint32Array): void
  /** Adds to `target` the places below its size whose value passes. */
  select(target: IdSet, test: (value: Value | null) => boolean): void
}

type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

function keepPlaces(values: Numbers, places: Uint32Array): void {
  for (let place = 0; place < places.length; place++) values[place] = values[places[place]!]!
}

/** float64; NaN stands for null. */
export class NumberColumn implements Column {
  readonly type = 'number'
  values = new Float64Array(0)

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

  keep(places: Uint32Array): void {
    keepPlaces(this.values, places)
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

  keep(places: Uint32Array): void {
    keepPlaces(this.values, places)
  }

  select(target: IdSet, test: (value: Value | null) => boolean): void {
    selectCodes(target, this.values, [null, false, true].map(test))
  }
}

/** Numbers of different strings; 0 stands for null. */
export class StringColumn implements Column {
  readonly type = 'string'
  values = new Uint32Array(0)
  /** Number n stands for the nth of them, counted from 1. */
  readonly strings: string[] = []
  private readonly numbers = new Map<string, number>()

  adoptStrings(strings: readonly string[]): void {
    for (const text of strings) this.numberOf(text)
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
    this.values[place] = value === null ? 0 : this.numberOf(value)
  }

  private numberOf(text: string): number {
    const known = this.numbers.get(text)
    if (known !== undefined) return known
    const number = this.strings.push(text)
    this.numbers.set(text, number)
    return number
  }

  keep(places: Uint32Array): void {
    keepPlaces(this.values, places)
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
          `column ${JSON.stringify(name)} is of type 'number', 'string' or 'boolean'; got ${describe(type)}`,
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
    `column ${JSON.stringify(name)} holds a ${type} or null; got ${describe(value)}`,
    { column: name },
  )
}
