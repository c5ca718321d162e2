/** The file of an index: stopped, it is gone on with; whatever fails, nothing half-written is taken for whole. */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { type IndexOptions, writeIndex } from '../../src/stored/write-index.ts'
import { type IndexFileOptions, writeIndexFile } from '../../src/stored/write-index-file.ts'
import { folder, lastingFolder } from '../cli/command.ts'
import { rejection } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import { replaceFiles, tellingHandle } from '../sources/replace-files.ts'
import { fileOf, indexOf } from './both.ts'

/** Six blocks, the last of them short. */
const BLOCK_ROWS = 4096
const MADE = makeTable(5 * BLOCK_ROWS + 1000, 256, 'grid', 6)
const FILE = fileOf(MADE)
const INDEX = await indexOf(FILE)
/** Where the first tensor begins: its rows, and the codes of an index. */
const dataOf = ({ buffer, byteOffset }: Uint8Array) =>
  8 + Number(new DataView(buffer, byteOffset).getBigUint64(0, true))
const ROWS_AT = dataOf(FILE)
const lasting = lastingFolder()
const ROWS = join(lasting.path, 'rows.safetensors')
fs.writeFileSync(ROWS, FILE)

afterAll(lasting.remove)
afterEach(() => vi.restoreAllMocks())

const newPath = () => join(folder(), 'rows.index')
const namesIn = (path: string) => fs.readdirSync(join(path, '..')).sort()
const isIndex = (path: string, bytes = INDEX) => Buffer.compare(fs.readFileSync(path), bytes) === 0

/** Stops the writing of an index when so many rows were indexed. */
async function stopAfter(rows: number, path: string, options: IndexFileOptions = {}, source = ROWS) {
  const controller = new AbortController()
  const onProgress = ({ done }: { done: number }) => done >= rows && controller.abort(new Error('enough'))
  const stopped = writeIndexFile(source, path, { ...options, signal: controller.signal, onProgress })
  await expect(stopped).rejects.toThrow('enough')
}

test('written at once, it has the bytes of writeIndex, and nothing lies beside it', async () => {
  for (const codes of ['int8', 'int4'] as const) {
    const path = newPath()
    const expected = await indexOf(FILE, { codes })
    expect(await writeIndexFile(ROWS, path, { codes })).toEqual({ bytes: expected.length, rowsKept: 0 })
    expect(isIndex(path, expected)).toBe(true)
    expect(namesIn(path)).toEqual(['rows.index'])
  }
})

test.each([1, 2, 5, 6])('stopped after %i blocks, it is gone on with', async (blocks) => {
  for (const codes of ['int8', 'int4'] as const) {
    const path = newPath()
    await stopAfter(Math.min(blocks * BLOCK_ROWS, MADE.size), path, { codes })
    expect(namesIn(path)).toEqual(['rows.index.partial'])
    const seen: number[] = []
    const rowsKept = Math.min(blocks * BLOCK_ROWS, MADE.size)
    const onProgress = ({ done }: { done: number }) => seen.push(done)
    expect(await writeIndexFile(ROWS, path, { codes, onProgress })).toMatchObject({ rowsKept })
    expect(isIndex(path, await indexOf(FILE, { codes }))).toBe(true)
    expect(namesIn(path)).toEqual(['rows.index'])
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.length).toBe(6)
  }
})

test('it is stopped again and again, and no block is encoded twice', async () => {
  const path = newPath()
  for (let blocks = 1; blocks < 6; blocks++) await stopAfter(blocks * BLOCK_ROWS, path)
  const reads: number[] = []
  const source: ByteSource = {
    ...bytesSource(FILE, ROWS),
    read: async (start, end) => {
      reads.push(end - start)
      return FILE.slice(start, end)
    },
  }
  expect(await writeIndexFile(source, path)).toMatchObject({ rowsKept: 5 * BLOCK_ROWS })
  expect(isIndex(path)).toBe(true)
  // the header, 32 rows, 64 runs of 32 for the means, and the last block
  expect(Math.max(...reads)).toBe(1000 * 256 * 4)
})

