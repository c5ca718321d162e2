/**
 * Temporary files of killed processes are removed; those of living ones, and every file of another name, are
 * left.
 */
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  formatToken,
  isRunning,
  ownToken,
  type ProcessToken,
  shortHash,
} from '../../src/sources/process-token.ts'
import { parseTemporaryName, removeStaleTemporaries, temporaryName } from '../../src/sources/temporaries.ts'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { folder } from '../cli/command.ts'
import { replaceFiles } from './replace-files.ts'

afterEach(() => vi.restoreAllMocks())

const nameOf = (token: ProcessToken) => `.rowspace-${formatToken(token)}-0123abcd.tmp`
const deadPid = () => Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }))

test('a name says who made it, and no two are equal', async () => {
  const own = await ownToken()
  const [name, other] = [await temporaryName(), await temporaryName('89abcdef')]
  expect(name).not.toBe(await temporaryName())
  expect(name).not.toBe(other)
  expect(parseTemporaryName(name)).toEqual({ token: own, purpose: undefined })
  expect(parseTemporaryName(other)).toEqual({ token: own, purpose: '89abcdef' })
  expect(name.length).toBeLessThan(100)
  for (const foreign of [
    `a${name}`,
    `${name}.old`,
    '.rowspace-1.tmp',
    'table.safetensors',
    name.replace('.tmp', ''),
    name.replace('.tmp', 'xtmp'),
    name.replace('.rowspace', 'xrowspace'),
    name.replace(/-\d+-(\w+)\.tmp$/, '-x-$1.tmp'),
    name.replace('.rowspace-', '.rowspace-0'),
    other.replace('+', '+0'),
  ]) {
    expect(parseTemporaryName(foreign)).toBeUndefined()
  }
})

test.runIf(process.platform === 'linux')(
  'the token has the pid namespace, the start of machine and process',
  async () => {
    expect(await ownToken()).toMatchObject({
      namespace: /\d+/.exec(fs.readlinkSync('/proc/self/ns/pid'))?.[0],
      boot: shortHash(fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
      host: shortHash(`${os.hostname()} ${machineId()}`),
      pid: process.pid,
      start: startOf(process.pid),
    })
  },
)

// what this process would write on another machine, or after a restart
describe.runIf(process.platform === 'linux')('the token of a machine', () => {
  const BOOT = '/proc/sys/kernel/random/boot_id'
  const ID = '/etc/machine-id'

  test('is another one where the id differs, whatever its name', async () => {
    const first = { [ID]: '1'.repeat(32) }
    const { host } = await (await moduleOn(first)).ownToken()
    const restarted = await moduleOn({ ...first, [BOOT]: 'restarted' })
    expect((await restarted.ownToken()).host).toBe(host)
    const second = await moduleOn({ [ID]: '2'.repeat(32) })
    expect((await second.ownToken()).host).not.toBe(host)
  })

  test.each(['', 'uninitialized'])('without an id (%j) is its own until the machine restarts', async (id) => {
    const token = await (await moduleOn({ [ID]: id, [BOOT]: 'first' })).ownToken()
    const same = await moduleOn({ [ID]: id, [BOOT]: 'first' })
    expect(await same.isRunning({ ...token, start: '1' })).toBe(false)
    const restarted = await moduleOn({ [ID]: id, [BOOT]: 'second' })
    expect(await restarted.isRunning(token)).toBeUndefined()
  })

  test('that does not name its start says nothing about processes that know it', async () => {
    const hidden = await moduleOn({ [ID]: '1'.repeat(32), [BOOT]: new Error('hidden') })
    const token = await hidden.ownToken()
    expect(token.boot).toBe('00000000')
    expect(await hidden.isRunning({ ...token, boot: '89abcdef', start: '1' })).toBeUndefined()
  })

  test.each(['EMFILE', 'ENFILE'])('is read again after %s', async (code) => {
    const answers: Record<string, string | Error> = { [BOOT]: Object.assign(new Error(code), { code }) }
    const { ownToken: read } = await moduleOn(answers)
    await expect(read()).rejects.toMatchObject({ code: 'IO', details: { path: BOOT, reason: code } })
    answers[BOOT] = 'first'
    expect((await read()).boot).toBe(shortHash('first'))
  })

  test('in a sandbox that shows the processes outside, processes are known by their ids alone', async () => {
    const sandboxed = await moduleOn({ '/proc/self': '1' })
    const token = await sandboxed.ownToken()
    expect(token.start).not.toBe(startOf(process.pid))
    expect(await sandboxed.isRunning({ ...token, pid: process.ppid, start: '1' })).toBe(true)
    expect(await sandboxed.isRunning({ ...token, pid: deadPid(), start: '1' })).toBe(false)
  })
})

describe('runs', () => {
  test('this process, with its own start alone: an id comes again', async () => {
    const own = await ownToken()
    expect(await isRunning(own)).toBe(true)
    expect(await isRunning({ ...own, start: '1' })).toBe(false)
    expect(await isRunning({ ...own, boot: 'ffffffff' })).toBe(false)
    expect(await isRunning({ ...own, boot: '00000000', start: '1' })).toBeUndefined()
    expect(await isRunning({ ...own, host: 'ffffffff' })).toBeUndefined()
    expect(await isRunning({ ...own, host: 'ffffffff', boot: 'ffffffff' })).toBeUndefined()
    expect(await isRunning({ ...own, namespace: '1', start: '1' })).toBeUndefined()
    expect(await isRunning({ ...own, namespace: '1', boot: 'ffffffff' })).toBe(false)
  })

  test.runIf(process.platform === 'linux')('another process until it has ended', async () => {
    const own = await ownToken()
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    try {
      const start = startOf(child.pid!)
      expect(await isRunning({ ...own, pid: child.pid!, start })).toBe(true)
      expect(await isRunning({ ...own, pid: child.pid!, start: `${Number(start) + 1}` })).toBe(false)
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    }
    expect(await isRunning({ ...own, pid: child.pid!, start: '1' })).toBe(false)
  })

  test.runIf(process.platform === 'linux')(
    'not a dead process whose parent has not waited for it yet',
    async () => {
      const own = await ownToken()
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      try {
        const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
        await vi.waitFor(() => expect(fs.readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /), 10_000)
        expect(await isRunning({ ...own, pid, start: startOf(pid) })).toBe(false)
      } finally {
        parent.kill('SIGKILL')
      }
    },
  )

  test('where the system shows no processes, by its id alone', async () => {
    const own = await ownToken()
    replaceFiles({ readFile: () => Promise.reject(new Error('hidden')) })
    expect(await isRunning({ ...own, pid: process.ppid, start: '1' })).toBe(true)
    expect(await isRunning({ ...own, pid: deadPid(), start: '1' })).toBe(false)
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('not yours'), { code: 'EPERM' })
    })
    expect(await isRunning({ ...own, pid: 1, start: '1' })).toBe(true)
    kill.mockRestore()
  })
})

