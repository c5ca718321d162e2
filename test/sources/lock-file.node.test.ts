/** Locks: one owner at a time, none without an owner, those of dead processes taken over by one taker. */
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { lockFile } from '../../src/sources/lock-file.ts'
import { formatToken, ownToken, type ProcessToken, shortHash } from '../../src/sources/process-token.ts'
import { temporaryName } from '../../src/sources/temporaries.ts'
import { folder } from '../cli/command.ts'
import { replaceFiles } from './replace-files.ts'

afterEach(() => vi.restoreAllMocks())

const lockOf = async (changed: Partial<ProcessToken>, id: string = globalThis.crypto.randomUUID()) =>
  `rowspace ${formatToken({ ...(await ownToken()), ...changed })} ${id} ${os.hostname()}\n`
const staleLock = () => lockOf({ start: '1' })
const newPath = () => join(folder(), 'notes.safetensors')
const namesBeside = (path: string) => fs.readdirSync(join(path, '..'))

test('is held until it is given back, and leaves nothing', async () => {
  const path = newPath()
  const unlock = await lockFile(path)
  expect(namesBeside(path)).toEqual(['notes.safetensors.lock'])
  await expect(lockFile(path)).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringMatching(`process ${process.pid} on ${os.hostname()}: wait .* delete ".*lock"`),
    details: { path, lock: `${path}.lock`, owner: { pid: process.pid, host: os.hostname() } },
  })
  await unlock()
  await unlock()
  expect(namesBeside(path)).toEqual([])
})

test('is one for all spellings of a path', async () => {
  const path = newPath()
  const link = join(folder(), 'link')
  fs.symlinkSync(path, link)
  const unlock = await lockFile(path)
  await expect(lockFile(link)).rejects.toMatchObject({ code: 'LOCKED' })
  await unlock()
})

test('never lies there without its owner: it has its contents when it has its name', async () => {
  const path = newPath()
  const linked: string[] = []
  replaceFiles({
    link: async (from: string, to: string) => {
      linked.push(fs.readFileSync(from, 'utf8'))
      fs.linkSync(from, to)
    },
  })
  const unlock = await lockFile(path)
  expect(linked).toEqual([fs.readFileSync(`${path}.lock`, 'utf8')])
  expect(linked[0]).toMatch(`rowspace ${formatToken(await ownToken())} `)
  await unlock()
})

test.each(['open', 'write', 'link', 'rename'])('a full disk at %s leaves no lock', async (name) => {
  const path = newPath()
  const fail = async () => {
    throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: name })
  }
  const { open } = fs.promises
  const failing = async (...args: Parameters<typeof open>) =>
    Object.assign(await open(...args), { write: fail })
  if (name === 'write') replaceFiles({ open: failing })
  // without links, the rename that takes their place fails
  else replaceFiles({ [name]: fail, ...(name === 'rename' ? { link: fail } : {}) })
  if (name === 'link') await (await lockFile(path))()
  else await expect(lockFile(path)).rejects.toMatchObject({ code: 'IO', details: { reason: 'ENOSPC' } })
  expect(namesBeside(path)).toEqual([])
})

