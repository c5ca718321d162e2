/** Node's own modules, looked up at run time, so that no bundler sees an import it cannot resolve. */
import { RowspaceError } from '../core/errors.ts'

interface NodeModules {
  'node:crypto': typeof import('node:crypto')
  'node:fs/promises': typeof import('node:fs/promises')
  'node:os': typeof import('node:os')
  'node:path': typeof import('node:path')
  'node:url': typeof import('node:url')
}

/**
 * One of Node's modules.
 *
 * @param purpose for the message: 'read the file "a.npy"'
 * @throws `UNSUPPORTED` where there is none: in browsers, and in Node older than 20.16
 */
export function nodeModule<Name extends keyof NodeModules>(
  name: Name,
  purpose = 'use files',
): NodeModules[Name] {
  const found = globalThis.process?.getBuiltinModule?.(name)
  if (found) return found as NodeModules[Name]
  const text =
    `Cannot ${purpose}: there is no file system here. Files need Node 20.16 or later; in a browser pass ` +
    'a URL object, a File or Blob, or bytes.'
  throw new RowspaceError('UNSUPPORTED', text, { module: name })
}

export const files = (purpose?: string) => nodeModule('node:fs/promises', purpose)
export const paths = (purpose?: string) => nodeModule('node:path', purpose)

/** The code of an error of the operating system: 'ENOENT'. */
export function systemCode(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code
}
