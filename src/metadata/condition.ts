/** Conditions on metadata, as callers write them and as parse-condition.ts returns them. */
import type { ColumnType, ColumnTypes, Value, ValueOf } from './types.ts'

/** All given comparisons must hold. A missing value passes `eq: null` and nothing else. Strings compare by code units. */
export interface Comparison<Type> {
  /** Equal; `eq: null` is a missing value. */
  eq?: Type | null
  /** Not equal; `ne: null` is any value that is not missing. */
  ne?: Type | null
  /** One of these. */
  in?: readonly Type[]
  /** None of these, and not missing. */
  nin?: readonly Type[]
  /** Less than. */
  lt?: Type
  /** Less than or equal. */
  lte?: Type
  /** Greater than. */
  gt?: Type
  /** Greater than or equal. */
  gte?: Type
}

/**
 * { year: { gte: 2020 }, language: { in: ['de', 'en'] } }. All columns of an object must pass; of a list of objects, any
 * one. A plain value stands for { eq: value }.
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

/** A parsed condition, the only form that is evaluated or compiled. */
export type ParsedCondition =
  | { readonly any: readonly ParsedCondition[] }
  | { readonly all: readonly { readonly column: string; readonly tests: readonly ColumnTest[] }[] }

/** What a parser needs to know of the columns. */
export type KnownColumns = ReadonlyMap<string, { readonly type: ColumnType }>
