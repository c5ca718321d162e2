/**
 * `clickhouse://user:password@host:port/database/table?secure=1` as the address of a table. User and password
 * are never printed.
 */
import type { ConnectionOptions } from '../../src/clickhouse/options.ts'
import { RowspaceError } from '../../src/core/errors.ts'
import { describe } from '../../src/core/values.ts'

export interface ClusterName {
  /** As it may be printed. */
  shown: string
  connection: ConnectionOptions
}

export function isClusterName(name: string): boolean {
  return /^clickhouse:/i.test(name)
}

/** The name as it may be printed, whatever it is. */
export function shownName(name: string): string {
  return isClusterName(name) ? name.replace(/^(clickhouse:\/*)[^/]*@/i, '$1').replace(/\?.*$/, '') : name
}

/**
 * User and password are in the name, or in CLICKHOUSE_USER and CLICKHOUSE_PASSWORD. `secure=1` uses TLS, as
 * does port 8443.
 *
 * @throws RowspaceError `INVALID_ARGUMENT`
 */
export function parseClusterName(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): ClusterName {
  const shown = shownName(name)
  const wrong = (what: string) =>
    new RowspaceError(
      'INVALID_ARGUMENT',
      `${describe(shown)}: ${what}; a table on ClickHouse is named clickhouse://host:port/database/table.`,
      { name: shown },
    )
  // URL reads host and port only of schemes it knows
  const address = name.replace(/^clickhouse:/i, 'http:')
  if (!/^http:\/\//.test(address) || !URL.canParse(address)) throw wrong('it is not an address')
  const url = new URL(address)
  const [database, table, ...more] = url.pathname.split('/').slice(1).map(decoded)
  if (!database || !table || more.length > 0) throw wrong('it has no database and table')
  for (const key of url.searchParams.keys()) {
    if (key !== 'secure') throw wrong(`it has no option ${describe(key)}`)
  }
  const secure = ['1', 'true', ''].includes(url.searchParams.get('secure') ?? '0') || url.port === '8443'
  const host = `${url.hostname}:${url.port || (secure ? '8443' : '8123')}`
  const username = decoded(url.username) || environment.CLICKHOUSE_USER
  const password = decoded(url.password) || environment.CLICKHOUSE_PASSWORD
  return {
    shown,
    connection: {
      url: `${secure ? 'https' : 'http'}://${host}`,
      database,
      table,
      username,
      password,
    },
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
