/** Metadata: the types of columns, and of the values in them. */

export type ColumnType = 'number' | 'string' | 'boolean'
/** The metadata columns of a collection: { year: 'number', language: 'string' }. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>
/** No metadata columns, the default. */
export type NoColumns = Readonly<Record<never, never>>

interface Values {
  number: number
  string: string
  boolean: boolean
}

export type ValueOf<Type extends ColumnType> = Values[Type]
export type Value = number | string | boolean

/** The metadata of one entry. What is left out is null, a missing value. */
export type Metadata<Columns extends ColumnTypes> = {
  [Name in keyof Columns]?: ValueOf<Columns[Name]> | null | undefined
}
/** The metadata of one entry as it is read, with every column. */
export type StoredMetadata<Columns extends ColumnTypes> = {
  [Name in keyof Columns]: ValueOf<Columns[Name]> | null
}
