/** The door to tables whose rows stay where they lie. */

export { StoredCollection, type StoredCollectionSearchOptions } from './collection/stored-collection.ts'
export { type ViewCollectionOptions, viewCollection } from './collection/view-collection.ts'
export type {
  CombineOptions,
  LoadIndexOptions,
  StoredAnalogyOptions,
  StoredFileOptions,
  StoredSearchOptions,
  Traffic,
  ViewOptions,
} from './stored/options.ts'
export { StoredTable } from './stored/stored-table.ts'
export { viewTable } from './stored/view-table.ts'
export { type IndexOptions, writeIndex } from './stored/write-index.ts'
export { type IndexFileOptions, type IndexFileResult, writeIndexFile } from './stored/write-index-file.ts'
