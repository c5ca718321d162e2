/**
 * The names of the cache's files. A store lists and removes what has such a name and nothing else, so a
 * stranger's file that lies among them is safe.
 *
 *   <endpoint>/<owner>--<model>/known/<hash>.json                    what the hub said last of a file
 *   <endpoint>/<owner>--<model>/files/<hash>/about.json              which version of which file it is
 *   <endpoint>/<owner>--<model>/files/<hash>/<start>-<end>-<hash>.part   its bytes [start, end)
 *   <origin>/address-<hash>/files/<hash>/…                           the same of a file at an address
 *
 * Each hash is of all that distinguishes: the whole endpoint, the names as they are written (a disk may
 * ignore case), the revision, the version.
 */
import type { HubName } from './name.ts'

/** The folder of all of it. Another layout gets another number, and leaves this one alone. */
export const LAYOUT = 'rowspace-hub-v1'

const MODEL = /^[a-z0-9._-]{1,40}-[0-9a-f]{32}\/(?:[A-Za-z0-9_.-]+--[A-Za-z0-9_.-]+|address-[0-9a-f]{32})$/
const FILE = /^(?:known\/[0-9a-f]{32}\.json|files\/[0-9a-f]{32}\/(?:about\.json|\d+-\d+-[0-9a-f]{32}\.part))$/

/** Whether a path has the form of the cache's own files. */
export function isOwnPath(path: string): boolean {
  const [endpoint, model, ...file] = path.split('/')
  return MODEL.test(`${endpoint}/${model}`) && FILE.test(file.join('/'))
}

/** The whole address: two hubs behind one host, or one over http and https, are two. */
export function endpointText({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/+$/, '')
}

/** The folder of an endpoint: its host for people to read, a hash of all of it to distinguish it. */
export async function endpointFolder(endpoint: string): Promise<string> {
  const host = new URL(endpoint).host.replace(/[^a-z0-9.-]/g, '_').slice(0, 40)
  return `${host}-${await hashOf(endpoint)}`
}

export function modelFolder({ owner, model }: Pick<HubName, 'owner' | 'model'>): string {
  return `${owner}--${model}`
}

/** An address as it is written down and shown: its query may hold a secret. */
export function shownAddress({ origin, pathname }: URL): string {
  return origin + pathname
}

/** The folder of what is cached of the files at an address, whatever its query. */
export async function addressFolder(url: URL): Promise<string> {
  return `${await endpointFolder(url.origin)}/address-${await hashOf(shownAddress(url))}`
}

/** The folder of the model that a path belongs to. */
export function modelFolderOf(path: string): string | undefined {
  return path.split('/')[1]
}

/** Half of SHA-256, in hexadecimal: of bytes, or of any values by their JSON. */
export async function hashOf(...values: readonly [Uint8Array] | readonly unknown[]): Promise<string> {
  const [first] = values
  const bytes = first instanceof Uint8Array ? first : new TextEncoder().encode(JSON.stringify(values))
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
