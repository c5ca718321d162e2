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

const SECURE = new Map([
  ['1', true],
  ['true', true],
  ['', true],
  ['0', false],
  ['false', false],
])

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
  if (!/^clickhouse:\/\/[^/]/i.test(name) || !URL.canParse(name)) throw wrong('it is not an address')
  const url = new URL(name)
  const [database, table, ...more] = url.pathname.split('/').slice(1).map(decoded)
  if (!database || !table || more.length > 0) throw wrong('it has no database and table')
  for (const key of url.searchParams.keys()) {
    if (key !== 'secure') throw wrong(`it has no option ${describe(key)}`)
  }
  const wanted = SECURE.get(url.searchParams.get('secure') ?? '0')
  if (wanted === undefined) throw wrong('secure must be 1 or 0')
  const secure = wanted || url.port === '8443'
  const host = `${url.hostname}:${url.port || (secure ? '8443' : '8123')}`
  const [username, password] = [decoded(url.username), decoded(url.password)]
  if (username === undefined || password === undefined) {
    throw wrong('its user or password is not percent-encoded')
  }
  return {
    shown,
    connection: {
      url: `${secure ? 'https' : 'http'}://${host}`,
      database,
      table,
      username: username || environment.CLICKHOUSE_USER,
      password: password || environment.CLICKHOUSE_PASSWORD,
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