describe('a lock that is there', () => {
  test('is taken over from a process that has ended', async () => {
    const path = newPath()
    fs.writeFileSync(`${path}.lock`, await staleLock())
    await (await lockFile(path))()
    expect(namesBeside(path)).toEqual([])
  })

  // containers with one host name count processes each on its own: process 1 of the other one may well run
  test('is not taken over from another machine, container or program', async () => {
    const [machine, container] = [{ host: 'ffffffff' }, { namespace: '1' }]
    for (const contents of [
      await lockOf({ ...machine, start: '1' }),
      await lockOf({ ...container, start: '1' }),
      'somebody',
    ]) {
      const path = newPath()
      fs.writeFileSync(`${path}.lock`, contents)
      await expect(lockFile(path)).rejects.toMatchObject({ code: 'LOCKED' })
      expect(fs.readFileSync(`${path}.lock`, 'utf8')).toBe(contents)
      expect(namesBeside(path)).toEqual(['notes.safetensors.lock'])
    }
  })

  test('and is empty is being made, and nobody made it after a while', async () => {
    const path = newPath()
    fs.writeFileSync(`${path}.lock`, '')
    await expect(lockFile(path)).rejects.toMatchObject({ code: 'LOCKED' })
    fs.utimesSync(`${path}.lock`, 1_000, 1_000)
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000 + 9_999)
    await expect(lockFile(path)).rejects.toMatchObject({ code: 'LOCKED' })
    now.mockReturnValue(1_000_000 + 10_000)
    await (await lockFile(path))()
    expect(namesBeside(path)).toEqual([])
  })

  test('was taken over by another since it was read: it stays', async () => {
    const path = newPath()
    fs.writeFileSync(`${path}.lock`, await staleLock())
    const theirs = await lockOf({}, 'theirs')
    const { readdir } = fs.promises
    // between the first look and the takeover
    replaceFiles({
      readdir: async (...args: Parameters<typeof readdir>) => {
        fs.writeFileSync(`${path}.lock`, theirs)
        return readdir(...args)
      },
    })
    await expect(lockFile(path)).rejects.toMatchObject({ code: 'LOCKED' })
    expect(fs.readFileSync(`${path}.lock`, 'utf8')).toBe(theirs)
    expect(namesBeside(path)).toEqual(['notes.safetensors.lock'])
  })

  test('is left to another that is taking it over, until that has ended', async () => {
    const path = newPath()
    const stale = await staleLock()
    fs.writeFileSync(`${path}.lock`, stale)
    const ticket = join(path, '..', await temporaryName(shortHash('notes.safetensors.lock')))
    fs.writeFileSync(ticket, '')
    await expect(lockFile(path)).rejects.toMatchObject({ code: 'LOCKED' })
    expect(fs.readFileSync(`${path}.lock`, 'utf8')).toBe(stale)
    const own = await ownToken()
    fs.renameSync(ticket, ticket.replace(formatToken(own), formatToken({ ...own, start: '1' })))
    await (await lockFile(path))()
    expect(fs.existsSync(`${path}.lock`)).toBe(false)
  })

  test('of another container is, once the machine has restarted', async () => {
    const path = newPath()
    fs.writeFileSync(`${path}.lock`, await lockOf({ namespace: '1', boot: 'ffffffff' }))
    await (await lockFile(path))()
    expect(namesBeside(path)).toEqual([])
  })

  test('is not removed by an owner that has lost it', async () => {
    const path = newPath()
    const unlock = await lockFile(path)
    fs.writeFileSync(`${path}.lock`, 'theirs')
    await unlock()
    expect(fs.readFileSync(`${path}.lock`, 'utf8')).toBe('theirs')
  })
})

test('a lock that cannot be read is an error, not a free one', async () => {
  const path = newPath()
  fs.mkdirSync(`${path}.lock`)
  await expect(lockFile(path)).rejects.toMatchObject({ code: 'IO' })
  fs.rmdirSync(`${path}.lock`)
  fs.writeFileSync(`${path}.lock`, 'theirs')
  const fail = async () => {
    throw Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open' })
  }
  replaceFiles({ readFile: fail })
  await expect(lockFile(path)).rejects.toMatchObject({ code: 'IO', details: { path: `${path}.lock` } })
})

test('a lock that is always there, and never when it is read: tried twenty times', async () => {
  const path = newPath()
  let reads = 0
  fs.writeFileSync(`${path}.lock`, 'theirs')
  replaceFiles({
    readFile: async (...args: Parameters<typeof fs.promises.readFile>) => {
      if (args[0] !== `${path}.lock`) return fs.promises.readFile(...args)
      reads++
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    },
  })
  await expect(lockFile(path)).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringMatching('by another process: wait'),
    details: { owner: undefined },
  })
  expect(reads).toBe(20)
})

test('many takers of one stale lock: never two owners', async () => {
  const path = newPath()
  const stale = await staleLock()
  let owners = 0
  let taken = 0
  for (let round = 0; round < 20; round++) {
    fs.writeFileSync(`${path}.lock`, stale)
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const unlock = await lockFile(path).catch((error) => {
          expect(error).toMatchObject({ code: 'LOCKED' })
        })
        if (unlock === undefined) return
        expect(++owners).toBe(1)
        taken++
        await new Promise((resolve) => setTimeout(resolve, 1))
        owners--
        await unlock()
      }),
    )
  }
  expect(taken).toBeGreaterThanOrEqual(20)
  expect(namesBeside(path)).toEqual([])
})
