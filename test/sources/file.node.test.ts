/** A file on disk: what was there is read, and what is not there any more is said. */
import { appendFileSync, existsSync, readdirSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openSource } from '../../src/open/open-source.ts'
import { fileSource } from '../../src/sources/file.ts'
import { folder } from '../cli/command.ts'
import { rejection } from '../formats/files.ts'
import { areBytes, bytesOf } from '../servers/scenario.ts'

const SIZE = 100_000
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
  expect((await rejection(fileSource('/dev/null'))).message).toMatch(/a pipe or a device/)
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
  expect((await source.sibling?.('words.json'))?.size).toBe(2)
  expect(await source.sibling?.('none.json')).toBeUndefined()
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
