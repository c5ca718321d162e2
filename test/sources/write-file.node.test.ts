/**
 * A file is written whole or not at all: whichever call of the file system fails, the old one stays and
 * nothing lies beside it.
 */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { folder } from '../cli/command.ts'
import { replaceFiles, tellingHandle } from './replace-files.ts'

afterEach(() => vi.restoreAllMocks())

const CALLS = ['open', 'link', 'rename'] as const

/**
 * Makes the nth call that may meet a full disk fail, and links always where `hasLinks` is false. Returns
 * whether it came to that.
 */
function failAt(nth: number, reason: string, hasLinks = true): () => boolean {
  let calls = 0
  const fail = (name: string) => {
    if (calls++ === nth) throw Object.assign(new Error(reason), { code: reason, syscall: name })
  }
  const handleOf = (handle: fs.promises.FileHandle) => tellingHandle(handle, ['write', 'sync'], fail)
  const files: Record<string, unknown> = {}
  for (const name of CALLS) {
    const original = fs.promises[name] as (...args: unknown[]) => Promise<unknown>
    files[name] = async (...args: unknown[]) => {
      if (name === 'link' && !hasLinks)
        throw Object.assign(new Error('no links'), { code: 'EPERM', syscall: name })
      fail(name)
      const result = await original.apply(fs.promises, args)
      return name === 'open' ? handleOf(result as fs.promises.FileHandle) : result
    }
  }
  replaceFiles(files)
  return () => calls > nth
}

const CHUNKS = [Buffer.alloc(70_000, 1), Buffer.alloc(5, 2), Buffer.alloc(70_000, 3)]
const WHOLE = Buffer.concat(CHUNKS)

test.each([
  ['over an old one', true, 'ENOSPC', /the disk is full/, true, 8],
  ['over an old one', true, 'EROFS', /read-only/, true, 8],
  ['where none was', false, 'ENOSPC', /the disk is full/, true, 8],
  ['where none was', false, 'EIO', /could not be used/, true, 8],
  ['where there are no links', false, 'ENOSPC', /the disk is full/, false, 9],
])('%s (overwrite: %s): %s at any call', async (_, overwrite, reason, message, hasLinks, calls) => {
  const place = folder()
  const path = join(place, 'table.safetensors')
  let failures = 0
  for (let nth = 0; ; nth++) {
    if (overwrite) fs.writeFileSync(path, 'precious')
    const hasFailed = failAt(nth, reason, hasLinks)
    const error = await writeFileAtomically(path, CHUNKS, { overwrite }).then(
      () => undefined,
      (cause) => cause,
    )
    vi.restoreAllMocks()
    if (!hasFailed()) break
    failures++
    // a link that fails has another way, and the folder's sync is not the file's
    if (error === undefined) {
      expect(Buffer.compare(fs.readFileSync(path), WHOLE)).toBe(0)
      fs.rmSync(path)
      continue
    }
    expect(error).toMatchObject({ code: 'IO', message: expect.stringMatching(message), details: { reason } })
    expect(fs.readdirSync(place)).toEqual(overwrite ? ['table.safetensors'] : [])
    if (overwrite) expect(fs.readFileSync(path, 'utf8')).toBe('precious')
  }
  // the opening, three chunks, the sync, what puts it in place (without links two), and the folder's opening
  // and sync
  expect(failures).toBe(calls)
  expect(Buffer.compare(fs.readFileSync(path), WHOLE)).toBe(0)
})

test('chunks that cannot be had, and a stop: the old one stays', async () => {
  const path = join(folder(), 'table.bin')
  fs.writeFileSync(path, 'precious')
  const failure = new Error('the source is gone')
  async function* chunks() {
    yield CHUNKS[0]!
    throw failure
  }
  await expect(writeFileAtomically(path, chunks(), { overwrite: true })).rejects.toBe(failure)
  const controller = new AbortController()
  const onBytes = () => controller.abort('enough')
  const stopped = writeFileAtomically(path, CHUNKS, { overwrite: true, signal: controller.signal, onBytes })
  await expect(stopped).rejects.toBe('enough')
  expect(fs.readFileSync(path, 'utf8')).toBe('precious')
  expect(fs.readdirSync(join(path, '..'))).toEqual(['table.bin'])
})

