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