test('only what a dead process left is removed', async () => {
  const place = folder()
  const own = await ownToken()
  const elsewhere = { ...own, host: 'ffffffff' }
  const stays = [
    nameOf(own),
    nameOf(elsewhere),
    '.rowspace-notes.tmp',
    'table.safetensors.0123abcd.tmp',
    'table.safetensors',
  ]
  const goes = [
    nameOf({ ...own, pid: deadPid() }),
    nameOf({ ...own, start: '1' }),
    nameOf({ ...own, boot: 'ffffffff' }),
    nameOf({ ...elsewhere, pid: 7 }),
  ]
  for (const name of [...stays, ...goes]) fs.writeFileSync(join(place, name), '')
  const age = (name: string, hours: number) => {
    const time = Date.now() / 1000 - hours * 3600
    fs.utimesSync(join(place, name), time, time)
  }
  age(nameOf(elsewhere), 23)
  age(nameOf({ ...elsewhere, pid: 7 }), 25)
  await removeStaleTemporaries(place)
  expect(fs.readdirSync(place).sort()).toEqual(stays.sort())
  await removeStaleTemporaries(join(place, 'missing'))
})

test('of another machine they go after a day, not before', async () => {
  const place = folder()
  const path = join(place, nameOf({ ...(await ownToken()), host: 'ffffffff' }))
  fs.writeFileSync(path, '')
  fs.utimesSync(path, 1_000, 1_000)
  const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000 + 86_400_000)
  await removeStaleTemporaries(place)
  expect(fs.existsSync(path)).toBe(true)
  now.mockReturnValue(1_000_001 + 86_400_000)
  await removeStaleTemporaries(place)
  expect(fs.existsSync(path)).toBe(false)
})

test('the first write into a folder removes them', async () => {
  const place = folder()
  fs.writeFileSync(join(place, nameOf({ ...(await ownToken()), start: '1' })), 'half a file')
  await writeFileAtomically(join(place, 'table.bin'), [Buffer.from('whole')])
  expect(fs.readdirSync(place)).toEqual(['table.bin'])
})

/** A new copy of the module, for which these files read so. */
async function moduleOn(answers: Record<string, string | Error>) {
  const answer = async (path: string, readReal: () => Promise<string>) => {
    const given = answers[path]
    if (given instanceof Error) throw given
    return given ?? readReal()
  }
  replaceFiles({
    readFile: (path: string) => answer(path, () => fs.promises.readFile(path, 'utf8')),
    readlink: (path: string) => answer(path, () => fs.promises.readlink(path)),
  })
  vi.resetModules()
  return import('../../src/sources/process-token.ts')
}

/** The machine's id (man 5 machine-id), or what stands for it. */
function machineId(): string {
  const id = fs.existsSync('/etc/machine-id') ? fs.readFileSync('/etc/machine-id', 'utf8').trim() : ''
  return id || fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function startOf(pid: number): string {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]!
}