test('a write that takes less than it is given goes on; one that takes nothing is an error', async () => {
  const path = join(folder(), 'table.bin')
  const opened = fs.promises.open
  const shortened = (most: number) =>
    replaceFiles({
      open: async (...args: Parameters<typeof opened>) => {
        const handle = await opened(...args)
        const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>
        handle.write = ((chunk: Uint8Array, offset: number, length: number) =>
          most === 0 ? { bytesWritten: 0 } : write(chunk, offset, Math.min(length, most))) as never
        return handle
      },
    })
  shortened(1000)
  expect(await writeFileAtomically(path, CHUNKS)).toBe(WHOLE.length)
  vi.restoreAllMocks()
  expect(Buffer.compare(fs.readFileSync(path), WHOLE)).toBe(0)
  shortened(0)
  await expect(writeFileAtomically(path, CHUNKS, { overwrite: true })).rejects.toMatchObject({
    code: 'IO',
    details: { reason: 'EIO' },
  })
  vi.restoreAllMocks()
  expect(Buffer.compare(fs.readFileSync(path), WHOLE)).toBe(0)
  expect(fs.readdirSync(join(path, '..'))).toEqual(['table.bin'])
})

test('a file that is there already stays, and is named', async () => {
  const path = join(folder(), 'table.bin')
  fs.writeFileSync(path, 'precious')
  await expect(writeFileAtomically(path, CHUNKS)).rejects.toMatchObject({ code: 'EXISTS', details: { path } })
  expect(fs.readFileSync(path, 'utf8')).toBe('precious')
})

test('stopped before it begins: no chunk is taken', async () => {
  const path = join(folder(), 'table.bin')
  const taken: number[] = []
  function* chunks() {
    taken.push(1)
    yield WHOLE
  }
  const signal = AbortSignal.abort('no')
  await expect(writeFileAtomically(path, chunks(), { signal })).rejects.toBe('no')
  expect(taken).toEqual([])
})

test('stopped after the last chunk: nothing is written', async () => {
  const path = join(folder(), 'table.bin')
  const controller = new AbortController()
  const seen: number[] = []
  const onBytes = (written: number) => {
    seen.push(written)
    if (written === WHOLE.length) controller.abort('enough')
  }
  const writing = writeFileAtomically(path, CHUNKS, { signal: controller.signal, onBytes })
  await expect(writing).rejects.toBe('enough')
  expect(seen).toEqual([70_000, 70_005, 140_005])
  expect(fs.readdirSync(join(path, '..'))).toEqual([])
})

test.each(['stat', 'realpath'])('%s that fails says why', async (name) => {
  const path = join(folder(), 'table.bin')
  fs.writeFileSync(path, 'precious')
  replaceFiles({
    [name]: async () => {
      throw Object.assign(new Error('no'), { code: 'EACCES', syscall: name })
    },
  })
  await expect(writeFileAtomically(path, CHUNKS, { overwrite: true })).rejects.toMatchObject({
    code: 'IO',
    details: { path, reason: 'EACCES' },
  })
})

test('a missing folder is named, and what to do', async () => {
  const path = join(folder(), 'missing', 'table.bin')
  await expect(writeFileAtomically(path, CHUNKS)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/the folder ".*missing" does not exist\. Create it first/),
    details: { folder: join(path, '..') },
  })
})

test('a folder in the place of the file is named', async () => {
  const path = folder()
  await expect(writeFileAtomically(path, CHUNKS, { overwrite: true })).rejects.toMatchObject({
    code: 'IO',
    message: expect.stringMatching(/is a directory/),
    details: { path },
  })
})

test.each([true, false])(
  'a file is synced before it is in place, its folder after (overwrite: %s)',
  async (overwrite) => {
    const place = folder()
    const path = join(place, 'table.bin')
    const events: string[] = []
    const { open, rename, link } = fs.promises
    const noted = (name: string, act: (...args: never[]) => Promise<unknown>) =>
      (async (...args: never[]) => {
        const result = await act(...args)
        events.push(name)
        return result
      }) as never
    replaceFiles({
      open: async (...args: Parameters<typeof open>) => {
        const handle = await open(...args)
        handle.sync = noted(args[0] === place ? 'sync folder' : 'sync file', handle.sync.bind(handle))
        return handle
      },
      rename: noted('in place', rename as never),
      link: noted('in place', link as never),
    })
    await writeFileAtomically(path, CHUNKS, { overwrite })
    expect(events).toEqual(['sync file', 'in place', 'sync folder'])
    events.length = 0
    await writeFileAtomically(path, CHUNKS, { overwrite: true, sync: false })
    expect(events).toEqual(['in place'])
  },
)

test('without overwrite, a file that somebody made meanwhile stays', async () => {
  for (const hasLinks of [true, false]) {
    const path = join(folder(), 'table.bin')
    if (!hasLinks) failAt(Number.POSITIVE_INFINITY, '', false)
    const onBytes = () => fs.writeFileSync(path, 'theirs')
    await expect(writeFileAtomically(path, [WHOLE], { onBytes })).rejects.toMatchObject({ code: 'EXISTS' })
    vi.restoreAllMocks()
    expect(fs.readFileSync(path, 'utf8')).toBe('theirs')
    expect(fs.readdirSync(join(path, '..'))).toEqual(['table.bin'])
  }
})
