/** What a collection is made of. */

import { RowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { readList } from '../core/values.ts'
import type { Column } from '../metadata/columns.ts'
import type { ColumnTypes, StoredMetadata, Value } from '../metadata/types.ts'
import { Searcher } from '../table/searcher.ts'
import type { Keys } from './keys.ts'
import type { CollectionRows } from './rows.ts'

export interface Parts {
  readonly rows: CollectionRows
  readonly keys: Keys
  readonly columns: ReadonlyMap<string, Column>
  /** Metadata with null in every column. */
  readonly blank: Readonly<Record<string, Value | null>>
  /** Answers queries: its rows are places, and it has no tokens. */
  readonly searcher: Searcher
  /** How many changes were made. */
  changes: number
}

/** What filters and answers need of a collection, wherever its rows are. */
export interface Entries extends Pick<Parts, 'keys' | 'columns' | 'blank' | 'changes'> {
  readonly rows: Pick<CollectionRows, 'used' | 'live' | 'generation'>
}

export function partsOf(rows: CollectionRows, keys: Keys, columns: ReadonlyMap<string, Column>): Parts {
  const searcher = new Searcher({
    get size() {
      return rows.used
    },
    get live() {
      return rows.live
    },
    memory: () => rows.memory,
    ids: (list) => readList(list, 'keys').map((key) => keys.placeOf(key)),
    idSet: (test) => IdSet.where(rows.used, (place) => test(place, undefined)),
    tokenOf: () => undefined,
  })
  return { rows, keys, columns, blank: blankOf(columns), searcher, changes: 0 }
}

export function blankOf(columns: ReadonlyMap<string, Column>): Parts['blank'] {
  return Object.fromEntries(Array.from(columns.keys(), (name) => [name, null]))
}

export function disposed(): RowspaceError {
  return new RowspaceError('DISPOSED', 'This collection was disposed. Create or open another.')
}

/** A number that every change increases. */
export function versionOf({ changes, rows }: Entries): number {
  return changes + rows.generation
}

export function metadataAt<Columns extends ColumnTypes>(
  { columns, blank }: Entries,
  place: number,
): StoredMetadata<Columns> {
  // every name is the object's own before a value is assigned: "__proto__" is a name like others
  const values = { ...blank }
  for (const [name, column] of columns) values[name] = column.get(place)
  return values as StoredMetadata<Columns>
}
