/** Indexes and rows that are not what they should be, reads that fail, and questions that are stopped. */
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { join, rejection } from '../formats/files.ts'
import { METRICS, makeTable } from '../oracle/tables.ts'
import { bothOf, expectSame, fileOf, indexOf } from './both.ts'

const MADE = makeTable(600, 24, 'plain', 6)
const FILE = fileOf(MADE)
const INDEX = await indexOf(FILE)

/** What a question by this index is rejected with. */
async function errorBy(index: Uint8Array, file = FILE) {
  await using stored = await viewTable(file, { index })
  return await rejection(stored.nearest(3))
}

test('a table without an index names it and says how to make one', async () => {
  await using stored = await viewTable({ ...bytesSource(FILE), name: 'folder/rows.safetensors' })
  expect(await rejection(stored.nearest(3))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(
      /no index beside it \(rows\.safetensors\.index\.safetensors\).*rowspace index/,
    ),
  })
})

test('a bit flipped anywhere in an index is found, or changes no answer', async () => {
  const { table } = await bothOf(MADE)
  const expected = table.nearest(3)
  const codes = new Map<string, number>()
  for (let at = 0; at < INDEX.length; at += Math.max(1, Math.floor(at < 1200 ? 1 : INDEX.length / 300))) {
    const damaged = INDEX.slice()
    damaged[at]! ^= 1 << (at % 8)
    await using stored = await viewTable(FILE, { index: damaged })
    try {
      expectSame(await stored.nearest(3), expected)
    } catch (error) {
      const { code } = error as { code?: string }
      expect(['INVALID_FORMAT', 'TRUNCATED', 'CHANGED', 'UNSUPPORTED', 'CHECKSUM_MISMATCH']).toContain(code)
      codes.set(code!, (codes.get(code!) ?? 0) + 1)
    }
  }
  // every byte behind the header has a checksum
  expect(codes.get('CHECKSUM_MISMATCH')).toBeGreaterThan(250)
}, 60_000)

test.each([0, 7, 100, INDEX.length - 1])('an index cut to %i bytes', async (length) => {
  expect(['INVALID_FORMAT', 'TRUNCATED']).toContain((await errorBy(INDEX.slice(0, length))).code)
})

test('an index of another table, and an index of rows that changed since', async () => {
  const other = await indexOf(fileOf(makeTable(601, 24, 'plain', 6)))
  expect(await errorBy(other)).toMatchObject({
    code: 'CHANGED',
    message: expect.stringMatching(/their shape was 601 x 24, and is 600 x 24. Make the index again/),
  })
  const same = await indexOf(fileOf(makeTable(600, 24, 'plain', 7)))
  expect(await errorBy(same)).toMatchObject({ code: 'CHANGED', message: expect.stringMatching(/checksum/) })
})

test('a row that changed since the index was made is noticed when it is read', async () => {
  const rows = MADE.flat.slice()
  // not one of the rows that are looked at when the index is read
  rows[3 * 24]! += 1
  const changed = fileOf({ ...MADE, flat: rows })
  await using stored = await viewTable(changed, { index: INDEX })
  expect(await rejection(stored.nearest(3, { includeInputs: true }))).toMatchObject({
    code: 'CHANGED',
    details: { row: 3 },
  })
})

test.each(METRICS)('a row that changed and has its old norm is noticed by its %s', async (metric) => {
  const [d, rows] = [24, MADE.flat.slice()]
  const row = rows.subarray(9 * d, 10 * d)
  row.set(row.map((value) => -value))
  const changed = fileOf({ ...MADE, flat: rows })
  await using stored = await viewTable(changed, { index: INDEX })
  // the old row is the nearest to itself by its codes
  const query = MADE.rows[9]!
  expect(await rejection(stored.nearest(query, { metric, k: 3 }))).toMatchObject({
    code: 'CHANGED',
    details: { row: 9 },
  })
})

