/** The door of `rowspace/collection`: vectors that come, change and go, with keys, metadata and a place to be kept. */
export { isRowspaceError, RowspaceError } from '../errors.ts'
export { Collection } from './collection.ts'
export { Filter } from './filter.ts'
export type { OpenCollectionOptions, OpenProgress } from './load.ts'
export { type CollectionMatch, CollectionMatches } from './matches.ts'
export type {
  AddOptions,
  CollectionOptions,
  CollectionSearchOptions,
  ColumnType,
  ColumnTypes,
  Comparison,
  Condition,
  Entry,
  FromTableOptions,
  Key,
  Metadata,
  NoColumns,
  StoredMetadata,
  Vector,
} from './options.ts'
export { RowView } from './row-view.ts'
export type { SaveOptions, SaveProgress } from './save.ts'
export { fileStore } from './stores/file-store.ts'
export { indexedDbStore } from './stores/indexed-db-store.ts'
export { opfsStore } from './stores/opfs-store.ts'
export type { CollectionStore } from './stores/store.ts'
