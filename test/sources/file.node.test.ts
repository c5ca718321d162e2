/** A file on disk: what was there is read, and what is not there any more is said. */
import fs, {
  appendFileSync,
  existsSync,
  readdirSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { openSource } from '../../src/open/open-source.ts'
import { fileError, fileSource } from '../../src/sources/file.ts'
import { nodeModule } from '../../src/sources/node.ts'
import { folder } from '../cli/command.ts'
import { rejection } from '../formats/files.ts'
import { areBytes, bytesOf } from '../servers/scenario.ts'
import { replaceFiles } from './replace-files.ts'

const SIZE = 100_000

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function file(): string {
  const path = join(folder(), 'table.bin')
  writeFileSync(path, bytesOf(4, 0, SIZE))
  return path
}

test('any range, by a path or a file: URL', async () => {
  const path = file()
  for (const like of [path, pathToFileURL(path), pathToFileURL(path).href]) {
    const source = await openSource(like)
    expect(source).toMatchObject({ name: path, size: SIZE, bytesRead: 0 })
    expect(areBytes(await source.read(10, 90_000), 4, 10, 90_000)).toBe(true)
    expect(await source.read(SIZE, SIZE)).toHaveLength(0)
    expect(source.bytesRead).toBe(89_990)
    expect((await rejection(source.read(99_999, SIZE + 1))).code).toBe('TRUNCATED')
    await source.close?.()
  }
})

test('a file that becomes shorter while it is read: an error, never a short array', async () => {
  const path = file()
  const source = await fileSource(path)
  truncateSync(path, 50_000)
  expect(areBytes(await source.read(0, 50_000), 4, 0, 50_000)).toBe(true)
  const error = await rejection(source.read(40_000, 60_000))
  expect(error).toMatchObject({ code: 'TRUNCATED', details: { expected: SIZE, actual: 50_000 } })
  // longer: what was there when it was opened is what is read
  appendFileSync(path, Buffer.alloc(SIZE))
  expect(source.size).toBe(SIZE)
  await source.close?.()
})

test('closed, twice: reading says so', async () => {
  const source = await fileSource(file())
  await source.close?.()
  await source.close?.()
  expect((await rejection(source.read(0, 1))).message).toMatch(/was closed: open it again/)
})

test('aborted before it begins', async () => {
  const source = await fileSource(file())
  await expect(source.read(0, 1, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
  await source.close?.()
})

test.each([
  ['none', 'NOT_FOUND', /does not exist/],
  ['table.bin/none', 'NOT_FOUND', /a part of the path is a file/],
  ['.', 'IO', /is a directory/],
])('%s', async (name, code, message) => {
  const error = await rejection(fileSource(join(file(), '..', name)))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message),
  })
})

test('a device is no table', async () => {
  expect(await rejection(fileSource('/dev/null'))).toMatchObject({
    code: 'IO',
    message: expect.stringMatching(/^"\/dev\/null" is a pipe or a device.*Write it to a file first\.$/),
    details: { path: '/dev/null', reason: 'NOT_A_FILE' },
  })
})

test.each([
  ['ENOENT', 'NOT_FOUND', /does not exist\. Check the path/],
  ['ENOTDIR', 'NOT_FOUND', /a part of the path is a file/],
  ['EACCES', 'IO', /no permission/],
  ['EPERM', 'IO', /no permission/],
  ['EISDIR', 'IO', /is a directory/],
  ['EROFS', 'IO', /read-only/],
  ['ENOSPC', 'IO', /the disk is full/],
  ['EMFILE', 'IO', /too many files are open/],
  ['EODD', 'IO', /could not be used: strange\.?$/],
])('what the system says as %s is %s', (reason, code, message) => {
  const cause = Object.assign(new Error('strange'), { code: reason })
  const error = fileError('x.npy', cause)
  expect(error).toMatchObject({ code, cause, details: { path: 'x.npy', reason } })
  expect(error.message).toMatch(message)
  expect(fileError('y.npy', error)).toBe(error)
})

test('an error without a code has no reason that is known', () => {
  expect(fileError('x.npy', new Error('strange')).details).toEqual({ path: 'x.npy', reason: 'UNKNOWN' })
})

