import { expect, test } from 'vitest'
import type { Progress } from '../../src/core/progress.ts'
import { encodeSafetensors, tokensTensor, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { bits, join, readTable } from './files.ts'

test('a table with tokens reads back bit-equal', async () => {
  const rows = Float32Array.of(1.5, -0, 3e-40, 0.1, 5, 6)
  const bytes = join(writeSafetensors(writableRows(rows, 2, ['a', ' b', 'ü\n'])))
  const table = await readTable(bytes)
  expect(table.file).toMatchObject({
    format: 'safetensors',
    dtype: 'f32',
    size: 3,
    dimension: 2,
    parameters: 6,
  })
  expect(table.tokens).toEqual(['a', ' b', 'ü\n'])
  expect(bits(table.rows)).toEqual(bits(rows))
})

test('int8 rows are widened by their scale, rounded once', async () => {
  const codes = Int8Array.of(127, -127, 1, 0, -128, 5)
  const scales = Float32Array.of(0.1, 3.3e-3)
  const bytes = join(
    encodeSafetensors([
      { name: 'embeddings', dtype: 'I8', shape: [2, 3], bytes: new Uint8Array(codes.buffer) },
      { name: 'scales', dtype: 'F32', shape: [2], bytes: new Uint8Array(scales.buffer) },
      tokensTensor(['x', 'y']),
    ]),
  )
  const table = await readTable(bytes)
  expect(table.file.dtype).toBe('int8')
  const expected = [...codes].map((code, index) => Math.fround(code * scales[Math.floor(index / 3)]!))
  expect([...table.rows]).toEqual(expected)
})

test('progress counts the bytes of words, scales and rows', async () => {
  const tokens = tokensTensor(['x', 'y'])
  const bytes = join(
    encodeSafetensors([
      { name: 'embeddings', dtype: 'I8', shape: [2, 3], bytes: new Uint8Array(6) },
      { name: 'scales', dtype: 'F32', shape: [2], bytes: new Uint8Array(8) },
      tokens,
    ]),
  )
  const seen: Progress[] = []
  await readTable(bytes, {}, { onProgress: (progress) => seen.push(progress) })
  const words = tokens.shape.reduce((sum, length) => sum + length, 0)
  const total = words + 8 + 6
  expect(seen).toEqual([
    { phase: 'read', done: words + 8, total },
    { phase: 'read', done: total, total },
  ])
})