describe('what is left of other work is not taken up:', () => {
  const takenUp = async (path: string, source: string | Uint8Array = ROWS, options: IndexOptions = {}) => {
    const { rowsKept } = await writeIndexFile(source, path, options)
    expect(isIndex(path, await indexOf(source, options))).toBe(true)
    expect(namesIn(path)).toEqual(['rows.index'])
    return rowsKept
  }
  /** The partial file of three blocks, changed by `change`. */
  const changed = async (change: (partial: string) => void) => {
    const path = newPath()
    await stopAfter(3 * BLOCK_ROWS, path)
    change(`${path}.partial`)
    return takenUp(path)
  }
  const flipped = (at: number) =>
    changed((partial) => {
      const bytes = fs.readFileSync(partial)
      bytes[at]! ^= 4
      fs.writeFileSync(partial, bytes)
    })

  test('other codes, fewer rows', async () => {
    for (const options of [{ codes: 'int4' }, { limit: MADE.size - 1 }] as const) {
      const path = newPath()
      await stopAfter(3 * BLOCK_ROWS, path)
      expect(await takenUp(path, ROWS, options)).toBe(0)
    }
  })

  test('other rows of the same shape, and rows that changed since', async () => {
    const rows = join(folder(), 'rows.safetensors')
    fs.writeFileSync(rows, FILE)
    const path = newPath()
    await stopAfter(3 * BLOCK_ROWS, path, {}, rows)
    expect(await takenUp(path)).toBe(0)
    fs.rmSync(path)
    await stopAfter(3 * BLOCK_ROWS, path, {}, rows)
    // one number, of none of the rows that are sampled
    const bytes = FILE.slice()
    bytes[ROWS_AT + 4 * 256 * 999]! ^= 1
    fs.writeFileSync(rows, bytes)
    fs.utimesSync(rows, 1, 1)
    expect(await takenUp(path, rows)).toBe(0)
  })

  test('rubbish, a file that is empty, and one that is cut short', async () => {
    expect(await changed((partial) => fs.writeFileSync(partial, 'rubbish'))).toBe(0)
    expect(await changed((partial) => fs.truncateSync(partial, 0))).toBe(0)
    expect(await changed((partial) => fs.truncateSync(partial, 1 << 20))).toBe(0)
    // the frame of the third block ends there
    const cut = (partial: string) => fs.truncateSync(partial, fs.statSync(partial).size - 1)
    expect(await changed(cut)).toBe(2 * BLOCK_ROWS)
  })

  test('a bit flipped: the blocks before it are taken', async () => {
    const codesAt = dataOf(INDEX)
    const frame = BLOCK_ROWS * 12 + 4 * 256 * 4 + 16 + 16
    const inBlock = (block: number) => [
      codesAt + block * BLOCK_ROWS * 256,
      codesAt + (block + 1) * BLOCK_ROWS * 256 - 6000,
      INDEX.length + block * frame,
      INDEX.length + block * frame + BLOCK_ROWS * 12 + 1,
      INDEX.length + (block + 1) * frame - 1,
    ]
    for (const block of [0, 1, 2]) {
      for (const at of inBlock(block)) expect(await flipped(at), `byte ${at}`).toBe(block * BLOCK_ROWS)
    }
    // of what is behind the codes nothing was written, and the header is written again
    expect(await flipped(20)).toBe(3 * BLOCK_ROWS)
    expect(await flipped(INDEX.length - 20)).toBe(3 * BLOCK_ROWS)
  }, 60_000)

  test('a file that another name leads to, and a link to another file', async () => {
    const path = newPath()
    await writeIndexFile(ROWS, path)
    fs.linkSync(path, `${path}.partial`)
    await stopAfter(BLOCK_ROWS, path, { overwrite: true, codes: 'int4' })
    expect(isIndex(path)).toBe(true)
    fs.rmSync(`${path}.partial`)
    const precious = join(folder(), 'precious')
    fs.writeFileSync(precious, 'precious')
    fs.symlinkSync(precious, `${path}.partial`)
    const error = await rejection(writeIndexFile(ROWS, path, { overwrite: true }))
    expect(error).toMatchObject({ code: 'IO', message: expect.stringMatching(/is not a file.*Remove it/) })
    expect(fs.readFileSync(precious, 'utf8')).toBe('precious')
    expect(namesIn(path)).toEqual(['rows.index', 'rows.index.partial'])
  })
})

test('an index that is there stays until the new one is whole', async () => {
  const path = newPath()
  await writeIndexFile(ROWS, path, { codes: 'int4' })
  expect(await rejection(writeIndexFile(ROWS, path))).toMatchObject({ code: 'EXISTS' })
  await stopAfter(BLOCK_ROWS, path, { overwrite: true })
  await using stored = await viewTable(ROWS, { index: path })
  expect((await stored.nearest(3)).length).toBe(10)
  expect(await writeIndexFile(ROWS, path, { overwrite: true })).toMatchObject({ rowsKept: BLOCK_ROWS })
  expect(isIndex(path)).toBe(true)
})

