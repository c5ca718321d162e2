/**
 * The door of `rowspace/collection`: vectors that can be changed, with keys and metadata, and stores for
 * them.
 */

export type { AddOptions } from './collection/changes.ts'
export { Collection } from './collection/collection.ts'
export type { FromTableOptions } from './collection/convert.ts'
export type { CollectionOptions } from './collection/create.ts'
export type { Entry } from './collection/entries.ts'
export { Filter } from './collection/filter.ts'
export type { Key } from './collection/keys.ts'
export type { OpenCollectionOptions, OpenProgress } from './collection/load.ts'
export { RowView } from './collection/row-view.ts'
export type { Vector } from './collection/rows.ts'
export type { SaveOptions, SaveProgress } from './collection/save.ts'
export { type CollectionMatch, CollectionMatches, type CollectionSearchOptions } from './collection/search.ts'
export { fileStore } from './collection/stores/file-store.ts'
export { indexedDbStore } from './collection/stores/indexed-db-store.ts'
export { opfsStore } from './collection/stores/opfs-store.ts'
export type { CollectionStore } from './collection/stores/store.ts'
export { isRowspaceError, RowspaceError } from './core/errors.ts'
export type { Comparison, Condition } from './metadata/condition.ts'
export type { ColumnType, ColumnTypes, Metadata, NoColumns, StoredMetadata } from './metadata/types.ts'
