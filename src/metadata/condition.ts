/** Conditions on metadata, as the caller writes them and as they are after parsing (parse-condition.ts). */
import type { ColumnType, ColumnTypes, Value, ValueOf } from './types.ts'

/** Every comparison given must hold. A missing value passes `is: null` and no other. Strings are compared by code units. */
export interface Comparison<Type> {
  eq?: Type | null
  /** `not: null` is any value that is not missing. */
  ne?: Type | null
  in?: readonly Type[]
  nin?: readonly Type[]
  lt?: Type
  lte?: Type
  gt?: Type
  gte?: Type
}

/**
 * { year: { gte: 2020 }, language: { in: ['de', 'en'] } }. The columns of an object must all pass; of a list of objects, any one
 * of them. A value alone stands for { is: value }.
 */
export type Condition<Columns extends ColumnTypes> =
  | {
      readonly [Name in keyof Columns]?: ValueOf<Columns[Name]> | null | Comparison<ValueOf<Columns[Name]>>
    }
  | readonly Condition<Columns>[]

/** One comparison of one column, its operand checked and copied. */
export type ColumnTest =
  | { readonly operator: 'in' | 'nin'; readonly operand: ReadonlySet<Value> }
  | { readonly operator: 'eq' | 'ne'; readonly operand: Value | null }
  | { readonly operator: 'lt' | 'lte' | 'gt' | 'gte'; readonly operand: Value }

export type Operator = ColumnTest['operator']

/** A condition that was parsed: everything that evaluates or compiles conditions starts from this, never from what was given. */
export type ParsedCondition =
  | { readonly any: readonly ParsedCondition[] }
  | { readonly all: readonly { readonly column: string; readonly tests: readonly ColumnTest[] }[] }

/** What a parser needs to know of the columns. */
export type KnownColumns = ReadonlyMap<string, { readonly type: ColumnType }>
