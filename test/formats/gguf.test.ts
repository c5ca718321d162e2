/** GGUF: the types that are read, and tokens. */
import { describe, expect, test } from 'vitest'
import { bfloat16Bits, float16Bits } from '../../src/core/write-rows.ts'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { bits, join, readTable, rejection } from './files.ts'
import { BF16, bytesOf, F16, F32, type GgufSpec, gguf, IQ3_S, Q8_0, q8Rows, smallGguf } from './gguf-files.ts'
import { REFERENCE_FILE, REFERENCE_ROWS } from './gguf-reference.ts'

const [ROWS, DIMENSION] = [7, 64]
const random = randomNumbers(11)
const NUMBERS = Float32Array.from({ length: ROWS * DIMENSION }, () => random() - 0.5)
const WORDS = Array.from({ length: ROWS }, (_, id) => `Ġtoken${id}`)

const model = (type: number, bytes: Uint8Array, more: Partial<GgufSpec> = {}) =>
  gguf({
    metadata: [
      ['tokenizer.ggml.model', 'gpt2'],
      ['tokenizer.ggml.tokens', WORDS],
    ],
    tensors: [
      { name: 'output_norm.weight', shape: [5], type: F32, bytes: new Uint8Array(20) },
      { name: 'token_embd.weight', shape: [ROWS, DIMENSION], type, bytes },
    ],
    ...more,
  })

describe('the token embedding', () => {
  test.each([2, 3])('F32, version %i', async (version) => {
    const bytes = model(F32, bytesOf(NUMBERS), { version })
    using table = await openTable(bytes)
    expect(table).toMatchObject({ size: ROWS, dimension: DIMENSION, dtype: 'f32' })
    expect(bits(table.gather(WORDS.map((_, id) => id)))).toEqual(bits(NUMBERS))
    expect(table.id(' token3')).toBe(3)
    expect(table.token(3)).toBe(' token3')
    expect(table.id('Ġtoken3')).toBe(3)
  })

  test.each([
    ['F16', F16, 'f16', float16Bits],
    ['BF16', BF16, 'bf16', bfloat16Bits],
  ] as const)('%s stays as it is', async (_, type, dtype, toBits) => {
    const stored = Uint16Array.from(NUMBERS, toBits)
    using table = await openTable(model(type, bytesOf(stored)))
    expect(table.dtype).toBe(dtype)
    expect(Uint16Array.from(table.gather([0, 1, 2, 3, 4, 5, 6]), toBits)).toEqual(stored)
    const widened = await readTable(model(type, bytesOf(stored)))
    expect(Uint16Array.from(widened.rows, toBits)).toEqual(stored)
  })

  test('Q8_0 is widened, exactly', async () => {
    const codes = Int8Array.from(NUMBERS, (value) => Math.round(value * 254))
    const scales = Uint16Array.from({ length: codes.length / 32 }, (_, block) => 0x1400 + 77 * block)
    // a binary16 of exponent 5 and more: (1024 + fraction) · 2^(exponent − 25)
    const scaleOf = (half: number) => (1024 + (half & 1023)) * 2 ** ((half >> 10) - 25)
    const table = await readTable(model(Q8_0, q8Rows(codes, scales)))
    expect(table.file).toMatchObject({ format: 'gguf', dtype: 'q8_0' })
    expect(table.file.elementType).toBeUndefined()
    const expected = Array.from(codes, (code, index) => code * scaleOf(scales[Math.floor(index / 32)]!))
    expect(Array.from(table.rows)).toEqual(expected)
  })

  test('as the reference wrote it: the numbers that the reference reads', async () => {
    const bytesFrom = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    using table = await openTable(bytesFrom(REFERENCE_FILE))
    expect(table).toMatchObject({ size: 3, dimension: 32, dtype: 'f32' })
    expect(table.token(2)).toBe(' t2')
    expect(bytesOf(table.gather([0, 1, 2]))).toEqual(bytesFrom(REFERENCE_ROWS))
  })

  test('another type is named, with what would do', async () => {
    const bytes = new Uint8Array(2 * 110)
    const tensors = [{ name: 'token_embd.weight', shape: [2, 256], type: IQ3_S, bytes }]
    const error = await rejection(openTableFile(model(IQ3_S, bytes, { tensors })))
    expect(error.code).toBe('UNSUPPORTED')
    expect(error.message).toMatch(
      /"token_embd\.weight" is IQ3_S \[2,256\]; rows of F32, F16, BF16, Q4_0, .*Q4_K/,
    )
    expect(error.message).toContain("Take the model's Q8_0, Q6_K or Q4_K_M file")
    const newer = model(99, bytesOf(NUMBERS))
    expect((await rejection(openTableFile(newer))).message).toContain('is type 99 [7,64]')
  })

  test('is described from the header; of the data nothing is read', async () => {
    const bytes = smallGguf(3_000, 32)
    const source = bytesSource(bytes)
    let read = 0
    const counting = {
      ...source,
      read: (start: number, end: number) => {
        read = Math.max(read, end)
        return source.read(start, end)
      },
    }
    const file = await openTableFile(counting)
    expect(describeTableFile(file)).toMatchObject({
      format: 'gguf',
      tensor: 'token_embd.weight',
      rows: 3_000,
      parameters: 3_000 * 32 * 2 + 32,
      headerBytes: bytes.length - (3_000 * 32 * 2 + 32) * 4,
    })
    // a window is read at a time
    expect(read).toBeLessThanOrEqual(file.headerBytes + (1 << 17))
  })

  test('--tensor takes another; one that is not there lists those there are', async () => {
    const { rows } = await readTable(smallGguf(), { tensor: 'output.weight' })
    expect(rows[0]).toBe(Math.fround(Math.sin(96)))
    const error = await rejection(readTable(smallGguf(), { tensor: 'wte' }))
    expect(error.message).toContain('output.weight (F32 [12,8]), token_embd.weight (F32 [12,8])')
  })
})

