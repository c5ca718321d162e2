/** A file is written whole or not at all: whichever call of the file system fails, the old one stays and nothing lies beside it. */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { writeFileAtomically } from '../../src/formats/write-file.ts'
import { folder } from '../cli/command.ts'

afterEach(() => vi.restoreAllMocks())

const CALLS = ['open', 'link', 'rename', 'stat', 'realpath'] as const

/** Makes the nth call that may meet a full disk fail. Tells whether it came to that. */
function failAt(nth: number, reason: string): () => boolean {
  let calls = 0
  const fail = (name: string) => {
    if (calls++ === nth) throw Object.assign(new Error(reason), { code: reason, syscall: name })
  }
  const handleOf = (handle: fs.promises.FileHandle) =>
    new Proxy(handle, {
      get(target, name) {
        const value = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (name === 'write' || name === 'sync') fail(name)
          return value.apply(target, args)
        }
      },
    })
  const files: Record<string, unknown> = { ...fs.promises }
  for (const name of CALLS) {
    const original = fs.promises[name] as (...args: unknown[]) => Promise<unknown>
    files[name] = async (...args: unknown[]) => {
      if (name !== 'stat' && name !== 'realpath') fail(name)
      const result = await original.apply(fs.promises, args)
      return name === 'open' ? handleOf(result as fs.promises.FileHandle) : result
    }
  }
  const builtin = process.getBuiltinModule
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
    name === 'node:fs/promises' ? files : builtin(name)) as never)
  return () => calls > nth
}

const PIECES = [Buffer.alloc(70_000, 1), Buffer.alloc(5, 2), Buffer.alloc(70_000, 3)]
const WHOLE = Buffer.concat(PIECES)

test.each([
  ['over an old one', true, 'ENOSPC', /the disk is full/],
  ['over an old one', true, 'EROFS', /read-only/],
  ['where none was', false, 'ENOSPC', /the disk is full/],
  ['where none was', false, 'EIO', /could not be used/],
])('%s (force: %s): %s at any call', async (_, force, reason, message) => {
  const place = folder()
  const path = join(place, 'table.safetensors')
  let failures = 0
  for (let nth = 0; ; nth++) {
    if (force) fs.writeFileSync(path, 'precious')
    const hasFailed = failAt(nth, reason)
    const error = await writeFileAtomically(path, PIECES, { force }).then(
      () => undefined,
      (cause) => cause,
    )
    vi.restoreAllMocks()
    if (!hasFailed()) break
    failures++
    // a disk without links takes the rename in its place
    if (error === undefined) {
      expect(Buffer.compare(fs.readFileSync(path), WHOLE)).toBe(0)
      fs.rmSync(path)
      continue
    }
    expect(error).toMatchObject({ code: 'IO', message: expect.stringMatching(message), details: { reason } })
    expect(fs.readdirSync(place)).toEqual(force ? ['table.safetensors'] : [])
    if (force) expect(fs.readFileSync(path, 'utf8')).toBe('precious')
  }
  // the opening, three pieces, the sync, and what puts it in place
  expect(failures).toBe(6)
  expect(Buffer.compare(fs.readFileSync(path), WHOLE)).toBe(0)
})

test('pieces that cannot be had, and a stop: the old one stays', async () => {
  const path = join(folder(), 'table.bin')
  fs.writeFileSync(path, 'precious')
  const failure = new Error('the source is gone')
  async function* pieces() {
    yield PIECES[0]!
    throw failure
  }
  await expect(writeFileAtomically(path, pieces(), { force: true })).rejects.toBe(failure)
  const controller = new AbortController()
  const onBytes = () => controller.abort('enough')
  const stopped = writeFileAtomically(path, PIECES, { force: true, signal: controller.signal, onBytes })
  await expect(stopped).rejects.toBe('enough')
  expect(fs.readFileSync(path, 'utf8')).toBe('precious')
  expect(fs.readdirSync(join(path, '..'))).toEqual(['table.bin'])
})
