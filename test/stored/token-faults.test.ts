/** Tokens of an index that are damaged, reads of them that fail or are stopped, and the file that they are in. */
import { expect, test } from 'vitest'
import { readSafetensorsHeader } from '../../src/formats/safetensors/header.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import type { StoredTable } from '../../src/stored/stored-table.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { rejection } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import { indexOf } from './both.ts'
import { countingTokens, namedFile, TOKEN_TENSORS } from './named-files.ts'

const SIZE = 60
const { flat } = makeTable(SIZE, 4, 'plain', 8)
/** Every fifth is one that came before. */
const TOKENS = Array.from({ length: SIZE }, (_, id) => (id % 5 === 4 ? `name ${id - 4}` : `name ${id}`))
const FILE = namedFile(flat, 4, TOKENS)
const INDEX = await indexOf(FILE)

/** All that can be asked about names. */
async function namesOf(stored: StoredTable) {
  const ids = await Promise.all(TOKENS.map((token) => stored.id(token)))
  const tokens = (await stored.scores(0, [...TOKENS.keys()])).toArray().map(({ token }) => token)
  return { ids, tokens }
}

const EXPECTED = { ids: TOKENS.map((token) => TOKENS.indexOf(token)), tokens: TOKENS }

test('a bit flipped anywhere in the tokens is found', async () => {
  const { tensors } = await readSafetensorsHeader(bytesSource(INDEX))
  for (const name of TOKEN_TENSORS) {
    const { start, end } = tensors.get(name)!
    expect(end).toBeGreaterThan(start)
    for (let at = start; at < end; at += 3) {
      const damaged = INDEX.slice()
      damaged[at]! ^= 1 << (at % 8)
      await using stored = await viewTable(FILE, { index: damaged })
      expect(await rejection(namesOf(stored))).toMatchObject({
        code: 'CHECKSUM_MISMATCH',
        message: expect.stringContaining(`"${name}" is damaged`),
      })
    }
  }
})

test('a bit flipped in the header is found, or changes no name', async () => {
  const { headerBytes } = await readSafetensorsHeader(bytesSource(INDEX))
  for (let at = 0; at < headerBytes; at += 2) {
    const damaged = INDEX.slice()
    damaged[at]! ^= 1 << (at % 8)
    await using stored = await viewTable(FILE, { index: damaged })
    try {
      expect(await namesOf(stored)).toEqual(EXPECTED)
    } catch (error) {
      expect(error).toMatchObject({ code: 'CHECKSUM_MISMATCH' })
    }
  }
})

test('chunks that changed places are found', async () => {
  const { tensors } = await readSafetensorsHeader(bytesSource(INDEX))
  const { start } = tensors.get('token_bytes')!
  // blocks of the same length
  const length = new DataView(INDEX.buffer, tensors.get('token_blocks')!.start)
  const [second, third] = [length.getUint32(8, true), length.getUint32(12, true)]
  const swapped = INDEX.slice()
  swapped.copyWithin(start + second, start + third, start + 2 * third - second)
  await using stored = await viewTable(FILE, { index: swapped })
  expect(await rejection(namesOf(stored))).toMatchObject({ code: 'CHECKSUM_MISMATCH' })
})

/** A source whose reads are counted, and handed to `onRead` first. */
function watched(bytes: Uint8Array, onRead: (read: number, signal?: AbortSignal) => Promise<void> | void) {
  const inner = bytesSource(bytes)
  const seen = { reads: 0, closed: 0 }
  const source: ByteSource = {
    name: 'watched',
    size: bytes.length,
    async read(start, end, options) {
      await onRead(++seen.reads, options?.signal)
      return inner.read(start, end, options)
    },
    async close() {
      seen.closed++
    },
  }
  return { source, seen }
}

