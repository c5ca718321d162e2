/** Metadata: the types of columns, and of the values in them. */

export type ColumnType = 'number' | 'string' | 'boolean'
/** The metadata columns of a collection: { year: 'number', language: 'string' }. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>
export type NoColumns = Readonly<Record<never, never>>

interface Values {
  number: number
  string: string
  boolean: boolean
}

export type ValueOf<Type extends ColumnType> = Values[Type]
export type Value = number | string | boolean

/** The metadata of one entry; what is left out is null, a missing value. */
export type Metadata<Columns extends ColumnTypes> = {
  [Name in keyof Columns]?: ValueOf<Columns[Name]> | null | undefined
}
/** The same as it is read: every column is there. */
export type StoredMetadata<Columns extends ColumnTypes> = {
  [Name in keyof Columns]: ValueOf<Columns[Name]> | null
}
