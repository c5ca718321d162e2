/** Rows that are stored in another type than their file has: the same as from rows in memory, bit for bit. */
import { describe, expect, test } from 'vitest'
import { ELEMENT_TYPES } from '../../src/core/element-types.ts'
import { encodeSafetensors, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { type FastTextSpec, fastText, vectorOf } from '../formats/fasttext-files.ts'
import { ascii, bits, join, rejection } from '../formats/files.ts'
import { bytesOf } from '../formats/gguf-files.ts'
import { gzip, npy, zip } from '../formats/packed-files.ts'

const [SIZE, DIMENSION] = [23, 17]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) =>
  Math.fround(Math.sin(index * 1.7) * 9),
)
const WORDS = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const text = join(writeWord2vecText(TABLE))
const swapped = new Uint8Array(ROWS.slice().buffer).map((_, index, bytes) => bytes[index ^ 3] ?? 0)

const FILES: Record<string, () => Uint8Array | Promise<Uint8Array>> = {
  'word2vec text': () => text,
  'word2vec text, gzipped': () => gzip(text),
  'GloVe text': () => text.subarray(text.indexOf(10) + 1),
  'word2vec binary': () => join(writeWord2vecBinary(TABLE)),
  safetensors: () => join(writeSafetensors(TABLE)),
  npy: () => npy('<f4', [SIZE, DIMENSION], ROWS),
  'npy, big-endian': () => npy('>f4', [SIZE, DIMENSION], swapped),
  npz: () => zip([{ name: 'vectors.npy', bytes: npy('<f4', [SIZE, DIMENSION], ROWS) }]),
  fastText: () => fastText({ words: WORDS, dimension: DIMENSION, buckets: 0, maxNgram: 0, rows: ROWS }),
}

describe.each(Object.entries(FILES))('%s', (_, make) => {
  test.each(ELEMENT_TYPES)('as %s', async (dtype) => {
    using expected = await EmbeddingTable.from(ROWS, { dimension: DIMENSION, dtype, tokens: WORDS })
    using table = await openTable(await make(), { dtype, tokens: WORDS })
    expect([table.dtype, table.size, table.token(22)]).toEqual([dtype, SIZE, 'w22'])
    expect(bits(table.gather(WORDS))).toEqual(bits(expected.gather(WORDS)))
    expect(table.nearest('w3').toArray()).toEqual(expected.nearest('w3').toArray())
    using some = await openTable(await make(), { dtype, limit: 5, tokens: WORDS.slice(0, 5) })
    expect(bits(some.gather(WORDS.slice(0, 5)))).toEqual(bits(expected.gather(WORDS.slice(0, 5))))
  })
})

test('n-grams of a model are added in float32, and the means are rounded', async () => {
  const spec: FastTextSpec = { words: ['banana', 'bandana'], dimension: 7, buckets: 30 }
  const vectors = spec.words.map((word) => vectorOf(spec, String(word)))
  using expected = await EmbeddingTable.from(vectors, { dtype: 'bf16' })
  using table = await openTable(fastText(spec), { dtype: 'bf16' })
  expect(bits(table.gather([0, 1]))).toEqual(bits(expected.gather([0, 1])))
})

test.each(ELEMENT_TYPES)('from files of %s to all others', async (stored) => {
  const bytes = join(writeSafetensors(TABLE, { dtype: stored }))
  using widened = await openTable(bytes, { dtype: 'f32' })
  for (const dtype of ELEMENT_TYPES) {
    using table = await openTable(bytes, { dtype })
    expect(table.dtype).toBe(dtype)
    // what has the type already keeps its bits; int8 rows their codes and scales
    const from = stored === dtype ? 'f32' : dtype
    using expected = await EmbeddingTable.from(widened.gather(WORDS), { dimension: DIMENSION, dtype: from })
    expect(bits(table.gather(WORDS)), `${stored} as ${dtype}`).toEqual(
      bits(expected.gather([...WORDS.keys()])),
    )
  }
  using table = await openTable(bytes)
  expect(table.dtype).toBe(stored === 'bf16' || stored === 'f16' ? stored : 'f32')
})