test('whichever read of the index fails, the question does, and the next is answered', async () => {
  const { source: file, read } = await countingTokens(FILE)
  let failing = Number.POSITIVE_INFINITY
  const { source, seen } = watched(INDEX, (each) => {
    if (each === failing) throw new Error(`read ${each} failed`)
  })
  const ask = async (stored: StoredTable) => {
    const answer = await stored.nearest('name 7', { k: SIZE, exclude: ['name 8'] })
    return answer.toArray()
  }
  await using whole = await viewTable(file, { index: source })
  const expected = await ask(whole)
  const reads = seen.reads
  expect(reads).toBeGreaterThan(10)
  for (let each = 1; each <= reads; each++) {
    await using stored = await viewTable(file, { index: source })
    failing = seen.reads + each
    const first = await ask(stored).catch((error: Error) => error.message)
    // where the index cannot be opened, names are those of the file
    if (first !== `read ${failing} failed`) expect(first).toEqual(expected)
    failing = Number.POSITIVE_INFINITY
    expect(await ask(stored)).toEqual(expected)
  }
  expect(read.bytes).toBeGreaterThan(0)
})

test('a question that is stopped while tokens are read, and another that is not', async () => {
  let hold: Promise<void> | undefined
  const { source } = watched(INDEX, async (_, signal) => {
    if (hold === undefined) return
    await Promise.race([
      hold,
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    ])
  })
  await using stored = await viewTable(FILE, { index: source })
  await stored.loadIndex()
  let letGo = () => {}
  hold = new Promise((resolve) => {
    letGo = resolve
  })
  const controller = new AbortController()
  const stopped = [
    stored.id('name 3', { signal: controller.signal }),
    stored.nearest('name 3', { signal: controller.signal }),
    stored.token(3, { signal: controller.signal }),
  ].map((answer) => expect(answer).rejects.toThrow('enough'))
  const other = stored.id('name 3')
  controller.abort(new Error('enough'))
  await Promise.all(stopped)
  letGo()
  hold = undefined
  expect(await other).toBe(3)
  expect(await stored.token(3)).toBe('name 3')
})

test('a table that is closed while tokens are read answers no more', async () => {
  let [begun, letGo] = [() => {}, () => {}]
  const started = new Promise<void>((resolve) => {
    begun = resolve
  })
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const { source } = watched(INDEX, (_, signal) => {
    begun()
    return Promise.race([
      held,
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    ])
  })
  const stored = await viewTable(FILE, { index: source })
  const answer = rejection(stored.id('name 3'))
  await started
  await stored.close()
  expect(await answer).toMatchObject({ code: 'DISPOSED' })
  letGo()
  expect(await rejection(stored.token(3))).toMatchObject({ code: 'DISPOSED' })
})

test('a read that fails because the table was closed says so', async () => {
  let closed: (() => void) | undefined
  let isHeld = false
  const { source } = watched(INDEX, () => {
    if (!isHeld) return
    return new Promise((_, reject) => {
      closed = () => reject(new Error('read from a closed file'))
    })
  })
  const stored = await viewTable(FILE, { index: source })
  await stored.id('name 3')
  isHeld = true
  const answer = rejection(stored.token(50))
  await expect.poll(() => closed).toBeDefined()
  await stored.close()
  closed?.()
  expect(await answer).toMatchObject({ code: 'DISPOSED' })
})

test('the index beside a file is closed with its table, once; one that the caller gave is left open', async () => {
  const beside = watched(INDEX, () => {})
  const file: ByteSource = { ...bytesSource(FILE), sibling: async () => beside.source }
  const stored = await viewTable(file)
  expect(await namesOf(stored)).toEqual(EXPECTED)
  await stored.nearest('name 3')
  expect(beside.seen.closed).toBe(0)
  await stored.close()
  await stored.close()
  expect(beside.seen.closed).toBe(1)
  const given = watched(INDEX, () => {})
  const other = await viewTable(FILE, { index: given.source })
  await other.nearest('name 3')
  await other.close()
  expect(given.seen.closed).toBe(0)
  const wrong = watched(await indexOf(namedFile(flat.slice(4), 4, TOKENS.slice(1))), () => {})
  const third = await viewTable({ ...file, sibling: async () => wrong.source })
  expect(await rejection(third.nearest('name 3'))).toMatchObject({ code: 'CHANGED' })
  // each time that it was opened
  expect(wrong.seen.closed).toBe(2)
  await third.close()
})
