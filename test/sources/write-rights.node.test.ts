/** A file that is replaced leaves its mode, its owner and the links to it as they were. */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { folder } from '../cli/command.ts'
import { replaceFiles } from './replace-files.ts'

afterEach(() => vi.restoreAllMocks())

const CHUNKS = [Buffer.alloc(70_000, 1), Buffer.alloc(5, 2), Buffer.alloc(70_000, 3)]
const WHOLE = Buffer.concat(CHUNKS)

describe('what there was stays as it was', () => {
  const modeOf = (path: string) => fs.statSync(path).mode & 0o7777

  test.each([0o600, 0o640, 0o666, 0o755])(
    'mode %o, whatever the process gives to new files',
    async (mode) => {
      const place = folder()
      const path = join(place, 'table.bin')
      fs.writeFileSync(path, 'old')
      fs.chmodSync(path, mode)
      const modes = new Set<number>()
      async function* chunks() {
        yield CHUNKS[0]!
        for (const name of fs.readdirSync(place)) modes.add(modeOf(join(place, name)) & ~mode)
      }
      await writeFileAtomically(path, chunks(), { overwrite: true })
      expect(modeOf(path)).toBe(mode)
      // nor was the temporary file readable by more
      expect([...modes]).toEqual([0])
    },
  )

  test.runIf(process.getuid?.() === 0)('its owner too', async () => {
    const path = join(folder(), 'table.bin')
    fs.writeFileSync(path, 'old')
    fs.chownSync(path, 1234, 5678)
    await writeFileAtomically(path, CHUNKS, { overwrite: true })
    expect(fs.statSync(path)).toMatchObject({ uid: 1234, gid: 5678 })
  })

  test.each([
    ['the owner', 'chown', true],
    ['the mode, where it is as it should be', 'chmod', true],
    ['the mode, where it is not', 'chmod', false],
  ] as const)('a disk that cannot change %s', async (_, call, isWritten) => {
    const path = join(folder(), 'table.bin')
    fs.writeFileSync(path, 'old')
    if (!isWritten) fs.chmodSync(path, 0o666)
    const fail = async () => {
      throw Object.assign(new Error('no'), { code: 'EPERM', syscall: call })
    }
    const { open } = fs.promises
    replaceFiles({
      open: async (...args: Parameters<typeof open>) => Object.assign(await open(...args), { [call]: fail }),
    })
    const writing = writeFileAtomically(path, CHUNKS, { overwrite: true })
    if (isWritten) expect(await writing).toBe(WHOLE.length)
    else await expect(writing).rejects.toMatchObject({ code: 'IO', details: { reason: 'EPERM' } })
  })

  test('and a new file has the mode that the process gives', async () => {
    const place = folder()
    await writeFileAtomically(join(place, 'ours'), CHUNKS)
    fs.writeFileSync(join(place, 'theirs'), '')
    expect(modeOf(join(place, 'ours'))).toBe(modeOf(join(place, 'theirs')))
  })

  test('a symbolic link stays one, and the file that it leads to is written beside itself', async () => {
    const [place, elsewhere] = [folder(), folder()]
    const path = join(place, 'link.bin')
    fs.writeFileSync(join(elsewhere, 'table.bin'), 'old')
    fs.symlinkSync(join(elsewhere, 'table.bin'), join(place, 'second'))
    fs.symlinkSync('second', path)
    let beside: string[] = []
    const onBytes = () => {
      beside = fs.readdirSync(elsewhere)
    }
    await writeFileAtomically(path, [WHOLE], { overwrite: true, onBytes })
    expect(beside).toHaveLength(2)
    expect(fs.readlinkSync(path)).toBe('second')
    expect(Buffer.compare(fs.readFileSync(join(elsewhere, 'table.bin')), WHOLE)).toBe(0)
    expect(fs.readdirSync(place).sort()).toEqual(['link.bin', 'second'])
  })

  test.each([true, false])(
    'a symbolic link to a file that is not there yet (overwrite: %s)',
    async (overwrite) => {
      const [place, elsewhere] = [folder(), folder()]
      const path = join(place, 'link.bin')
      fs.symlinkSync(join(elsewhere, 'new.bin'), path)
      await writeFileAtomically(path, [WHOLE], { overwrite })
      expect(fs.readlinkSync(path)).toBe(join(elsewhere, 'new.bin'))
      expect(Buffer.compare(fs.readFileSync(join(elsewhere, 'new.bin')), WHOLE)).toBe(0)
    },
  )

  test('a link through a linked folder and back leads where the system follows it', async () => {
    const [place, elsewhere] = [folder(), folder()]
    fs.mkdirSync(join(elsewhere, 'inner'))
    fs.symlinkSync(join(elsewhere, 'inner'), join(place, 'inner'))
    fs.symlinkSync('inner/../new.bin', join(place, 'link.bin'))
    await writeFileAtomically(join(place, 'link.bin'), [WHOLE])
    expect(fs.readdirSync(place).sort()).toEqual(['inner', 'link.bin'])
    expect(Buffer.compare(fs.readFileSync(join(place, 'link.bin')), WHOLE)).toBe(0)
  })

  test('a link to itself through a folder that is missing is an error', async () => {
    const path = join(folder(), 'link.bin')
    fs.symlinkSync('missing/../link.bin', path)
    await expect(writeFileAtomically(path, [WHOLE])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('links that lead to each other are an error', async () => {
    const path = join(folder(), 'link.bin')
    fs.symlinkSync('link.bin', path)
    await expect(writeFileAtomically(path, [WHOLE], { overwrite: true })).rejects.toMatchObject({
      code: 'IO',
      details: { reason: 'ELOOP' },
    })
  })
})