test('no file system: the error says what is possible', () => {
  for (const without of [undefined, {}, { getBuiltinModule: () => undefined }]) {
    vi.stubGlobal('process', without)
    const read = () => nodeModule('node:os', 'read the file "x"')
    expect(read).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/^Cannot read the file "x": there is no file system here\./),
        details: { module: 'node:os' },
      }),
    )
    expect(() => nodeModule('node:fs/promises')).toThrow(/^Cannot use files: /)
    vi.unstubAllGlobals()
  }
})

/** Lets `act` happen at each read of a file that is opened from now on, which gives at most 1,000 bytes. */
function shortReads(act: () => void): void {
  replaceFiles({
    open: async (...args: Parameters<typeof fs.promises.open>) => {
      const handle = await fs.promises.open(...args)
      const read = handle.read.bind(handle) as (...args: unknown[]) => unknown
      handle.read = ((bytes: Uint8Array, offset: number, length: number, position: number) => {
        act()
        return read(bytes, offset, Math.min(length, 1_000), position)
      }) as never
      return handle
    },
  })
}

test('a disk that gives less than was requested is read on, until an abort', async () => {
  let reads = 0
  const controller = new AbortController()
  shortReads(() => {
    if (++reads === 8) controller.abort('enough')
  })
  const source = await fileSource(file())
  expect(areBytes(await source.read(500, 5_700), 4, 500, 5_700)).toBe(true)
  expect([reads, source.bytesRead]).toEqual([6, 5_200])
  await expect(source.read(0, 5_000, { signal: controller.signal })).rejects.toBe('enough')
  expect(reads).toBe(8)
  await source.close?.()
})

test('what the disk says while it is read', async () => {
  shortReads(() => {
    throw Object.assign(new Error('broken'), { code: 'EIO' })
  })
  const source = await fileSource(file())
  expect(await rejection(source.read(0, 1))).toMatchObject({ code: 'IO', details: { reason: 'EIO' } })
  await source.close?.()
})

test.each(['../table.bin', '..', '.', 'a/../../b', '/dev/null', 'a\\b', '', 'a\0'])(
  '%j is not beside it',
  async (beside) => {
    const source = await fileSource(file())
    expect((await rejection(source.sibling!(beside))).code).toBe('INVALID_ARGUMENT')
    await source.close?.()
  },
)

test('a file beside it, or none', async () => {
  const path = file()
  writeFileSync(join(path, '..', 'words.json'), '[]')
  const source = await fileSource(path)
  await source.read(0, 10)
  const beside = await source.sibling?.('words.json')
  expect(beside?.size).toBe(2)
  await beside?.read(0, 2)
  await beside?.close?.()
  expect(source.bytesRead).toBe(12)
  expect(await source.sibling?.('none.json')).toBeUndefined()
  fs.mkdirSync(join(path, '..', 'folder'))
  expect(await source.sibling?.('folder')).toBeUndefined()
  expect(await rejection(source.sibling?.('words.json/x') as Promise<unknown>)).toMatchObject({
    details: { reason: 'ENOTDIR' },
  })
  await source.close?.()
})

test.skipIf(!existsSync('/proc/self/fd'))(
  'no handle stays open: of what is rejected, and of what is closed',
  async () => {
    const path = file()
    const directory = join(path, '..')
    writeFileSync(join(directory, 'words.json'), '[]')
    const open = () =>
      readdirSync('/proc/self/fd')
        .flatMap((fd) => {
          try {
            return [readlinkSync(`/proc/self/fd/${fd}`)]
          } catch {
            return []
          }
        })
        .filter((target) => target.startsWith(directory) || target === '/dev/null')
        .sort()
    const before = open()
    for (const rejected of [directory, '/dev/null', join(directory, 'none')])
      await rejection(fileSource(rejected))
    expect(open()).toEqual(before)
    const source = await fileSource(path)
    const beside = await source.sibling?.('words.json')
    expect(open()).toEqual([...before, path, join(directory, 'words.json')].sort())
    await source.close?.()
    await beside?.close?.()
    expect(open()).toEqual(before)
  },
)
