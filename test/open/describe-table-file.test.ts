/** A table file in figures. */
import { expect, test } from 'vitest'
import { encodeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, join } from '../formats/files.ts'
import { quantisedGguf } from '../formats/gguf-files.ts'

const tensor = (name: string, dtype: 'F32' | 'BF16', ...shape: number[]) => {
  const elements = shape.reduce((product, length) => product * length, 1)
  return { name, dtype, shape, bytes: new Uint8Array((dtype === 'F32' ? 4 : 2) * elements) }
}
const described = async (bytes: Uint8Array) =>
  describeTableFile(await openTableFile({ ...bytesSource(bytes), name: 'model' }))

test('of a container: its tensors, and the share of the table in their parameters', async () => {
  const bytes = join(
    encodeSafetensors([
      tensor('wte.weight', 'BF16', 6, 2),
      tensor('h.0.attn.bias', 'F32', 1, 1, 3, 3),
      tensor('ln.weight', 'F32', 4),
    ]),
  )
  const figures = await described(bytes)
  expect(figures).toMatchObject({
    name: 'model',
    format: 'safetensors',
    dtype: 'bf16',
    elementType: 'bf16',
    rows: 6,
    dimension: 2,
    tableParameters: 12,
    parameters: 16,
    share: 0.75,
    fileBytes: bytes.length,
    tensor: 'wte.weight',
  })
  expect(figures.bytesRead).toBe(figures.headerBytes)
  expect(figures.tensors).toHaveLength(3)
  expect(figures.tensors).toContainEqual({ name: 'wte.weight', dtype: 'BF16', shape: [6, 2] })
})

test('of quantised rows: how many bits a number takes', async () => {
  expect(await described(quantisedGguf('Q4_K'))).toMatchObject({
    format: 'gguf',
    dtype: 'q4_k',
    bitsPerWeight: 4.5,
    elementType: 'f32',
    rows: 3,
    dimension: 256,
    tensors: [{ name: 'token_embd.weight', dtype: 'Q4_K', shape: [3, 256] }],
  })
})

test('of text: the table is all there is, and there is no tensor', async () => {
  const bytes = ascii('2 2\na 1 2\nb 3 4\n')
  expect(await described(bytes)).toEqual({
    name: 'model',
    format: 'word2vec-text',
    dtype: 'f32',
    elementType: 'f32',
    rows: 2,
    dimension: 2,
    tableParameters: 4,
    parameters: 4,
    share: 1,
    fileBytes: bytes.length,
    headerBytes: 4,
    bytesRead: 4,
  })
})

test('bytes read are those that the source counted', async () => {
  const source = { ...bytesSource(ascii('2 2\na 1 2\nb 3 4\n')), bytesRead: 7 }
  expect(describeTableFile(await openTableFile(source)).bytesRead).toBe(7)
})
