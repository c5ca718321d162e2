/** Metadata columns: one value or null per place, as numbers: a condition is a loop over an array. */

import { RowspaceError } from '../core/errors.ts'
import { IdSet, setBit } from '../core/id-set.ts'
import { describe, invalidArgument } from '../core/values.ts'
import type { ColumnType, ColumnTypes, Value } from './types.ts'

type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

export abstract class Column {
  /** The stored values, from place 0 on. */
  values: Numbers

  constructor(
    readonly type: ColumnType,
    private readonly Values: new (length: number) => Numbers,
    private readonly missing: number,
  ) {
    this.values = new Values(0)
  }

  abstract get(place: number): Value | null
  abstract set(place: number, value: Value | null): void
  /** The places below `size` whose value passes. */
  abstract select(size: number, test: (value: Value | null) => boolean): IdSet

  /** Accepts the first `count` values and the strings of a file. Returns what is wrong with them. */
  adopt(_count: number, _strings: readonly unknown[]): string | undefined {
    return undefined
  }

  /** The different strings of a column of strings, numbered from 1; all of them are in use. */
  strings(): readonly unknown[] | undefined {
    return undefined
  }

  reserve(capacity: number): void {
    if (capacity === this.values.length) return
    const values = new this.Values(capacity).fill(this.missing)
    values.set(this.values.subarray(0, capacity))
    this.values = values
  }

  /** Moves the values of these places, in order, to the first places. The others are gone. */
  compact(places: Uint32Array): void {
    const { values, missing } = this
    for (let to = 0; to < places.length; to++) values[to] = values[places[to] ?? 0] ?? missing
    values.fill(missing, places.length)
  }
}

/** float64; NaN stands for null. */
class NumberColumn extends Column {
  constructor() {
    super('number', Float64Array, Number.NaN)
  }

  get(place: number): number | null {
    const value = this.values[place] ?? Number.NaN
    return Number.isNaN(value) ? null : value
  }

  set(place: number, value: number | null): void {
    this.values[place] = value ?? Number.NaN
  }

  select(size: number, test: (value: Value | null) => boolean): IdSet {
    const set = new IdSet(size)
    for (let place = 0; place < size; place++) if (test(this.get(place))) setBit(set.words, place)
    return set
  }
}

/** A column of few different values. It stores their numbers in a list that starts with null. */
abstract class CodedColumn<Kind extends Value> extends Column {
  protected abstract decoded: (Kind | null)[]

  get(place: number): Kind | null {
    return this.decoded[this.values[place] ?? 0] ?? null
  }

  /** Tests each different value once. */
  select(size: number, test: (value: Value | null) => boolean): IdSet {
    const { values } = this
    const passes = this.decoded.map(test)
    const set = new IdSet(size)
    for (let place = 0; place < size; place++) if (passes[values[place] ?? 0]) setBit(set.words, place)
    return set
  }
}

class BooleanColumn extends CodedColumn<boolean> {
  protected decoded = [null, false, true]

  constructor() {
    super('boolean', Uint8Array, 0)
  }

  set(place: number, value: boolean | null): void {
    this.values[place] = this.decoded.indexOf(value)
  }

  override adopt(count: number): string | undefined {
    const { values } = this
    for (let place = 0; place < count; place++) {
      const value = values[place] ?? 0
      if (value > 2) return `has ${value} in row ${place}; it must be 0 (null), 1 or 2`
    }
    return undefined
  }
}

/** A string that no entry has any more is forgotten at once, and its number is used again. */
class StringColumn extends CodedColumn<string> {
  protected decoded: (string | null)[] = [null]
  private codes = new Map<string | null, number>([[null, 0]])
  /** How many entries have each string; null is never forgotten. */
  private uses = [Number.POSITIVE_INFINITY]
  private free: number[] = []

  constructor() {
    super('string', Uint32Array, 0)
  }