test('a part of a model that changed is noticed, though the list of its parts did not', async () => {
  const map = { embeddings: 'part.safetensors', tokens: 'part.safetensors' }
  const list = new TextEncoder().encode(JSON.stringify({ weight_map: map }))
  const modelOf = (part: Uint8Array): ByteSource => ({
    ...bytesSource(list, 'model.safetensors.index.json'),
    version: '"1"',
    sibling: async (name) => bytesSource(part, name),
  })
  const index = await indexOf(modelOf(FILE))
  await using same = await viewTable(modelOf(FILE), { index })
  expect((await same.nearest(3)).length).toBe(10)
  await using other = await viewTable(modelOf(fileOf(makeTable(600, 24, 'plain', 7))), { index })
  expect(await rejection(other.nearest(3))).toMatchObject({ code: 'CHANGED' })
})

test('of one file with an ETag, no row is read to know it', async () => {
  let reads = 0
  const source: ByteSource = {
    ...watched(() => reads++),
    version: '"1"',
  }
  const index = await indexOf(source)
  await using stored = await viewTable(source, { index })
  reads = 0
  await stored.loadIndex()
  expect(reads).toBe(0)
})

test('an index of a later layout, and files that are none', async () => {
  const text = new TextDecoder('latin1').decode(INDEX)
  const at = text.indexOf('layout')
  const later = INDEX.slice()
  later[text.indexOf(':1', at) + 1] = '9'.charCodeAt(0)
  expect(await errorBy(later)).toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/layout 9/),
  })
  expect(await errorBy(FILE)).toMatchObject({
    code: 'INVALID_FORMAT',
    message: expect.stringMatching(/not an index of rowspace/),
  })
})

/** A source whose `failing`-th read from now on fails, or is handed to `onRead`. */
function watched(onRead: (read: number) => void): ByteSource & { reads: number } {
  const inner = bytesSource(FILE)
  return {
    ...inner,
    name: 'watched',
    size: FILE.length,
    reads: 0,
    read(start, end, options) {
      onRead(++this.reads)
      return inner.read(start, end, options)
    },
  }
}

describe('reads', () => {
  test('whichever of them fails, the question does, and the next is answered', async () => {
    const { table } = await bothOf(MADE)
    let failing = Number.POSITIVE_INFINITY
    const source = watched((read) => {
      if (read === failing) throw new Error(`read ${read} failed`)
    })
    await using stored = await viewTable(source, { index: INDEX, cacheBytes: 0 })
    await stored.loadIndex()
    await stored.vocabulary()
    const before = source.reads
    await stored.nearest(5)
    const reads = source.reads - before
    expect(reads).toBeGreaterThan(10)
    for (let each = 1; each <= reads; each++) {
      failing = source.reads + each
      await expect(stored.nearest(5)).rejects.toThrow(`read ${failing} failed`)
      failing = Number.POSITIVE_INFINITY
      expectSame(await stored.nearest(5), table.nearest(5))
    }
  })

  test('an abort between two rounds, and a table that is closed during a question', async () => {
    const { table } = await bothOf(MADE)
    const controller = new AbortController()
    let stop: (() => void) | undefined
    const source = watched(() => stop?.())
    const stored = await viewTable(source, { index: INDEX, cacheBytes: 0 })
    await stored.nearest(5)
    const before = source.reads
    stop = () => {
      if (source.reads === before + 12) controller.abort(new Error('enough'))
    }
    await expect(stored.nearest(5, { signal: controller.signal })).rejects.toThrow('enough')
    stop = undefined
    expectSame(await stored.nearest(5), table.nearest(5))
    const answer = stored.nearest(7)
    await stored.close()
    expect(await rejection(answer)).toMatchObject({ code: 'DISPOSED' })
  })
})

test('chunks of an index are stopped by a signal, and leave the file open for others', async () => {
  const controller = new AbortController()
  const chunks = []
  const { writeIndex } = await import('../../src/stored/write-index.ts')
  const stopped = async () => {
    for await (const chunk of writeIndex(FILE, { signal: controller.signal })) {
      chunks.push(chunk)
      controller.abort(new Error('enough'))
    }
  }
  await expect(stopped()).rejects.toThrow('enough')
  expect(chunks.length).toBeGreaterThan(0)
  expect(join([INDEX]).length).toBe(INDEX.length)
})
