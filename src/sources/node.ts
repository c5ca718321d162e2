/** Node's own modules, asked for at run time, so that no bundler sees an import it cannot resolve. */
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
 * @param purpose what it is wanted for, for the message: 'read the file "a.npy"'
 * @throws `UNSUPPORTED` where there is none: in browsers, and in Node older than 20.16
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name, purpose: string): NodeModules[Name] {
  const found = globalThis.process?.getBuiltinModule?.(name)
  if (found) return found as NodeModules[Name]
  throw new RowspaceError(
    'UNSUPPORTED',
    `Cannot ${purpose}: there is no file system here. Files need Node 20.16 or later; in a browser pass a URL object, a File or Blob, or bytes.`,
    { module: name },
  )
}
