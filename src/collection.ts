/** The door of `rowspace/collection`: vectors that come, change and go, with keys, metadata and a place to be kept. */

export { Collection } from './collection/collection.ts'
export { Filter } from './collection/filter.ts'
export type { OpenCollectionOptions, OpenProgress } from './collection/load.ts'
export { type CollectionMatch, CollectionMatches } from './collection/matches.ts'
export type {
  AddOptions,
  CollectionOptions,
  CollectionSearchOptions,
  Entry,
  FromTableOptions,
  Key,
  Vector,
} from './collection/options.ts'
export { RowView } from './collection/row-view.ts'
export type { SaveOptions, SaveProgress } from './collection/save.ts'
export { fileStore } from './collection/stores/file-store.ts'
export { indexedDbStore } from './collection/stores/indexed-db-store.ts'
export { opfsStore } from './collection/stores/opfs-store.ts'
export type { CollectionStore } from './collection/stores/store.ts'
export { isRowspaceError, RowspaceError } from './core/errors.ts'
export type { Comparison, Condition } from './metadata/condition.ts'
export type { ColumnType, ColumnTypes, Metadata, NoColumns, StoredMetadata } from './metadata/types.ts'
