/**
 * Headers that claim more than they need: each is rejected before room is made for it, and the message stays
 * short. What is read of a lying file is bounded by what the format can need, not by what the file says.
 */
import { describe, expect, test } from 'vitest'
import type { OpenOptions } from '../../src/formats/format.ts'
import { encodeSafetensors, tokensTensor } from '../../src/formats/safetensors/writer.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { type FastTextSpec, fastText } from './fasttext-files.ts'
import { ascii, join, readTable, rejection } from './files.ts'
import { F32, gguf, list, text, u32, u64 } from './gguf-files.ts'
import { gzip, npy, zip } from './packed-files.ts'

/**
 * A file of `size` bytes, of which all but the first are zeros. Nobody may ask for more than `most` of them
 * at once.
 */
function vast(head: Uint8Array, size: number, most = 1 << 22): ByteSource {
  return {
    name: 'vast',
    size,
    async read(start, end) {
      if (end - start > most) throw new Error(`${end - start} bytes were requested at once`)
      const bytes = new Uint8Array(end - start)
      if (start < head.length) bytes.set(head.subarray(start, end))
      return bytes
    },
  }
}

const rejectionOf = async (bytes: Uint8Array | ByteSource, options?: OpenOptions) => {
  const { code, message } = await rejection(openTableFile(bytes, options))
  expect(message.length).toBeLessThan(1_000)
  return { code, message }
}

function safetensors(header: string, data = new Uint8Array()): Uint8Array {
  const json = ascii(header)
  return join([u64(json.length), json, data])
}

describe('fastText', () => {
  const claims = (said: NonNullable<FastTextSpec['said']>) =>
    fastText({ words: ['a', 'b'], dimension: 2, buckets: 3, said }).subarray(0, 92)
  test.each<[string, NonNullable<FastTextSpec['said']>, string]>([
    ['2 billion words', { words: 2 ** 31 - 1, entries: 2 ** 31 - 1 }, 'is cut short'],
    ['2 billion buckets', { buckets: 2 ** 31 - 1 }, 'is cut short'],
    ['words of 2 billion numbers', { dimension: 2 ** 31 - 1 }, 'is cut short'],
  ])('a header that claims %s', async (_, said, message) => {
    expect((await rejectionOf(vast(claims(said), 300_000_000))).message).toContain(message)
  })

  test('a file that is longer than its words can be', async () => {
    const error = await rejectionOf(vast(claims({}), 300_000_000))
    expect(error.code).toBe('INVALID_FORMAT')
  })

  test('the longest n-grams of the longest words take no more than their bytes allow', async () => {
    const words = Array.from({ length: 8 }, (_, id) => 'x'.repeat(16_382) + id)
    const { file } = await readTable(fastText({ words, dimension: 1, buckets: 5, minNgram: 1, maxNgram: 64 }))
    expect(file.size).toBe(8)
  })
})

describe('npy', () => {
  const claims = (length: number) =>
    join([Uint8Array.of(0x93), ascii('NUMPY'), Uint8Array.of(2, 0), u32(length)])

  test('a header that claims 540 MB', async () => {
    expect(await rejectionOf(vast(claims(540_000_000), 600_000_000, 1 << 16))).toEqual({
      code: 'INVALID_FORMAT',
      message: expect.stringContaining('claims 540000000 bytes; at most 65535 are read'),
    })
  })

  test('the same in a gzip file', async () => {
    const packed = await gzip(join([claims(30_000_000), new Uint8Array(30_000_000)]))
    expect((await rejectionOf(packed)).message).toContain('claims 30000000 bytes')
  })

  test('the longest header that is read, and one byte more', async () => {
    const header = (length: number) => {
      const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"
      return join([claims(length), ascii(dict.padEnd(length)), new Uint8Array(8)])
    }
    expect((await readTable(header(65_535))).size).toBe(1)
    expect((await rejectionOf(header(65_536))).message).toContain('claims 65536 bytes')
  })

  test('64 dimensions are read, and not one more', async () => {
    const shaped = (count: number) => npy('<f4', Array(count).fill(1), new Uint8Array(4))
    expect((await rejectionOf(shaped(64))).message).toContain('a table has two dimensions')
    expect((await rejectionOf(shaped(65))).message).toContain('more than 64 dimensions')
  })
})

