/** Addresses of servers. They may hold a user and a password, which are taken out. */
import { RowspaceError } from '../core/errors.ts'
import type { ConnectionOptions } from './options.ts'

interface Address {
  address: string
  username: string
  password: string
}

/** The address without user and password, and both. */
export function readAddress({ url, username, password }: ConnectionOptions): Address {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    const got = parsed === undefined ? '' : `; got one of ${parsed.protocol}`
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `url must be the HTTP address of a ClickHouse server, http://host:8123 or https://host:8443${got}.`,
    )
  }
  const given = { username: decoded(parsed.username), password: decoded(parsed.password) }
  parsed.username = ''
  parsed.password = ''
  return {
    address: parsed.href,
    username: username ?? (given.username || 'default'),
    password: password ?? given.password,
  }
}

/** A % that starts no code stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** As addresses write it. Half a surrogate pair has no such form. */
export function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
}

/** The same options, with the user and the password of the address as options. */
export function credentialsOf(options: ConnectionOptions): ConnectionOptions {
  const { username, password } = readAddress(options)
  return { ...options, username, password }
}
