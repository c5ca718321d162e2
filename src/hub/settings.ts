/** Where the hub is, who calls, and where the cache is: from options, else from the environment. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { pickSourceOptions } from '../sources/options.ts'
import type { HubOptions, SourceOptions } from '../sources/source.ts'
import { BrowserStore } from './browser-store.ts'
import { cacheFolder, DiskStore } from './disk-store.ts'
import type { Store } from './store.ts'

export interface HubSettings {
  endpoint: URL
  /** What requests to the endpoint carry, and no other: never printed, never cached. */
  headers: Record<string, string>
  hasToken: boolean
  offline: boolean
  refresh: boolean
  store: Store | undefined
  /** Retries, waits: as for any URL. */
  source: SourceOptions
}

const ENDPOINT = 'https://huggingface.co'

/**
 * @throws `INVALID_ARGUMENT` for an option of another kind, an endpoint that is not an http(s) address, a
 *   token that cannot be sent
 */
export function readSettings(options: SourceOptions): HubSettings {
  const { hub = {}, ...source } = pickSourceOptions(options)
  const token = readToken(hub)
  return {
    endpoint: readEndpoint(hub.endpoint ?? environment('HF_ENDPOINT') ?? ENDPOINT),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    hasToken: token !== undefined,
    offline: hub.offline ?? /^(1|true|yes|on)$/i.test(environment('HF_HUB_OFFLINE') ?? ''),
    refresh: hub.refresh ?? false,
    store: openStore(hub.cache ?? true),
    source,
  }
}

/** A variable that is set to something; undefined where there is no environment. */
function environment(name: string): string | undefined {
  return globalThis.process?.env?.[name] || undefined
}

/** What is cached between openings; undefined where nothing can be. */
export function openStore(cache: boolean | string): Store | undefined {
  // where Node's modules may be there too, but no folder that stays, and a Cache API that lists nothing
  const isWorkerd = globalThis.navigator?.userAgent === 'Cloudflare-Workers'
  if (cache === false || isWorkerd) return undefined
  if (globalThis.process?.versions?.node !== undefined) {
    return new DiskStore(typeof cache === 'string' ? cache : cacheFolder())
  }
  return globalThis.caches === undefined ? undefined : new BrowserStore()
}

function readEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && isBare(url)) return url
  const shown = describe(text.replace(/\/\/[^/]*@/, '//…@'))
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    'The endpoint of the hub (HF_ENDPOINT) must be an http(s) address without a user, a query or a #; ' +
      `got ${shown}.`,
  )
}

function isBare({ username, password, search, hash }: URL): boolean {
  return username + password + search + hash === ''
}

/** The value is in no message. */
function readToken({ token = environment('HF_TOKEN') }: HubOptions): string | undefined {
  const trimmed = token?.trim()
  if (!trimmed) return undefined
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    'The token (HF_TOKEN) has characters that no token has: copy it again from the settings page of the hub.',
  )
}
