/** Stand-ins for calls of Node's file system. */
import fs from 'node:fs'
import { vi } from 'vitest'

const builtin = process.getBuiltinModule

/** Replaces these functions of node:fs/promises for src/ and no others, until mocks are restored. */
export function replaceFiles(replaced: object): void {
  const files = { ...fs.promises, ...replaced }
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
    name === 'node:fs/promises' ? files : builtin(name)) as never)
}

/** A handle of a file that tells of these calls before it makes them: what is thrown then is their error. */
export function tellingHandle(
  handle: fs.promises.FileHandle,
  names: readonly string[],
  tell: (name: string) => void,
): fs.promises.FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        if (names.includes(String(name))) tell(String(name))
        return value.apply(target, args)
      }
    },
  })
}
