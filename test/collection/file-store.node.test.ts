/**
 * Collections in files: what is saved is opened, whatever fails on the way leaves the old or the new, and
 * damage is noticed.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import filesModule from 'node:fs/promises'
import os from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { Collection, fileStore } from '../../src/collection.ts'
import { openTable } from '../../src/formats.ts'
import { formatToken, ownToken } from '../../src/sources/process-token.ts'
import { projectPath } from '../shared-data.ts'
import { replaceFiles } from '../sources/replace-files.ts'
import { COLUMNS, expectSame, makeSaved } from './saved.ts'

const folder = fs.mkdtempSync(join(os.tmpdir(), 'rowspace-collection-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())
let count = 0
const newPath = () => join(folder, `${count++}.safetensors`)

test.each([
  {},
  { codes: true },
  { codes: false },
  { dtype: 'bf16', codes: true },
  { dtype: 'f16' },
  { threads: 2, codes: true },
] as const)('is opened as it was saved: %j', async (options) => {
  const path = newPath()
  using saved = await makeSaved(200, options)
  const phases = new Set<string>()
  await saved.save(path, { onProgress: ({ phase }) => phases.add(phase) })
  expect([...phases]).toEqual(['checksum', 'write'])
  using opened = await Collection.open(path, { columns: COLUMNS })
  expectSame(opened, saved)
  expect(await opened.add({ vector: saved.vector(0) })).toEqual([199])
  await opened.save(path)
  using again = await Collection.open<typeof COLUMNS>(path, { threads: 2, codes: false })
  expectSame(again, opened)
})

test('makes no codes on opening: they are those of the file', async () => {
  const path = newPath()
  await (await makeSaved(400, { codes: true })).save(path)
  const { TableMemory } = await import('../../bindings/table-memory.ts')
  const encode = vi.spyOn(TableMemory.prototype, 'encodeRows')
  const opened = await Collection.open(path)
  opened.nearest('clé 1 🗝')
  expect(encode).not.toHaveBeenCalled()
})

test('is a table for openTable where keys are texts', async () => {
  const path = newPath()
  const collection = await Collection.create({ dimension: 2, columns: { 'a.b': 'string' } })
  await collection.add([
    { key: 'a', vector: [1, 0], metadata: { 'a.b': 'x' } },
    { key: 'b', vector: [0, 1] },
  ])
  await collection.save(path)
  const table = await openTable(path)
  expect(table.row('b')).toEqual(Float32Array.of(0, 1))
})

test('an empty one too', async () => {
  const path = newPath()
  const collection = await Collection.create({ dimension: 2 })
  await collection.add({ vector: [1, 1] })
  await collection.delete(0)
  await collection.save(path)
  const opened = await Collection.open(path)
  expect(opened.size).toBe(0)
  expect(await opened.add({ vector: [1, 1] })).toEqual([1])
})

describe('two writers', () => {
  test('the one that saves second gets an error for what it did not see', async () => {
    const path = newPath()
    await (await makeSaved()).save(path)
    const [one, other] = [await Collection.open(path), await Collection.open(path)]
    await one.add({ key: 'one', vector: new Float32Array(24) })
    await one.save(path)
    await one.save(path)
    await other.add({ key: 'other', vector: new Float32Array(24) })
    await expect(other.save(path)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await Collection.open(path)).has('one')).toBe(true)
    await other.save(path, { overwrite: true })
    expect((await Collection.open(path)).has('other')).toBe(true)
  })

  test('the one that comes while another writes gets an error', async () => {
    const path = newPath()
    const [one, other] = [await makeSaved(), await makeSaved()]
    const both = await Promise.allSettled([one.save(path), other.save(path)])
    const rejected = both.filter((result) => result.status === 'rejected')
    expect(rejected.map(({ reason }) => reason.code)).toEqual(['LOCKED'])
    expect(fs.existsSync(`${path}.lock`)).toBe(false)
  })

  test('the lock of a process that died is taken over', async () => {
    const path = newPath()
    // this process's id, but another start: an id comes again
    const token = formatToken({ ...(await ownToken()), start: '1' })
    fs.writeFileSync(`${path}.lock`, `rowspace ${token} 0123 ${os.hostname()}\n`)
    await (await makeSaved()).save(path)
    expect(fs.readdirSync(folder).filter((name) => /lock|rowspace/.test(name))).toEqual([])
  })
})

test('two spellings of a path, and a link to it, are one collection', async () => {
  const path = newPath()
  const collection = await makeSaved()
  const link = newPath()
  fs.symlinkSync(path, link)
  await collection.save(path)
  await collection.save(`${folder}/./x/../${path.slice(folder.length + 1)}`.replace('/x/..', ''))
  await collection.save(relative(process.cwd(), path))
  await collection.save(link)
  await collection.save(path)
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true)
  const unlock = await fileStore(link).lock()
  await expect(collection.save(path)).rejects.toMatchObject({ code: 'LOCKED' })
  await unlock()
  await collection.save(path)
})

test('saving into a missing folder names the folder', async () => {
  const path = join(folder, 'missing', 'notes.safetensors')
  const collection = await makeSaved()
  await expect(collection.save(path)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(
      /^".*notes\.safetensors" cannot be written: the folder ".*missing" does not exist/,
    ),
  })
})

test('the mode of a file stays, and what killed processes left goes', async () => {
  const path = newPath()
  const collection = await makeSaved()
  await collection.save(path)
  fs.chmodSync(path, 0o600)
  const token = formatToken({ ...(await ownToken()), start: '1' })
  const left = join(folder, `.rowspace-${token}-0123abcd.tmp`)
  for (let times = 0; times < 2; times++) {
    fs.writeFileSync(left, 'half a collection')
    await collection.save(path)
    expect(fs.existsSync(left)).toBe(false)
  }
  expect(fs.statSync(path).mode & 0o777).toBe(0o600)
})

test('something else is not overwritten unasked', async () => {
  const path = newPath()
  fs.writeFileSync(path, 'a poem')
  const collection = await makeSaved()
  await expect(collection.save(path)).rejects.toMatchObject({ code: 'EXISTS' })
  expect(fs.readFileSync(path, 'utf8')).toBe('a poem')
  await collection.save(path, { overwrite: true })
  expectSame(await Collection.open(path), collection)
})

describe('a save that fails', () => {
  /** Makes the nth call of the file system fail; returns how many there were. */
  function failAt(nth: number): () => number {
    let calls = 0
    const fail = (name: string) => {
      if (calls++ === nth) throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: name })
    }
    const wrapped = (handle: fs.promises.FileHandle) =>
      new Proxy(handle, {
        get(target, name) {
          const value = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...args: unknown[]) => {
            if (name === 'write' || name === 'sync') fail(name)
            return value.apply(target, args)
          }
        },
      })
    replaceFiles({
      open: async (path: string, flags: string) => {
        fail('open')
        const handle = await filesModule.open(path, flags)
        return flags === 'r' ? handle : wrapped(handle)
      },
      rename: async (from: string, to: string) => {
        fail('rename')
        await filesModule.rename(from, to)
      },
      link: async (from: string, to: string) => {
        fail('link')
        await filesModule.link(from, to)
      },
    })
    return () => calls
  }

  test('at any call leaves the old collection, and nothing else', async () => {
    const path = newPath()
    const old = await makeSaved()
    await old.save(path)
    const before = fs.readFileSync(path)
    let failures = 0
    for (let nth = 0; ; nth++) {
      const changed = await Collection.open<typeof COLUMNS>(path)
      await changed.delete('clé 1 🗝')
      const calls = failAt(nth)
      const failed = await changed.save(path).then(
        () => undefined,
        (error) => error,
      )
      vi.restoreAllMocks()
      if (failed === undefined) {
        expectSame(await Collection.open(path), changed)
        if (calls() <= nth) break
        // it was the folder's sync, of the lock or of the file: the file is in its place
        fs.writeFileSync(path, before)
        continue
      }
      failures++
      expect(failed).toMatchObject({ code: 'IO', details: { reason: 'ENOSPC' } })
      expect(Buffer.compare(fs.readFileSync(path), before)).toBe(0)
      const beside = fs.readdirSync(folder).filter((name) => name.startsWith(path.slice(folder.length + 1)))
      expect(beside).toEqual([path.slice(folder.length + 1)])
      expect(changed.has('clé 1 🗝')).toBe(false)
    }
    expect(failures).toBeGreaterThan(10)
  })

  test('because its process is killed leaves the old or the new', async () => {
    const path = newPath()
    const program = `
      import { Collection } from ${JSON.stringify(projectPath('dist/collection.js'))}
      const path = ${JSON.stringify(path)}
      const collection = await Collection.create({ dimension: 256 })
      const entryOf = (_, i) => ({ vector: new Float32Array(256).fill(i + 1) })
      await collection.add(Array.from({ length: 20_000 }, entryOf))
      for (let revision = 0; ; revision++) {
        await collection.set(0, { vector: new Float32Array(256).fill(revision) })
        await collection.save(path)
        process.stdout.write('saved\\n')
      }`
    for (const milliseconds of [3, 11, 23]) {
      fs.rmSync(path, { force: true })
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      const opened = await Collection.open(path)
      expect(opened.size).toBe(20_000)
      await opened.add({ vector: new Float32Array(256) })
      await opened.save(path)
    }
  }, 60_000)

  test('and one that is aborted', async () => {
    const path = newPath()
    const collection = await makeSaved()
    const stop = new AbortController()
    const onProgress = ({ phase }: { phase: string }) => phase === 'write' && stop.abort()
    await expect(collection.save(path, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(fs.readdirSync(folder).filter((name) => name.startsWith(path.slice(folder.length + 1)))).toEqual(
      [],
    )
  })
})

