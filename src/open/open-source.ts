/** From whatever a caller has (a path, a URL, a File, bytes) to a source. */

import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { readOptions } from '../core/strict-options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import { blobSource } from '../sources/blob.ts'
import { bytesSource } from '../sources/bytes.ts'
import { fileSource } from '../sources/file.ts'
import { nodeModule } from '../sources/node.ts'
import { pickSourceOptions, SOURCE_OPTIONS } from '../sources/options.ts'
import type { ByteSource, SourceLike, SourceOptions } from '../sources/source.ts'
import { urlSource } from '../sources/url.ts'

export type { SourceLike }

/**
 * Opens `like` for reading. A string is a path unless it starts with `http://`, `https://`, `file://` or
 * `hf:`; in a page it is an address, relative to the page's own.
 *
 * @throws `INVALID_ARGUMENT` for anything else, `UNSUPPORTED` for other schemes, and what each kind of source
 *   throws
 */
export async function openSource(like: SourceLike, given: SourceOptions = {}): Promise<ByteSource> {
  const options = pickSourceOptions(readOptions(given, SOURCE_OPTIONS, 'the options of openSource()'))
  options.signal?.throwIfAborted()
  if (typeof like === 'string') return openName(like, options)
  if (like instanceof URL) return openUrl(like, options)
  if (like instanceof Uint8Array || like instanceof ArrayBuffer) return bytesSource(like)
  if (typeof Blob !== 'undefined' && like instanceof Blob) return blobSource(like)
  if (isByteSource(like)) return like
  throw invalidArgument(
    'A table is opened from a path, a URL, a Blob or File, a Uint8Array or an ArrayBuffer',
    like,
  )
}

/**
 * Opens a file that a caller named for the table in `table`: its words, its index. Headers are for the address
 * of the table, where it has one, and go to no other origin.
 *
 * @throws as openSource
 */
export function openNamed(like: SourceLike, table: ByteSource, options: SourceOptions): Promise<ByteSource> {
  const { headers, ...others } = pickSourceOptions(options)
  const own = originOf(table.name)
  const isMeant = own === undefined || originOf(like, pageAddress()) === own
  return openSource(like, isMeant && headers !== undefined ? { ...others, headers } : others)
}

/** The origin of an http(s) address. */
function originOf(like: SourceLike, base?: string): string | undefined {
  if (typeof like !== 'string' && !(like instanceof URL)) return undefined
  if (!URL.canParse(like, base)) return undefined
  const { protocol, origin } = new URL(like, base)
  return /^https?:$/.test(protocol) ? origin : undefined
}

/** The page's own address, where there are pages instead of paths. */
function pageAddress(): string | undefined {
  return globalThis.process?.getBuiltinModule === undefined ? globalThis.location?.href : undefined
}

/**
 * Opens `like`; where it is the path of a directory, opens the first of `files` in it.
 *
 * @param notThere makes the error where none is there
 */
export async function openSourceOrFolder(
  like: SourceLike,
  files: readonly string[],
  options: SourceOptions,
  notThere: (folder: string, cause: RowspaceError) => RowspaceError,
): Promise<{ source: ByteSource; file?: string }> {
  try {
    return { source: await openSource(like, options) }
  } catch (error) {
    if (!isRowspaceError(error, 'IO') || error.details.reason !== 'EISDIR') throw error
    const folder = String(error.details.path)
    for (const file of files) {
      try {
        return { source: await openSource(`${folder.replace(/[/\\]+$/, '')}/${file}`, options), file }
      } catch (missing) {
        if (!isRowspaceError(missing, 'NOT_FOUND')) throw missing
      }
    }
    throw notThere(folder, error)
  }
}

/** Whether `value` has the three things every ByteSource has. */
export function isByteSource(value: unknown): value is ByteSource {
  const source = value as Partial<ByteSource> | null
  if (typeof source !== 'object' || source === null) return false
  return (
    typeof source.read === 'function' && typeof source.size === 'number' && typeof source.name === 'string'
  )
}

async function openName(name: string, options: SourceOptions): Promise<ByteSource> {
  if (name === '') {
    throw new RowspaceError('INVALID_ARGUMENT', 'The path of a table is empty: give a path or a URL.')
  }
  if (/^hf:/i.test(name)) return openHub(name, options)
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)
  if (!scheme) {
    // what bundlers give for `import table from './table.safetensors?url'`
    const base = pageAddress()
    if (base !== undefined && URL.canParse(name, base)) return openUrl(new URL(name, base), options)
    return fileSource(name)
  }
  if (!URL.canParse(name)) {
    throw new RowspaceError('INVALID_ARGUMENT', `${describe(name)} is not a URL.`, { url: name })
  }
  return openUrl(new URL(name), options)
}

async function openUrl(url: URL, options: SourceOptions): Promise<ByteSource> {
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return urlSource(url, options)
    case 'hf:':
      return openHub(url.href, options)
    case 'file:':
      return fileSource(nodeModule('node:url', `read ${url.href}`).fileURLToPath(url))
    default:
      throw new RowspaceError(
        'UNSUPPORTED',
        `${describe(url.href)} cannot be read: the scheme ${describe(url.protocol)} is not http, https, ` +
          'file or hf.',
        { url: url.href },
      )
  }
}

async function openHub(name: string, options: SourceOptions): Promise<ByteSource> {
  const { hubSource } = await import('../hub/source.ts')
  return hubSource(name, options)
}