test('the code −128 is in no table of int8', async () => {
  const codes = Int8Array.of(1, 2, 3, -128)
  const tensors = [
    { name: 'embeddings', dtype: 'I8', shape: [2, 2], bytes: bytesOf(codes) },
    { name: 'scales', dtype: 'F32', shape: [2], bytes: bytesOf(Float32Array.of(1, 0.5)) },
  ]
  const bytes = join(encodeSafetensors(tensors))
  const error = await rejection(openTable(bytes, { dtype: 'int8' }))
  expect(error).toMatchObject({ code: 'UNSUPPORTED', details: { row: 1, column: 1 } })
  using table = await openTable(bytes)
  expect([...table.row(1)]).toEqual([1.5, -64])
})

test('rows longer than a block, and words that come again in another', async () => {
  const wide = 150_000
  const line = (word: string, number: string) => `${word}${` ${number}`.repeat(wide)}\n`
  const lines = [
    line('a', '1'),
    line('b', '2'),
    line('a', '3'),
    line('c', '4'),
    line('b', '5'),
    line('d', '6'),
  ]
  for (const head of ['', `6 ${wide}\n`]) {
    // no whole line is seen in the first bytes
    const format = head === '' ? 'glove-text' : 'word2vec-text'
    using table = await openTable(ascii(head + lines.join('')), { dtype: 'bf16', codes: false, format })
    expect([table.size, table.duplicates, table.dtype]).toEqual([4, 2, 'bf16'])
    const ends = ['a', 'b', 'c', 'd'].map((word) => [table.row(word)[0], table.row(word)[wide - 1]])
    expect(ends).toEqual([
      [1, 1],
      [2, 2],
      [4, 4],
      [6, 6],
    ])
  }
})

test('numbers that f16 cannot hold are an error with their place; NaN is as always', async () => {
  const large = ascii('a 1 2\nb 65519 3\nc 4 -65520\n')
  const error = await rejection(openTable(large, { dtype: 'f16' }))
  expect(error).toMatchObject({
    code: 'NON_FINITE',
    details: { row: 2, column: 1, value: -65_520, dtype: 'f16' },
  })
  expect(error.message).toContain('open it as bf16')
  using bf16 = await openTable(large, { dtype: 'bf16' })
  expect(bf16.row('c')[1]).toBe(-65_536)
  for (const dtype of ELEMENT_TYPES) {
    const odd = ascii('a 1 2\nb nan 3\nc inf 4\n')
    expect((await rejection(openTable(odd, { dtype }))).code).toBe('NON_FINITE')
    using table = await openTable(odd, { dtype, nonFinite: 'skip' })
    expect([table.skipped, table.isSkipped('b'), table.isSkipped('a')]).toEqual([2, true, false])
  }
})

test('progress ends with all of it, and a stop stops it', async () => {
  for (const bytes of [text, npy('<f4', [SIZE, DIMENSION], ROWS)]) {
    const reports: [number, number][] = []
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) => {
      if (phase === 'read') reports.push([done, total])
    }
    using table = await openTable(bytes, { dtype: 'f16', onProgress })
    expect(table.size).toBe(SIZE)
    expect(reports.at(-1)?.[0]).toBe(reports.at(-1)?.[1])
    const controller = new AbortController()
    const options = {
      dtype: 'f16',
      signal: controller.signal,
      onProgress: () => controller.abort('enough'),
    } as const
    await expect(openTable(bytes, options)).rejects.toBe('enough')
  }
})

test('other types are an error before anything is read', async () => {
  const read = () => expect.fail('read')
  const error = await rejection(openTable({ ...bytesSource(text), read }, { dtype: 'f64' as 'f32' }))
  expect(error.message).toBe("dtype must be 'f32', 'bf16', 'f16' or 'int8'; got \"f64\".")
})