test('a row that is not finite: nothing is left, for other rows are needed', async () => {
  const rows = FILE.slice()
  rows.set([0, 0, 192, 127], ROWS_AT + 4 * 256 * 9000)
  const path = newPath()
  const source: ByteSource = bytesSource(rows, 'bytes')
  const error = await rejection(writeIndexFile(source, path))
  expect(error).toMatchObject({ code: 'NON_FINITE', details: { row: 9000 } })
  expect(namesIn(path)).toEqual([])
})

test('reads that fail are gone on from, whichever they are', async () => {
  const path = newPath()
  const total = await readsOf(path, Number.POSITIVE_INFINITY)
  expect(total).toBeGreaterThan(60)
  for (let failing = 1; failing <= total; failing += failing < total - 8 ? 7 : 1) {
    fs.rmSync(path, { force: true })
    await readsOf(path, failing)
  }
  expect(isIndex(path)).toBe(true)
})

/** Writes an index whose n-th read fails, and goes on with it. Returns the reads that the first took. */
async function readsOf(path: string, failing: number): Promise<number> {
  let reads = 0
  const source: ByteSource = {
    ...bytesSource(FILE, 'rows'),
    read: async (start, end) => {
      if (++reads === failing) throw new Error(`read ${failing} failed`)
      return FILE.slice(start, end)
    },
  }
  const first = writeIndexFile(source, path)
  if (failing === Number.POSITIVE_INFINITY) {
    await first
    return reads
  }
  await expect(first).rejects.toThrow(`read ${failing} failed`)
  const done = reads
  expect(fs.existsSync(path)).toBe(false)
  await writeIndexFile(bytesSource(FILE, 'rows'), path)
  expect(isIndex(path)).toBe(true)
  expect(namesIn(path)).toEqual(['rows.index'])
  return done
}

test('two at once: the second is told who writes, and the first is not disturbed', async () => {
  const path = newPath()
  let second: unknown
  const onProgress = ({ done }: { done: number }) => {
    if (done === 2 * BLOCK_ROWS) second = rejection(writeIndexFile(ROWS, path))
  }
  await writeIndexFile(ROWS, path, { onProgress })
  expect(await second).toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining(`is being written by process ${process.pid}`),
  })
  expect(isIndex(path)).toBe(true)
  expect(namesIn(path)).toEqual(['rows.index'])
})

describe('a full disk', () => {
  /** Makes the nth call that may meet a full disk fail. Returns how many there were. */
  function failAt(nth: number): () => number {
    let calls = 0
    const fail = (name: string) => {
      if (calls++ === nth) throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: name })
    }
    const wrapped = (handle: fs.promises.FileHandle) =>
      tellingHandle(handle, ['write', 'truncate', 'sync'], fail)
    const rename = async (from: string, to: string) => {
      fail('rename')
      await fs.promises.rename(from, to)
    }
    const open = async (path: string, flags: string, mode?: number) => {
      if (flags !== 'r') fail('open')
      const handle = await fs.promises.open(path, flags, mode)
      return flags === 'r' ? handle : wrapped(handle)
    }
    replaceFiles({ open, rename })
    return () => calls
  }

  test('at any write leaves the old index, and nothing beside it', async () => {
    const path = newPath()
    await writeFileAtomically(path, writeIndex(ROWS, { codes: 'int4' }))
    const old = fs.readFileSync(path)
    let failures = 0
    for (let nth = 0; ; nth += 3) {
      const calls = failAt(nth)
      const error = await rejectionOrNot(writeIndexFile(ROWS, path, { overwrite: true }))
      vi.restoreAllMocks()
      if (calls() <= nth) break
      if (error === undefined) continue
      failures++
      expect(error).toMatchObject({
        code: 'IO',
        message: expect.stringMatching(/the disk is full/),
        details: { reason: 'ENOSPC' },
      })
      expect(namesIn(path)).toEqual(['rows.index'])
      expect(isIndex(path, old)).toBe(true)
    }
    expect(failures).toBeGreaterThan(15)
    expect(isIndex(path)).toBe(true)
  }, 60_000)

  const rejectionOrNot = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )
})