describe('tokens', () => {
  const withTokens = (tokens: readonly string[], tokenizer: string) =>
    openTable(
      model(F32, bytesOf(NUMBERS), {
        metadata: [
          ['tokenizer.ggml.tokens', tokens],
          ['tokenizer.ggml.model', tokenizer],
        ],
      }),
    )

  test('of a sentencepiece tokenizer have spaces for ▁', async () => {
    using table = await withTokens(['<unk>', '<0x0A>', '▁king', 'ly', '▁', 'a', 'b'], 'llama')
    expect([0, 1, 2, 3, 4].map((id) => table.token(id))).toEqual(['<unk>', '<0x0A>', ' king', 'ly', ' '])
  })

  test('of rwkv, and of no named tokenizer, are as they are written', async () => {
    const words = ['▁king', 'Ġqueen', ...WORDS.slice(2)]
    using table = await withTokens(words, 'rwkv')
    expect([table.token(0), table.token(1)]).toEqual(words.slice(0, 2))
    const metadata = [['tokenizer.ggml.tokens', words]] as const
    using unnamed = await openTable(model(F32, bytesOf(NUMBERS), { metadata }))
    expect([unnamed.token(0), unnamed.token(1)]).toEqual(words.slice(0, 2))
    using bert = await withTokens(words, 'bert')
    expect([bert.token(0), bert.token(1)]).toEqual([' king', 'Ġqueen'])
  })

  test('may be fewer than rows, more, or equal', async () => {
    using fewer = await withTokens(['a', 'b', 'a'], 'gpt2')
    expect(fewer.id('a')).toBe(0)
    expect(fewer.token(2)).toBe('a')
    expect(fewer.token(3)).toBeUndefined()
    using more = await withTokens([...WORDS, 'beyond'], 'gpt2')
    expect(more.size).toBe(ROWS)
    expect(() => more.id('beyond')).toThrow('is not a token')
  })

  test('that are not UTF-8 name their offset, or are replaced as requested', async () => {
    const bytes = model(F32, bytesOf(NUMBERS))
    const at = join([bytes]).findIndex((byte, index) => byte === 0x36 && bytes[index - 1] === 0x6e)
    bytes[at] = 0xff
    const error = await rejection(openTable(bytes))
    expect(error).toMatchObject({ code: 'INVALID_ENCODING' })
    expect(error.message).toContain(String(at))
    using table = await openTable(bytes, { encodingErrors: 'replace' })
    expect(table.token(6)).toBe('Ġtoken\ufffd')
  })

  test('are none where the file has none', async () => {
    using table = await openTable(model(F32, bytesOf(NUMBERS), { metadata: [] }))
    expect(table.vocabulary).toBeUndefined()
  })
})
