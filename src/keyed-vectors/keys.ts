/** Keys of a table: which there are, and lists of them. */
import { describe } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import type { EmbeddingTable, Row } from '../table.ts'
import { idOfName } from '../vocabulary.ts'

/** The id of a key, or undefined where the table does not have it. Names mean what they mean in `table.id`. */
export function idOfKey(table: EmbeddingTable, key: Row): number | undefined {
  if (typeof key === 'number') {
    return Number.isInteger(key) && key >= 0 && key < table.size ? key : undefined
  }
  return table.vocabulary === undefined ? undefined : idOfName(table.vocabulary, key)
}

/** A list of keys as an array. A string is no list: its letters would be taken for keys. Throws `EMPTY_QUERY`, `INVALID_ARGUMENT`. */
export function keyList<Key>(keys: Iterable<Key>, what: string): Key[] {
  if (typeof keys !== 'object' || keys === null || !(Symbol.iterator in keys)) {
    throw new RowspaceError('INVALID_ARGUMENT', `${what} is a list of keys; got ${describe(keys)}`)
  }
  const list = [...keys]
  if (list.length > 0) return list
  throw new RowspaceError('EMPTY_QUERY', `${what} is an empty list: name at least one key`)
}

/** The keys that the table has. Throws `EMPTY_QUERY`, and `UNKNOWN_TOKEN` where it has none of them. */
export function knownKeys(table: EmbeddingTable, keys: Iterable<Row>, what: string): Row[] {
  const list = keyList(keys, what)
  const known = list.filter((key) => idOfKey(table, key) !== undefined)
  if (known.length > 0) return known
  throw new RowspaceError(
    'UNKNOWN_TOKEN',
    `none of the ${list.length} keys of ${what} is in the table (the first is ${JSON.stringify(list[0])})`,
    { keys: list },
  )
}
