/** What can be opened for reading: names, addresses, bytes and files; and folders, for the first file that makes one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { RowspaceError } from '../../src/core/errors.ts'
import { isByteSource, openSource, openSourceOrFolder, type SourceLike } from '../../src/open/open-source.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { folder } from '../cli/command.ts'
import { ascii, rejection } from '../formats/files.ts'

afterEach(() => vi.unstubAllGlobals())

const BYTES = ascii('the 1 2\n')

describe('bytes', () => {
  test.each<[string, SourceLike, string]>([
    ['a Uint8Array', BYTES, 'bytes'],
    ['an ArrayBuffer', BYTES.slice().buffer, 'bytes'],
    ['a Blob', new Blob([BYTES.slice()]), 'blob'],
    ['a File', new File([BYTES.slice()], 'vectors.txt'), 'vectors.txt'],
  ])('of %s', async (_, like, name) => {
    const source = await openSource(like)
    expect(source).toMatchObject({ name, size: 8 })
    expect(await source.read(4, 7)).toEqual(ascii('1 2'))
  })

  test('of a source: it is itself', async () => {
    const source = bytesSource(BYTES)
    expect(await openSource(source)).toBe(source)
  })

  test.each([undefined, null, 5, {}, ['a'], { name: 'a', size: 1 }, { name: 'a', read() {} }])(
    'of %j there are none',
    async (like) => {
      const error = await rejection(openSource(like as never))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.message).toMatch(/^A table is opened from a path, .* or an ArrayBuffer; got /)
    },
  )
})

test('a source has a name, a size and a way to read', () => {
  const { name, size, read } = bytesSource(BYTES)
  expect(isByteSource({ name, size, read })).toBe(true)
  for (const part of [{ name, size }, { name, read }, { size, read }, null, undefined, 'a']) {
    expect(isByteSource(part)).toBe(false)
  }
})

describe('names', () => {
  test.each<[string, string, string]>([
    ['', 'INVALID_ARGUMENT', 'The path of a table is empty: give a path or a URL.'],
    ['http://[', 'INVALID_ARGUMENT', '"http://[" is not a URL.'],
    [
      'ftp://h/a',
      'UNSUPPORTED',
      '"ftp://h/a" cannot be read: the scheme "ftp:" is not http, https, file or hf.',
    ],
    [
      'FTP://h/a',
      'UNSUPPORTED',
      '"ftp://h/a" cannot be read: the scheme "ftp:" is not http, https, file or hf.',
    ],
  ])('%j is an error', async (name, code, message) => {
    expect(await rejection(openSource(name))).toMatchObject({ code, message })
  })

  test.each(['hf:', 'HF:', 'hf:/x'])('%j is a name on the hub', async (name) => {
    const error = await rejection(openSource(name))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toMatch(/^"hf:\/?x?"/i)
  })

  test('a URL of the hub is one too', async () => {
    expect((await rejection(openSource(new URL('hf:/x')))).message).toMatch(/^"hf:\/x": the owner/)
  })

  test('a path is a path, whatever follows a colon in it', async () => {
    expect((await rejection(openSource('a:b'))).code).toBe('NOT_FOUND')
    expect((await rejection(openSource('C:\\none\\a.npy'))).code).toBe('NOT_FOUND')
  })

  test('the URL of a file is its path', async () => {
    const path = join(folder(), 'a b.txt')
    writeFileSync(path, BYTES)
    for (const like of [pathToFileURL(path), pathToFileURL(path).href]) {
      const source = await openSource(like)
      expect(source.name).toBe(path)
      await source.close?.()
    }
  })

  test.each([
    ['without process', undefined],
    ['with a stand-in for process', { ...globalThis.process, getBuiltinModule: undefined }],
  ])('in a page, %s, a name is an address, relative to the page', async (_, process) => {
    vi.stubGlobal('process', process)
    vi.stubGlobal('location', { href: 'http://127.0.0.1:9/app/index.html' })
    for (const name of ['./table.npy', 'table.npy', '/app/table.npy']) {
      const error = await rejection(openSource(name, { retries: 0 }))
      expect(error.message).toContain('http://127.0.0.1:9/app/table.npy')
    }
  })
})

test('a signal that has fired, and options that are misspelt, end it before anything is opened', async () => {
  const reason = new Error('enough')
  await expect(openSource('nowhere', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const error = await rejection(openSource('nowhere', { retry: 1 } as object))
  expect(error.code).toBe('INVALID_ARGUMENT')
  expect(error.message).toContain('the options of openSource()')
})

describe('a folder', () => {
  const noTable = (path: string, cause: RowspaceError) =>
    new RowspaceError('IO', `nothing in ${path}`, { cause })
  const open = (path: string) => openSourceOrFolder(path, ['a.bin', 'b.bin'], {}, noTable)

  test('is the first of its files', async () => {
    const path = folder()
    writeFileSync(join(path, 'b.bin'), BYTES)
    for (const name of [path, `${path}//`]) {
      const { source, file } = await open(name)
      expect([source.name, file]).toEqual([`${path}/b.bin`, 'b.bin'])
      await source.close?.()
    }
    writeFileSync(join(path, 'a.bin'), BYTES)
    const { source, file } = await open(path)
    expect(file).toBe('a.bin')
    await source.close?.()
  })

  test('a file is itself', async () => {
    const path = join(folder(), 'c.bin')
    writeFileSync(path, BYTES)
    const { source, file } = await open(path)
    expect([source.name, file]).toEqual([path, undefined])
    await source.close?.()
  })

  test('without any of them is the error that the caller makes of it', async () => {
    const path = folder()
    expect(await rejection(open(path))).toMatchObject({
      message: `nothing in ${path}`,
      cause: { details: { reason: 'EISDIR' } },
    })
  })

  test('in the place of one of them is an error', async () => {
    const path = folder()
    mkdirSync(join(path, 'a.bin'))
    writeFileSync(join(path, 'b.bin'), BYTES)
    expect((await rejection(open(path))).details.reason).toBe('EISDIR')
  })
})