describe('safetensors', () => {
  const tensor = (shape: readonly number[], bytes: number) =>
    safetensors(
      JSON.stringify({ a: { dtype: 'F32', shape, data_offsets: [0, bytes] } }),
      new Uint8Array(bytes),
    )

  test('a shape of 200,000 ones', async () => {
    expect((await rejectionOf(tensor(Array(200_000).fill(1), 4))).message).toContain(
      'a list of more than 4096',
    )
  })

  test('64 dimensions are read, and not one more', async () => {
    expect((await rejectionOf(tensor(Array(64).fill(1), 4))).code).toBe('NOT_FOUND')
    expect((await rejectionOf(tensor(Array(65).fill(1), 4))).message).toContain('of 65 dimensions')
  })

  test('more keys than any model has tensors', async () => {
    const keys = (count: number) => Array.from({ length: count }, (_, id) => `"${id}":""`).join(',')
    const many = safetensors(`{"__metadata__":{${keys((1 << 20) + 1)}}}`)
    expect((await rejectionOf(many)).message).toContain('more than 1048576 keys')
  })

  test.each([
    ['lists', '['.repeat(500_000)],
    ['objects', '{"a":'.repeat(500_000)],
  ])('%s in each other', async (_, nested) => {
    expect((await rejectionOf(safetensors(`{"a":${nested}`))).message).toContain(
      'nested deeper than 3 levels',
    )
  })

  test('names and values of a megabyte', async () => {
    const long = 'x'.repeat(1 << 20)
    const name = 'x'.repeat(16_383)
    const described = (dtype: string) => ({ dtype, shape: [1, 2], data_offsets: [0, 8] })
    const make = (header: object) => safetensors(JSON.stringify(header), new Uint8Array(8))
    expect((await rejectionOf(make({ a: described(long) }))).code).toBe('INVALID_FORMAT')
    expect((await rejectionOf(make({ [long]: described('F99') }))).code).toBe('INVALID_FORMAT')
    expect((await rejectionOf(make({ [name]: described('F99') }))).message).toContain('has the dtype "F99"')
    expect((await rejectionOf(make({ [name]: described('F32') }), { tensor: long })).code).toBe('NOT_FOUND')
    // strings of more letters have one hash in V8: a set of many would take time without end
    expect((await rejectionOf(make({ [`${name}x`]: described('F32') }))).message).toContain(
      'a key of 16384 letters',
    )
    expect((await rejectionOf(safetensors(`{"${long}":1,"${long}":2}`))).code).toBe('INVALID_FORMAT')
  })

  test.each([
    [
      'a deep list',
      `["a",${'['.repeat(200_000)}${']'.repeat(200_000)}]`,
      'a list or an object at position 1',
    ],
    ['an object', '["a",{"b":[]}]', 'a list or an object at position 1'],
    ['a number', '["a",[1][0]]', 'a list or an object at position 1'],
    ['a sign in a word', '["[{,\\"\\\\",7]', 'holds 7 at position 1'],
    ['more words than rows', JSON.stringify(['a', 'b', 'c']), '3 words for 2 rows'],
    ['more than there can be', `[${'0,'.repeat(2 ** 24)}0]`, 'at most 16777216'],
    ['a word of the most letters', JSON.stringify(['x'.repeat(16_383)]), '1 words for 2 rows'],
    ['a word of more', JSON.stringify(['a', 'x'.repeat(16_384)]), 'a word of 16384 letters at position 1'],
    ['a long word that is none', `[${'9'.repeat(1 << 20)},1]`, 'holds Infinity at position 0'],
  ])('tokens: %s', async (_, json, message) => {
    const rows = { name: 'embeddings', dtype: 'F32', shape: [2, 2], bytes: new Uint8Array(16) }
    const bytes = ascii(json)
    const file = join(encodeSafetensors([rows, { ...tokensTensor([]), shape: [bytes.length], bytes }]))
    const error = await rejection(readTable(file))
    expect(error).toMatchObject({ code: 'INVALID_FORMAT', message: expect.stringContaining(message) })
    expect(error.message.length).toBeLessThan(1_000)
  })
})