  set(place: number, value: string | null): void {
    this.count(this.values[place] ?? 0, -1)
    const code = this.codeOf(value)
    this.count(code, 1)
    this.values[place] = code
  }

  private codeOf(text: string | null): number {
    const known = this.codes.get(text)
    if (known !== undefined) return known
    const code = this.free.pop() ?? this.decoded.length
    this.decoded[code] = text
    this.codes.set(text, code)
    return code
  }

  private count(code: number, change: 1 | 0 | -1): void {
    const uses = (this.uses[code] ?? 0) + change
    this.uses[code] = uses
    if (uses > 0) return
    this.codes.delete(this.decoded[code] ?? null)
    this.decoded[code] = null
    this.free.push(code)
  }

  override adopt(count: number, strings: readonly unknown[]): string | undefined {
    for (const [index, text] of strings.entries()) {
      if (typeof text !== 'string') return `has ${describe(text)} among its strings`
      if (this.codeOf(text) !== index + 1) return `has the string ${describe(text)} twice`
    }
    const { values, uses } = this
    for (let code = 1; code <= strings.length; code++) uses[code] = 0
    for (let place = 0; place < count; place++) {
      const code = values[place] ?? 0
      if (code > strings.length) return `has number ${code} in row ${place}, of ${strings.length} strings`
      uses[code] = (uses[code] ?? 0) + 1
    }
    for (const code of this.decoded.keys()) this.count(code, 0)
    return undefined
  }

  /** Numbers the strings anew if some are not in use. */
  override strings(): readonly unknown[] {
    const used = Array.from(this.decoded.keys()).filter((code) => (this.uses[code] ?? 0) > 0)
    if (used.length < this.decoded.length) {
      const renumbered = new Uint32Array(this.decoded.length)
      for (const [code, old] of used.entries()) renumbered[old] = code
      for (const [place, old] of this.values.entries()) this.values[place] = renumbered[old] ?? 0
      this.decoded = used.map((old) => this.decoded[old] ?? null)
      this.uses = used.map((old) => this.uses[old] ?? 0)
      this.codes = new Map(this.decoded.map((text, code) => [text, code]))
      this.free = []
    }
    return this.decoded.slice(1)
  }
}

const COLUMNS = { number: NumberColumn, boolean: BooleanColumn, string: StringColumn } as const

/** Columns of these types. Throws `INVALID_ARGUMENT` for a type that does not exist. */
export function makeColumns(types: ColumnTypes): Map<string, Column> {
  if (typeof types !== 'object' || types === null || Array.isArray(types)) {
    throw invalidArgument("columns are { name: 'number' | 'string' | 'boolean' }", types)
  }
  return new Map(
    Object.entries(types).map(([name, type]) => {
      if (Object.hasOwn(COLUMNS, type)) return [name, new COLUMNS[type]()]
      throw invalidArgument(`column ${describe(name)} is of type 'number', 'string' or 'boolean'`, type, {
        column: name,
      })
    }),
  )
}

/** Whether a column of this type can hold `value`. */
export function holds(type: ColumnType, value: unknown): value is Value | null {
  return value === null || (typeof value === type && !Number.isNaN(value))
}

/** Throws `INVALID_ARGUMENT` unless a column of this type can hold `value`. */
export function checkValue(
  name: string,
  type: ColumnType,
  value: unknown,
  prefix = '',
): asserts value is Value | null {
  if (holds(type, value)) return
  throw invalidArgument(`${prefix}column ${describe(name)} holds a ${type} or null`, value, { column: name })
}

export function unknownColumn(
  columns: ReadonlyMap<string, unknown>,
  column: string | symbol,
  prefix = '',
): RowspaceError {
  const names = [...columns.keys()].map(describe).join(', ')
  const known = names === '' ? 'the collection has none' : `there are ${names}`
  const message = `${prefix}there is no column ${describe(column)}; ${known}.`
  return new RowspaceError('INVALID_ARGUMENT', message, { column })
}
