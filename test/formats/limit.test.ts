/**
 * The first rows of a file: the same rows and tokens as of all of it, without the rest of the file being read,
 * in every format.
 */
import { describe, expect, test } from 'vitest'
import { encodeSafetensors, tokensTensor, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { ascii, bits, join, readTable, rejection, same } from './files.ts'
import { BF16, bytesOf, gguf } from './gguf-files.ts'
import { gzip, npy, wordArray, zip } from './packed-files.ts'

interface Made {
  bytes: Uint8Array
  beside?: Record<string, Uint8Array>
  packed?: boolean
}

interface Rows {
  size: number
  numbers: Float32Array
  words: string[]
}

const DIMENSION = 64

function rowsOf(size: number): Rows {
  const numbers = Float32Array.from({ length: size * DIMENSION }, (_, index) =>
    Math.fround(Math.round(Math.sin(index) * 100) / 100),
  )
  return {
    size,
    numbers,
    words: Array.from({ length: size }, (_, id) => (id % 7 === 3 ? `é${id}` : `w${id}`)),
  }
}

/** Columns one after another. */
function byColumn({ size, numbers }: Rows): number[] {
  return Array.from(numbers, (_, place) => numbers[(place % size) * DIMENSION + Math.floor(place / size)]!)
}

const fortran = (bytes: Uint8Array) => {
  const text = new TextDecoder('latin1').decode(bytes)
  const at = text.indexOf('False')
  return join([bytes.subarray(0, at), ascii('True '), bytes.subarray(at + 5)])
}

const words = ({ words }: Rows) => ({ 'words.json': ascii(JSON.stringify(words)) })
const textOf = (rows: Rows) => join(writeWord2vecText(writableRows(rows.numbers, DIMENSION, rows.words)))
const glove = (rows: Rows) => textOf(rows).subarray(textOf(rows).indexOf(10) + 1)
const array = ({ size, numbers }: Rows) => npy('<f4', [size, DIMENSION], numbers)

const FILES: Record<string, (rows: Rows) => Made | Promise<Made>> = {
  'word2vec text': (rows) => ({ bytes: textOf(rows) }),
  'word2vec binary': (rows) => ({
    bytes: join(writeWord2vecBinary(writableRows(rows.numbers, DIMENSION, rows.words))),
  }),
  'GloVe text': (rows) => ({ bytes: glove(rows) }),
  safetensors: (rows) => ({
    bytes: join(writeSafetensors(writableRows(rows.numbers, DIMENSION, rows.words))),
  }),
  'safetensors of int8': (rows) => ({
    bytes: join(writeSafetensors(writableRows(rows.numbers, DIMENSION, rows.words), { dtype: 'int8' })),
  }),
  'safetensors of bf16': (rows) => ({
    bytes: join(writeSafetensors(writableRows(rows.numbers, DIMENSION, rows.words), { dtype: 'bf16' })),
  }),
  npy: (rows) => ({ bytes: array(rows), beside: words(rows) }),
  'npy by column': (rows) => ({
    bytes: fortran(npy('<f4', [rows.size, DIMENSION], Float32Array.from(byColumn(rows)))),
    beside: words(rows),
  }),
  'npy of float64 by column': (rows) => ({
    bytes: fortran(npy('<f8', [rows.size, DIMENSION], Float64Array.from(byColumn(rows)))),
    beside: words(rows),
  }),
  npz: async (rows) => ({
    bytes: await zip([
      { name: 'vectors.npy', bytes: array(rows) },
      { name: 'words.npy', bytes: wordArray(rows.words) },
    ]),
    packed: true,
  }),
  'raw rows': (rows) => ({ bytes: bytesOf(rows.numbers), beside: words(rows) }),
  'word2vec text, gzipped': async (rows) => ({ bytes: await gzip(textOf(rows)), packed: true }),
  'npy, gzipped': async (rows) => ({
    bytes: await gzip(array(rows)),
    beside: words(rows),
    packed: true,
  }),
}

/** Counts the bytes that are read. */
function counted({ bytes, beside = {} }: Made): ByteSource & { read: ByteSource['read']; count: number } {
  const source = bytesSource(bytes, 'a file')
  return {
    ...source,
    count: 0,
    async read(start, end, options) {
      this.count += end - start
      return source.read(start, end, options)
    },
    readInto: undefined as never,
    sibling: async (name) => (beside[name] ? bytesSource(beside[name], name) : undefined),
  }
}

describe.each(Object.entries(FILES))('%s', (name, make) => {
  test('the first rows are those of the whole file', async () => {
    const made = await make(rowsOf(40))
    const all = await readTable(counted(made))
    expect(all.size).toBe(40)
    for (const limit of [1, 2, 7, 39, 40, 41, 2 ** 40]) {
      const { file, rows, tokens } = await readTable(counted(made), { limit })
      const size = Math.min(limit, 40)
      expect(file.size).toBe(size)
      expect(tokens).toEqual(all.tokens?.slice(0, size))
      expect(bits(rows)).toEqual(bits(all.rows.subarray(0, size * DIMENSION)))
      expect(file.rowsInFile !== undefined).toBe(limit < 40)
    }
  })

  test('the rest of a large file is not read, and progress ends with all of it', async () => {
    // several blocks of a megabyte, however few bytes a number takes
    const large = rowsOf(name.endsWith('int8') ? 90_000 : 30_000)
    const made = await make(large)
    const source = counted(made)
    const reports: { done: number; total: number }[] = []
    const onProgress = ({ done, total }: { done: number; total: number }) => reports.push({ done, total })
    const { rows } = await readTable(source, { limit: 5 }, { onProgress })
    expect(rows.length).toBe(5 * DIMENSION)
    const { length } = made.bytes
    expect(source.count, `of ${length} bytes`).toBeLessThan(made.packed ? Infinity : length / 2)
    const last = reports.at(-1)
    expect(last?.done).toBe(last?.total)
  })
})

test('a file that is described has all its rows, whatever is left out', async () => {
  const file = await openTableFile(textOf(rowsOf(40)), { limit: 3 })
  expect(describeTableFile(file)).toMatchObject({ rows: 40, tableParameters: 40 * DIMENSION })
  const text = await openTableFile(glove(rowsOf(40)), { limit: 3 })
  expect(describeTableFile(text).rows).toBe(3)
})

test('rows whose word came before count as read, as in gensim', async () => {
  const text = ascii('4 1\na 1\na 2\nb 3\nc 4\n')
  expect(await readTable(text, { limit: 3 })).toMatchObject({ size: 2, tokens: ['a', 'b'], duplicates: 1 })
})

test('what lies behind the last row that is wanted is not looked at', async () => {
  expect((await readTable(ascii('3 1\na 1\nb 2\nc x\n'), { limit: 2 })).tokens).toEqual(['a', 'b'])
  expect((await readTable(ascii('a 1\nb 2\nc x\n'), { limit: 2 })).tokens).toEqual(['a', 'b'])
  // but the header must be possible
  expect((await rejection(readTable(ascii('30 1\na 1\nb 2\n'), { limit: 1 }))).code).toBe('TRUNCATED')
  expect((await rejection(readTable(ascii('3 1\na 1\nb x\nc 3\n'), { limit: 2 }))).message).toContain(
    'line 3',
  )
})

test('a damaged end of a packed file is not found, nor looked for', async () => {
  const packed = await gzip(textOf(rowsOf(20_000)))
  packed[packed.length - 6]! ^= 1
  expect((await rejection(readTable(packed))).code).toBe('INVALID_FORMAT')
  expect((await readTable(packed, { limit: 10 })).size).toBe(10)
})

test.each([0, -1, 1.5, Number.NaN, '3', null])('a limit of %s is an error', async (limit) => {
  const error = await rejection(openTableFile(ascii('a 1\n'), { limit: limit as number }))
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(error.message).toMatch(/^limit must be an integer ≥ 1; got /)
})

describe('tokens of a table', () => {
  const { numbers, words: list } = rowsOf(10)
  const model = gguf({
    metadata: [
      ['tokenizer.ggml.model', 'gpt2'],
      ['tokenizer.ggml.tokens', list],
    ],
    tensors: [
      {
        name: 'token_embd.weight',
        shape: [10, DIMENSION],
        type: BF16,
        bytes: bytesOf(Uint16Array.from(new Uint16Array(numbers.buffer).filter((_, place) => place % 2))),
      },
    ],
  })

  test('of a model are cut as its rows are', async () => {
    using all = await openTable(model)
    using some = await openTable(model, { limit: 4 })
    expect([some.size, some.vocabulary?.size, some.dtype]).toEqual([4, 4, 'bf16'])
    expect([some.token(3), some.id('w2')]).toEqual([all.token(3), 2])
    expect(some.vocabulary?.tokenOf(4)).toBeUndefined()
    expect((await rejection(Promise.resolve().then(() => some.id('w5')))).code).toBe('UNKNOWN_TOKEN')
    expect(some.vocabulary?.tokenize('w2').at(-1)?.id).toBe(2)
    expect(bits(some.row(3))).toEqual(bits(all.row(3)))
  })

  test('that the caller has may be those of all rows, or of those that are read', async () => {
    const bytes = npy('<f4', [10, DIMENSION], numbers)
    for (const tokens of [list, list.slice(0, 4)]) {
      using table = await openTable(bytes, { limit: 4, tokens })
      expect([table.size, table.token(3), table.id('w2')]).toEqual([4, list[3], 2])
    }
    const few = await rejection(openTable(bytes, { limit: 4, tokens: list.slice(0, 5) }))
    expect(few.code).toBe('LENGTH_MISMATCH')
    using all = await openTable(npy('<f4', [10, DIMENSION], numbers), { tokens: list })
    using table = await openTable(bytes, { limit: 4, tokens: all.vocabulary })
    expect([table.token(3), table.vocabulary?.idOf('w5')]).toEqual([list[3], undefined])
  })
})

test('of a tensor between others: its own rows alone', async () => {
  const { numbers, words: list } = rowsOf(10)
  const bytes = join(
    encodeSafetensors([
      { name: 'a', dtype: 'F32', shape: [3], bytes: new Uint8Array(12).fill(1) },
      { name: 'embeddings', dtype: 'F32', shape: [10, DIMENSION], bytes: bytesOf(numbers) },
      tokensTensor(list),
      { name: 'z', dtype: 'F32', shape: [3], bytes: new Uint8Array(12).fill(2) },
    ]),
  )
  const { rows, tokens } = await readTable(bytes, { limit: 4 })
  expect(same(rows, numbers.subarray(0, 4 * DIMENSION))).toBe(true)
  expect(tokens).toEqual(list.slice(0, 4))
})