describe('a damaged file', () => {
  test('is rejected whatever byte was changed', async () => {
    const path = newPath()
    await (await makeSaved(40)).save(path)
    const whole = fs.readFileSync(path)
    const damaged = newPath()
    const step = Math.max(1, Math.floor(whole.length / 150))
    for (let at = 0; at < whole.length; at += step) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at & 7)
      fs.writeFileSync(damaged, bytes)
      const error = await Collection.open(damaged).then(
        () => undefined,
        (reason) => reason,
      )
      // spaces after the header's JSON say nothing
      if (error === undefined) expect(whole[at]).toBe(0x20)
      else expect(error.name, `byte ${at}: ${error.message}`).toBe('RowspaceError')
    }
  })

  test.each([0, 7, 100, 0.5, 0.999])('is rejected when cut at %s', async (at) => {
    const path = newPath()
    await (await makeSaved(40)).save(path)
    const whole = fs.readFileSync(path)
    const damaged = newPath()
    fs.writeFileSync(damaged, whole.subarray(0, at < 1 ? Math.floor(at * whole.length) : at))
    await expect(Collection.open(damaged)).rejects.toMatchObject({ code: 'TRUNCATED' })
  })

  test('and one of a newer version, and what is none', async () => {
    const path = newPath()
    await (await makeSaved(40)).save(path)
    const newer = newPath()
    const text = fs.readFileSync(path, 'latin1')
    fs.writeFileSync(newer, text.replace('"version":"1"', '"version":"2"'), 'latin1')
    await expect(Collection.open(newer)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('newer rowspace'),
    })
    const table = projectPath('data/glove-20k.safetensors')
    await expect(Collection.open(table)).rejects.toMatchObject({ code: 'INVALID_FORMAT' })
    await expect(Collection.open(newPath())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(Collection.open(path, { columns: { year: 'string' } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await expect(Collection.open(3 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
