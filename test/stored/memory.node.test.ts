/** Which of the two indexes beside a table is used: the one whose codes fit the memory. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { writeIndex } from '../../src/stored/write-index.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { folder, json } from '../cli/command.ts'
import { rejection } from '../formats/files.ts'
import { makeQuery, makeTable } from '../oracle/tables.ts'
import { fileOf } from './both.ts'

const [SIZE, DIMENSION] = [4000, 32]
const MADE = makeTable(SIZE, DIMENSION, 'model', 3)
/** Codes, 12 bytes a row, and what all rows share. */
const SHARED = 4 * DIMENSION * 4 + 16
const INT8 = SIZE * (DIMENSION + 12) + SHARED
const INT4 = SIZE * (DIMENSION / 2 + 12) + SHARED

afterEach(() => vi.restoreAllMocks())

async function written(...codes: ('int8' | 'int4')[]): Promise<string> {
  const path = join(folder(), 'rows.safetensors')
  writeFileSync(path, fileOf(MADE))
  const names = { int8: `${path}.index.safetensors`, int4: `${path}.int4.index.safetensors` }
  for (const each of codes) await writeFileAtomically(names[each], writeIndex(path, { codes: each }))
  return path
}

/** Bytes of the index that a first search reads, and whether its answer is the table's. */
async function searched(path: string, memory?: number | 'auto'): Promise<{ read: number; isRight: boolean }> {
  using table = await EmbeddingTable.from(MADE.flat, { dimension: DIMENSION })
  await using stored = await viewTable(path, { memory })
  let read = 0
  await stored.loadIndex({
    onProgress: ({ done }) => {
      read = done
    },
  })
  const query = makeQuery(DIMENSION, 'model', 1)
  const [actual, expected] = [await stored.nearest(query), table.nearest(query)]
  return { read, isRight: `${actual.ids}` === `${expected.ids}` && `${actual.dots}` === `${expected.dots}` }
}

test('the one of 8 bits where its codes fit, else the one of 4', async () => {
  const path = await written('int8', 'int4')
  expect(await searched(path, INT8)).toEqual({ read: INT8, isRight: true })
  expect(await searched(path, INT8 - 1)).toEqual({ read: INT4, isRight: true })
  expect(await searched(path, INT4)).toEqual({ read: INT4, isRight: true })
  expect(await searched(path)).toEqual({ read: INT8, isRight: true })
})

test('by default, a half of what is available', async () => {
  const path = await written('int8', 'int4')
  vi.spyOn(process, 'availableMemory').mockReturnValue(2 * INT8 - 1)
  expect(await searched(path)).toEqual({ read: INT4, isRight: true })
  expect(await searched(path, 'auto')).toEqual({ read: INT4, isRight: true })
  // if neither fits, what there is
  vi.spyOn(process, 'availableMemory').mockReturnValue(1)
  rmSync(`${path}.int4.index.safetensors`)
  expect(await searched(path)).toEqual({ read: INT8, isRight: true })
})

test('the only one there is, unless the caller allows less', async () => {
  const small = await written('int4')
  expect(await searched(small)).toEqual({ read: INT4, isRight: true })
  await using tight = await viewTable(small, { memory: INT4 - 1 })
  expect(await rejection(tight.nearest(3))).toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: expect.stringMatching(
      /codes of 4 bits take \d+ bytes of memory, and \d+ are allowed\. Allow more/,
    ),
    details: { byteLength: INT4 },
  })
  await using large = await viewTable(await written('int8'), { memory: INT8 - 1 })
  expect(await rejection(large.nearest(3))).toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: expect.stringContaining(`Codes of 4 bits take ${INT4}: npx rowspace index --codes int4.`),
  })
})

test.each([0, -1, Number.NaN, '1GB', null])('memory of %j is no number of bytes', async (memory) => {
  expect(await rejection(viewTable(fileOf(MADE), { memory: memory as number }))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/memory must be 'auto' or a number of bytes > 0/),
  })
})

test('the command writes each to its own place', async () => {
  const path = await written()
  expect(json('index', path).out).toBe(`${path}.index.safetensors`)
  expect(json('index', path, '--codes', 'int4').out).toBe(`${path}.int4.index.safetensors`)
  expect(await searched(path, INT4)).toEqual({ read: INT4, isRight: true })
}, 30_000)
