/** Rows read where they lie, by every kind of source: as a table in memory has them, and no bytes besides. */
import { expect, test } from 'vitest'
import { encodeSafetensors, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { StoredTable } from '../../src/stored/stored-table.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { base64Of, join, rejection } from '../formats/files.ts'
import { HEAD_BYTES, hubWith, oneModel, SAFETENSORS, SMALL, sum } from '../hub/models.ts'
import { makeTable } from '../oracle/tables.ts'
import { served } from '../servers/faults.ts'

const [SIZE, DIMENSION] = [1000, 48]
const { flat } = makeTable(SIZE, DIMENSION, 'plain', 3)
const tokens = Array.from({ length: SIZE }, (_, id) => `token ${id}`)
const FILE = join(writeSafetensors(writableRows(flat, DIMENSION, tokens)))

/** What a table in memory and a stored one answer alike. */
async function expectSame(stored: StoredTable, table: EmbeddingTable): Promise<void> {
  expect([stored.size, stored.dimension]).toEqual([table.size, table.dimension])
  const last = table.size - 1
  expect(await stored.row(last)).toEqual(table.row(last))
  const ids = [5, 0, last, 5, 6, 7]
  expect(await stored.gather(ids)).toEqual(table.gather(ids))
  expect(await stored.similarity(5, last)).toBe(table.similarity(5, last))
  expect((await stored.scores(5, ids)).toArray()).toEqual(table.scores(5, ids).toArray())
}

test('bytes, a Blob, a source of one’s own and a URL', async () => {
  using table = await openTable(FILE)
  const { url } = await served({ size: FILE.length, content: base64Of(FILE) })
  for (const source of [FILE, new Blob([FILE as BlobPart]), bytesSource(FILE), new URL(url)]) {
    await using stored = await viewTable(source)
    await expectSame(stored, table)
    expect(await stored.similarity('token 4', [...table.row(9)])).toBe(table.similarity(4, table.row(9)))
    expect((await stored.scores(table.row(2), ['token 7'])).toArray()).toEqual(
      table.scores(table.row(2), [7]).toArray(),
    )
    expect(await stored.id('token 77')).toBe(77)
    expect(await stored.token(77)).toBe('token 77')
    const sum = { positive: ['token 1', ['token 2', 0.5]], negative: [3] } as const
    expect(await stored.combine(sum, { normalize: true })).toEqual(table.combine(sum, { normalize: true }))
    expect(await stored.randomIds(20, { seed: 7, exclude: ['token 3', 4] })).toEqual(
      table.randomIds(20, { seed: 7, exclude: [3, 4] }),
    )
  }
})

test.each(['bf16', 'f16', 'int8'] as const)('rows of %s', async (dtype) => {
  const bytes = join(writeSafetensors(writableRows(flat, DIMENSION), { dtype }))
  using table = await openTable(bytes)
  await using stored = await viewTable(bytes)
  await expectSame(stored, table)
  expect(stored.dtype).toBe(dtype)
})

test('a few rows of a model on the hub cost its header and those rows', async () => {
  const { open, log, hub } = await hubWith(oneModel)
  const bytesOf = async () => sum((await log()).filter(({ path }) => path.endsWith(SAFETENSORS)))
  await using stored = await viewTable('hf:openai/small', { hub })
  const before = await bytesOf()
  expect(before).toBe(HEAD_BYTES)
  await stored.gather([2_000, 17, 2_001, 2_999])
  expect((await bytesOf()) - before).toBe(4 * SMALL.dimension * 4)
  expect(stored.traffic.requests).toBe(3)
  // what was read lately is held
  await stored.row(2_000)
  expect(stored.traffic.requests).toBe(3)
  using table = await open()
  await expectSame(stored, table)
})

test('the cache holds the rows that were read last, and no more than its bytes', async () => {
  await using stored = await viewTable(FILE, { cacheBytes: 2 * DIMENSION * 4 })
  const reads = async (ids: number[]) => {
    const before = stored.traffic.requests
    await stored.gather(ids)
    return stored.traffic.requests - before
  }
  expect([await reads([1]), await reads([5]), await reads([1]), await reads([9])]).toEqual([1, 1, 0, 1])
  // 5 was the oldest
  expect([await reads([1]), await reads([9]), await reads([5])]).toEqual([0, 0, 1])
})

test('what cannot be viewed or found says so', async () => {
  const text = new TextEncoder().encode('king 1 2\nqueen 3 4\n')
  expect(await rejection(viewTable(text))).toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/rows of glove-text have no fixed places.*rowspace pack/),
  })
  expect(await rejection(viewTable(FILE, { tokens: ['one'] }))).toMatchObject({ code: 'LENGTH_MISMATCH' })
  const bare = join(writeSafetensors(writableRows(flat, DIMENSION)))
  await using unnamed = await viewTable(bare)
  expect(await rejection(unnamed.row('king'))).toMatchObject({ code: 'NO_TOKENS' })
  expect(await unnamed.token(3)).toBeUndefined()
  await using stored = await viewTable(FILE)
  expect(await rejection(stored.row('tokem 3'))).toMatchObject({ code: 'UNKNOWN_TOKEN' })
  expect(await rejection(stored.row(SIZE))).toMatchObject({ code: 'ID_OUT_OF_RANGE' })
  expect(await rejection(stored.row({} as number))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(await rejection(stored.scores([1, 2], [0]))).toMatchObject({ code: 'DIMENSION_MISMATCH' })
})

test('tokens may be those of all rows where the first are viewed', async () => {
  for (const names of [tokens, tokens.slice(0, 9)]) {
    await using stored = await viewTable(FILE, { limit: 9, tokens: names })
    expect(await stored.id('token 8')).toBe(8)
    expect((await rejection(stored.row('token 9'))).code).toBe('UNKNOWN_TOKEN')
  }
})

test('a row that is not finite names itself when it is read', async () => {
  const bytes = new Uint8Array(Float32Array.of(1, 2, 3, Number.NaN).buffer)
  const file = join(encodeSafetensors([{ name: 'embeddings', dtype: 'F32', shape: [2, 2], bytes }]))
  await using stored = await viewTable(file)
  expect([...(await stored.row(0))]).toEqual([1, 2])
  expect(await rejection(stored.row(1))).toMatchObject({
    code: 'NON_FINITE',
    message: 'bytes: row 1 has NaN in column 1: every number must be finite.',
    details: { row: 1, column: 1 },
  })
})

test('a signal stops a read, and a closed table answers no more', async () => {
  const stored = await viewTable(FILE)
  const reason = new Error('enough')
  await expect(stored.row(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  await stored.close()
  await stored.close()
  expect(await rejection(stored.row(1))).toMatchObject({ code: 'DISPOSED' })
  expect(await rejection(stored.similarity([1], [1]))).toMatchObject({ code: 'DIMENSION_MISMATCH' })
})
