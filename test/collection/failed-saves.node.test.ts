/** A save that fails, is killed or is aborted leaves the old file or the new one, and nothing else. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import filesModule from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { projectPath } from '../shared-data.ts'
import { replaceFiles, tellingHandle } from '../sources/replace-files.ts'
import { type COLUMNS, expectSame, makeSaved } from './saved.ts'

const folder = fs.mkdtempSync(join(os.tmpdir(), 'rowspace-collection-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())
let count = 0
const newPath = () => join(folder, `${count++}.safetensors`)

describe('a save that fails', () => {
  /** Makes the nth call of the file system fail; returns how many there were. */
  function failAt(nth: number): () => number {
    let calls = 0
    const fail = (name: string) => {
      if (calls++ === nth) throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: name })
    }
    const wrapped = (handle: fs.promises.FileHandle) => tellingHandle(handle, ['write', 'sync'], fail)
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
