/** Conditions on metadata, as callers write them and as parse-condition.ts returns them. */
import type { ColumnType, ColumnTypes, Value, ValueOf } from './types.ts'

/**
 * All given comparisons must hold. A missing value passes `eq: null` and nothing else. Strings compare by
 * code units.
 */
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
 * { year: { gte: 2020 }, language: { in: ['de', 'en'] } }. All columns of an object must pass; of a list of
 * objects, any one. A plain value stands for { eq: value }.
 */
export type Condition<Columns extends ColumnTypes> =
  | {
      readonly [Name in keyof Columns]?: ValueOf<Columns[Name]> | null | Comparison<ValueOf<Columns[Name]>>
    }
  | readonly Condition<Columns>[]

/**
 * A filter as it was written, with nothing in it that may be undefined and no unknown column:
 * `{ tenant: user.tenant }` is a type error if the tenant may be missing, also without
 * exactOptionalPropertyTypes.
 * `Other` are the filters that are not conditions.
 */
export type CheckedFilter<Given, Columns, Other = never> = Given extends Other
  ? Given
  : Given extends readonly (infer Element)[]
    ? readonly CheckedFilter<Element, Columns, Other>[]
    : { [Name in keyof Given]: Name extends keyof Columns ? Defined<Required<Given>[Name]> : never }

/** Search options of the type `Options`, with their filter checked. */
export type CheckedSearch<Given, Options, Columns, Other = never> = {
  [Name in keyof Given]: Name extends 'filter'
    ? CheckedFilter<Exclude<Given[Name], undefined>, Columns, Other> | undefined
    : Name extends keyof Options
      ? Given[Name]
      : never
}

/** Without strictNullChecks every type may be undefined: then only the check at run time finds them. */
type ChecksNull = undefined extends string ? false : true

type Defined<Given> = ChecksNull extends false
  ? Given
  : undefined extends Given
    ? never
    : Given extends object
      ? { [Name in keyof Given]: undefined extends Required<Given>[Name] ? never : Given[Name] }
      : Given

/** One comparison of one column, its operand checked and copied. */
export type ColumnTest =
  | { readonly operator: 'in' | 'nin'; readonly operand: ReadonlySet<Value> }
  | { readonly operator: 'eq' | 'ne'; readonly operand: Value | null }
  | { readonly operator: 'lt' | 'lte' | 'gt' | 'gte'; readonly operand: Value }

export type Operator = ColumnTest['operator']

/** What a parser needs to know of a column. */
export interface KnownColumn {
  readonly type: ColumnType
}

/** A parsed condition, the only form that is evaluated or compiled. */
export type ParsedCondition<Known extends KnownColumn = KnownColumn> =
  | { readonly any: readonly ParsedCondition<Known>[] }
  | {
      readonly all: readonly {
        readonly column: string
        readonly known: Known
        readonly tests: readonly ColumnTest[]
      }[]
    }
