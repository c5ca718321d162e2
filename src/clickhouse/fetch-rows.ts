/** Fetches rows from the engine: those of given ids, or any. */
import { RowspaceError } from '../core/errors.ts'
import type { Connection } from './connection.ts'
import { RowBinaryReader } from './row-binary.ts'

export interface FoundRow {
  row: Float32Array
  token: string | undefined
}

/** Ids per statement, far below the engine's max_query_size. */
const IDS_AT_ONCE = 5_000

/** The rows of these ids. Throws `CHANGED` if one is missing. */
export async function fetchRows(
  connection: Connection,
  ids: Iterable<number>,
  signal: AbortSignal | undefined,
): Promise<Map<number, FoundRow>> {
  const wanted = [...new Set(ids)]
  const found = new Map<number, FoundRow>()
  for (let from = 0; from < wanted.length; from += IDS_AT_ONCE) {
    const some = wanted.slice(from, from + IDS_AT_ONCE)
    await readRows(connection, `PREWHERE id IN (${some.join(',')})`, found, signal)
  }
  const missing = wanted.find((id) => !found.has(id))
  if (missing === undefined) return found
  throw changed(connection, `row ${missing} is missing`)
}

/** Up to `limit` rows that pass a condition, whichever come first. */
export async function anyRows(
  connection: Connection,
  { where, limit, signal }: { where: string | undefined; limit: number; signal: AbortSignal | undefined },
): Promise<Map<number, FoundRow>> {
  const found = new Map<number, FoundRow>()
  const condition = where === undefined ? '' : `PREWHERE ${where} `
  await readRows(connection, `${condition}LIMIT ${limit}`, found, signal)
  return found
}

async function readRows(
  connection: Connection,
  which: string,
  found: Map<number, FoundRow>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const statement = `SELECT id, token, row FROM ${connection.named(connection.table)} ${which}`
  const reader = new RowBinaryReader(await connection.selectBinary(statement, { signal }))
  while (!reader.done) {
    const id = reader.uint64()
    const token = reader.uint8() === 1 ? undefined : reader.text()
    found.set(id, { token, row: reader.floats() })
  }
}

export function changed(connection: Connection, what: string): RowspaceError {
  const { server, title } = connection
  return new RowspaceError(
    'CHANGED',
    `${server}, table ${title}: ${what}. Check that every shard has its rows, or upload the table again.`,
    { server, table: title },
  )
}
