/** The ids of rows that are named by id or token. */

import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import { describe } from '../core/values.ts'
import type { Connection } from './connection.ts'
import type { RowKey } from './options.ts'
import { quoteText } from './sql.ts'

/** Tokens in one statement. */
const TOKENS_AT_ONCE = 2_000

interface Tokens {
  size: number
  hasTokens: boolean
  signal: AbortSignal | undefined
}

/** Tokens as they are written, else with a leading space. Throws `ID_OUT_OF_RANGE`, `NO_TOKENS`, `UNKNOWN_TOKEN`. */
export async function findIds(
  connection: Connection,
  rows: readonly RowKey[],
  { size, hasTokens, signal }: Tokens,
): Promise<number[]> {
  for (const row of rows) {
    if (typeof row === 'number') checkId(row, size)
    else if (typeof row !== 'string') {
      throw new RowspaceError('INVALID_ARGUMENT', `a row is named by an id or a token; got ${describe(row)}`)
    }
  }
  const names = [...new Set(rows.filter((row) => typeof row === 'string'))]
  if (names.length === 0) return rows as number[]
  if (!hasTokens) {
    throw new RowspaceError(
      'NO_TOKENS',
      `this table has no tokens, so ${describe(names[0])} names no row: ask by id`,
    )
  }
  const written = names.flatMap((name) => [name, ` ${name}`])
  const ids = await findTokens(connection, written, signal)
  return rows.map((row) => {
    const id = typeof row === 'number' ? row : (ids.get(row) ?? ids.get(` ${row}`))
    if (id !== undefined) return id
    const { server, title } = connection
    throw new RowspaceError(
      'UNKNOWN_TOKEN',
      `${describe(row)} is not a token of table ${title} on ${server}`,
      { token: row },
    )
  })
}

/** The ids of those tokens that the table has. */
export async function findTokens(
  connection: Connection,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  // half a surrogate pair is no token of any table
  const valid = [...new Set(names)].filter((name) => !/\p{Surrogate}/u.test(name))
  for (let from = 0; from < valid.length; from += TOKENS_AT_ONCE) {
    const some = valid.slice(from, from + TOKENS_AT_ONCE)
    const statement = `SELECT token, min(id) FROM ${connection.named(connection.table)} WHERE token IN (${some.map(quoteText).join(',')}) GROUP BY token`
    const { data } = await connection.select(statement, { signal })
    for (const [token, id] of data) found.set(String(token), Number(id))
  }
  return found
}
