/** The ids of rows that are named by id or token. */

import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import type { RowKey } from '../core/options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import { isRow } from '../table/arguments.ts'
import type { Connection } from './connection.ts'
import { batches, quoteText } from './sql.ts'

/** Tokens in one statement. */
const TOKENS_AT_ONCE = 2_000

/**
 * A function that returns the id of each of these rows: tokens as they are written, else with a leading
 * space. Throws `ID_OUT_OF_RANGE`, `NO_TOKENS`, `UNKNOWN_TOKEN`.
 */
export async function findIds(
  connection: Connection,
  rows: readonly RowKey[],
  { size, hasTokens }: { size: number; hasTokens: boolean },
  signal: AbortSignal | undefined,
): Promise<(row: RowKey) => number> {
  for (const row of rows) {
    if (typeof row === 'number') checkId(row, size)
    else if (!isRow(row)) {
      throw invalidArgument('A row must be an id or a token', row)
    }
  }
  const names = rows.filter((row) => typeof row === 'string')
  if (names.length > 0 && !hasTokens) {
    throw new RowspaceError(
      'NO_TOKENS',
      `This table has no tokens, so ${describe(names[0])} names no row. Name rows by id.`,
    )
  }
  const written = names.flatMap((name) => [name, ` ${name}`])
  const ids = await findTokens(connection, written, signal)
  const idOf = (row: RowKey) => {
    const id = typeof row === 'number' ? row : (ids.get(row) ?? ids.get(` ${row}`))
    if (id !== undefined) return id
    const { server, title } = connection
    const problem = `${describe(row)} is not a token of table ${title} on ${server}.`
    throw new RowspaceError('UNKNOWN_TOKEN', problem, { token: row })
  }
  for (const name of names) idOf(name)
  return idOf
}

/** The ids of those tokens that the table has. */
export async function findTokens(
  connection: Connection,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  // half a surrogate pair is not a token of any table
  const valid = [...new Set(names)].filter((name) => !/\p{Surrogate}/u.test(name))
  for (const some of batches(valid, TOKENS_AT_ONCE)) {
    const where = `WHERE token IN (${some.map(quoteText).join(',')})`
    const statement = `SELECT token, min(id) FROM ${connection.rows} ${where} GROUP BY token`
    for (const [token, id] of await connection.select(statement, { signal })) {
      found.set(String(token), Number(id))
    }
  }
  return found
}
