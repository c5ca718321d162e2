/** Rows read block by block: where the file has them at fixed places, and whole tables where it does not. */
import { describe, expect, test } from 'vitest'
import { encodeSafetensors, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openRows, type RowSource, tokensBetween } from '../../src/open/open-rows.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { ascii, join, rejection } from '../formats/files.ts'
import { bytesOf } from '../formats/gguf-files.ts'
import { npy } from '../formats/packed-files.ts'

const ROWS = Float32Array.of(1, 2, 3, 4, 5, 6)
const TABLE = writableRows(ROWS, 2, ['a', 'b', 'c'])

async function opened(
  like: ByteSource | Uint8Array,
  hooks = {},
): Promise<RowSource & { close(): Promise<void> }> {
  const rows = await openRows(like, {}, hooks)
  if (rows instanceof EmbeddingTable) expect.fail('it was opened as a table')
  return rows
}

describe('rows at fixed places', () => {
  test('with their tokens', async () => {
    const rows = await opened(join(writeSafetensors(TABLE)))
    expect(rows).toMatchObject({ size: 3, dimension: 2, dtype: 'f32', hasTokens: true })
    expect(await rows.read(1, 3)).toEqual({ rows: ROWS.subarray(2), tokens: ['b', 'c'] })
    expect(await rows.read(0, 1)).toEqual({ rows: ROWS.subarray(0, 2), tokens: ['a'] })
    await rows.close()
  })

  test('without tokens, and of half the size', async () => {
    const half = Uint16Array.from(ROWS, (value) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16)
    const tensor = { name: 'embeddings', dtype: 'BF16' as const, shape: [3, 2], bytes: bytesOf(half) }
    const rows = await opened(join(encodeSafetensors([tensor])))
    expect(rows).toMatchObject({ dtype: 'bf16', hasTokens: false })
    expect(await rows.read(0, 3)).toEqual({ rows: ROWS, tokens: undefined })
  })

  test('with the names of a vocabulary, of which a row may have none', async () => {
    const names = new Map([[1, 'second']])
    const vocabularyOf = async () => ({
      size: 3,
      idOf: () => 0,
      tokenize: () => [],
      tokenOf: (id: number) => names.get(id),
    })
    const rows = await opened(npy('<f4', [3, 2], ROWS), { vocabularyOf })
    expect(rows.hasTokens).toBe(true)
    expect((await rows.read(0, 2)).tokens).toEqual([undefined, 'second'])
  })

  test('the file is closed by the caller, or where its vocabulary cannot be read', async () => {
    const closed: string[] = []
    const beside = (name: string, bytes: Uint8Array): ByteSource => ({
      ...bytesSource(bytes, name),
      close: async () => void closed.push(name),
    })
    const index = ascii('{"weight_map":{"wte.weight":"a.safetensors"}}')
    const tensor = { name: 'wte.weight', dtype: 'F32' as const, shape: [3, 2], bytes: bytesOf(ROWS) }
    const source: ByteSource = {
      ...bytesSource(index, 'model.safetensors.index.json'),
      sibling: async (name) =>
        name === 'a.safetensors' ? beside(name, join(encodeSafetensors([tensor]))) : undefined,
    }
    const rows = await opened(source)
    expect(closed).toEqual([])
    await rows.close()
    expect(closed).toEqual(['a.safetensors'])
    const failing = opened(source, { vocabularyOf: () => Promise.reject(new Error('no tokens')) })
    await expect(failing).rejects.toThrow('no tokens')
    expect(closed).toEqual(['a.safetensors', 'a.safetensors'])
  })
})

test('any other file is a whole table, without codes', async () => {
  const table = await openRows(join(writeWord2vecText(TABLE)), { codes: true })
  if (!(table instanceof EmbeddingTable)) expect.fail('it was opened as rows')
  expect([table.size, table.token(2), table.codes]).toEqual([3, 'c', 'none'])
  table.dispose()
})

test('an option that openTable does not know is an error', async () => {
  const text = join(writeWord2vecText(TABLE))
  expect((await rejection(openRows(text, { dimension: 2 } as object))).code).toBe('INVALID_ARGUMENT')
})

test('the tokens of rows: as many as rows, or none', () => {
  const names = { tokenOf: (id: number) => (id < 5 ? `t${id}` : undefined) }
  expect(tokensBetween(names, 3, 6)).toEqual(['t3', 't4', undefined])
  expect(tokensBetween(undefined, 3, 6)).toBeUndefined()
})