describe('gguf', () => {
  const table = { name: 'token_embd.weight', shape: [2, 8], type: F32, bytes: new Uint8Array(64) }
  const head = (...numbers: [tensors: number, entries: number]) =>
    join([ascii('GGUF'), u32(3), ...numbers.map(u64)])

  test.each<[string, Uint8Array, string]>([
    ['tensors', head(2 ** 20 + 1, 0), 'claims 1048577 tensors'],
    ['metadata entries', head(1, 65_537), '65537 metadata entries'],
    [
      'tokens',
      join([head(1, 1), text('tokenizer.ggml.tokens'), u32(9), u32(8), u64(2 ** 24 + 1)]),
      'claims 16777217 tokens',
    ],
    [
      'the bytes of a token',
      join([head(1, 1), text('tokenizer.ggml.tokens'), u32(9), u32(8), u64(1), u64(16_384)]),
      'token 0 claims to be 16384 bytes long',
    ],
    [
      'the name of the tokenizer',
      join([head(1, 1), text('tokenizer.ggml.model'), u32(8), u64(16_384)]),
      'claims to be 16384 bytes long',
    ],
    [
      'lists in a list',
      join([head(1, 1), text('a'), u32(9), u32(9), u64(65_537)]),
      'a list of 65537 lists; at most 65536 are read',
    ],
    ['the name of a tensor', join([head(1, 0), u64(16_384)]), 'claims to be 16384 bytes long'],
  ])('%s: more than there can be', async (_, bytes, message) => {
    expect(await rejectionOf(vast(bytes, 4_000_000_000))).toEqual({
      code: 'INVALID_FORMAT',
      message: expect.stringContaining(message),
    })
  })

  test('a token of the most bytes, and nesting of four lists', async () => {
    const nested = (depth: number): Uint8Array =>
      depth === 0 ? join([u32(4), u64(1), u32(7)]) : join([u32(9), u64(1), nested(depth - 1)])
    const metadata = (depth: number) =>
      gguf({ tensors: [table], metadata: [['a', { type: 9, bytes: nested(depth) }]] })
    expect((await readTable(metadata(3))).size).toBe(2)
    expect((await rejection(readTable(metadata(4)))).message).toContain('nested deeper than 4')
    const tokens = gguf({
      tensors: [table],
      metadata: [['tokenizer.ggml.tokens', ['x'.repeat(16_383), 'b']]],
    })
    expect((await readTable(tokens)).size).toBe(2)
    const lists = gguf({
      tensors: [table],
      metadata: [['a', list(9, 2, join([nested(0), nested(0)]))]],
    })
    expect((await readTable(lists)).size).toBe(2)
  })
})

describe('npz', () => {
  const vectors = { name: 'vectors.npy', bytes: npy('<f4', [2, 2], new Float32Array(4)) }

  test('more words than rows are rejected before they are read', async () => {
    const words = { name: 'words.npy', bytes: npy('<U1', [1_000_000], new Uint32Array(1_000_000)) }
    const { message } = await rejectionOf(await zip([vectors, words]))
    expect(message).toContain('1000000 words for 2 rows')
  })

  test('more entries than are read', async () => {
    const many = (count: number) =>
      zip(Array.from({ length: count }, (_, id) => ({ ...vectors, name: `${id}.npy`, stored: true })))
    expect((await rejectionOf(await many(1_025))).message).toContain('1025 entries are too many')
    expect((await rejectionOf(await many(1_024))).code).toBe('NOT_FOUND')
  })
})
