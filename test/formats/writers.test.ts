/** Writers: wrong use is an error at the call, and what is written reads back. */
import { describe, expect, test } from 'vitest'
import { encodeSafetensors, tokensTensor, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { type WritableTable, writableRows } from '../../src/formats/writable.ts'
import { bits, join, readTable } from './files.ts'

const ROWS = Float32Array.of(1, 2, 3, 4)
const TABLE = writableRows(ROWS, 2, ['a', 'b'])
const WRITERS = { writeSafetensors, writeWord2vecText, writeWord2vecBinary }

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) })

describe.each(Object.entries(WRITERS))('%s', (name, write) => {
  test.each<[string, unknown]>([
    ['a path and a table', 'table.safetensors'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['bare rows', ROWS],
    ['a table without rows', { size: 2, dimension: 2 }],
    ['a fraction of rows', { ...TABLE, size: 1.5 }],
    ['a negative number of rows', { ...TABLE, size: -1 }],
    ['no columns', { ...TABLE, dimension: 0 }],
    ['columns that are text', { ...TABLE, dimension: '2' }],
  ])('%s: rejected at the call', (_, table) => {
    expect(() => write(table as WritableTable)).toThrow(invalid(new RegExp(`^${name}\\(\\) takes a table`)))
  })

  test('tokens that are not a list of short strings, one per row', () => {
    const write_ = (tokens: unknown) => () => write({ ...TABLE, tokens: tokens as string[] })
    expect(write_('ab')).toThrow(invalid(/^tokens must be a list of strings; got "ab"/))
    expect(write_(['a', 5])).toThrow(invalid(/^Token 1 is 5: tokens must be strings/))
    expect(write_(['a', 'x'.repeat(16_384)])).toThrow(invalid(/^Token 1 is "x+"… \(16384 letters\)/))
    expect(write_(['a'])).toThrow(
      expect.objectContaining({ code: 'LENGTH_MISMATCH', details: { expected: 2, actual: 1 } }),
    )
    expect(() => write({ ...TABLE, tokens: ['a', 'x'.repeat(16_383)] })).not.toThrow()
  })

  test('tokens and shape are those at the call', async () => {
    const tokens = ['a', 'b']
    const table = { ...TABLE, tokens }
    const chunks = write(table)
    tokens[0] = 'b'
    table.tokens = ['x', 'y']
    expect((await readTable(join(chunks))).tokens).toEqual(['a', 'b'])
  })

  test('rows that are not as many as were requested', () => {
    const short = { ...TABLE, rows: () => ROWS.subarray(1) }
    expect(() => join(write(short))).toThrow(
      expect.objectContaining({
        code: 'LENGTH_MISMATCH',
        message: expect.stringMatching(/rows\(0, 2\) must return 4 .* got 3/),
      }),
    )
    const other = { ...TABLE, rows: () => [1, 2, 3, 4] as unknown as Float32Array }
    expect(() => join(write(other))).toThrow(/got Array/)
  })

  test('a table of many blocks: chunks that do not change when the next is made', async () => {
    const [size, dimension] = [3_001, 100]
    const shared = new Float32Array(size * dimension)
    const table = {
      size,
      dimension,
      tokens: Array.from({ length: size }, (_, id) => `w${id}`),
      rows: (start: number, end: number) =>
        shared.subarray(0, (end - start) * dimension).map((_, index) => start * dimension + index),
    }
    const view = {
      ...table,
      rows: (start: number, end: number) => {
        const rows = table.rows(start, end)
        shared.set(rows)
        return shared.subarray(0, rows.length)
      },
    }
    const chunks = [...write(view)]
    expect(chunks.length).toBeGreaterThan(2)
    const { rows } = await readTable(join(chunks))
    expect(rows.every((value, index) => value === index)).toBe(true)
  })
})

describe('words of word2vec', () => {
  test.each<[string, string, boolean, boolean]>([
    ['an empty word', '', false, false],
    ['a line end', 'a\nb', false, false],
    ['half a surrogate pair', '\ud83d', false, false],
    ['a space within', 'New York', true, false],
    ['two spaces within', 'New  York', true, false],
    ['a space before', ' king', true, false],
    ['a space behind', 'king ', false, false],
    ['a tab behind', 'king\t', false, true],
    ['a space alone', ' ', false, false],
    ['a number behind a space', 'iPhone 5', false, false],
    ['numbers alone', '1 2', false, false],
    ['a number', '42', true, true],
    ['a tab within', 'a\tb', true, true],
    ['a carriage return', 'a\rb', true, true],
    ['no break', 'a\u00a05', true, true],
    ['letters of several bytes, too many', 'é'.repeat(8_192), false, false],
    ['letters of several bytes', 'é'.repeat(8_191), true, true],
  ])('%s', async (_, word, inText, inBinary) => {
    const table = writableRows(ROWS, 2, ['first', word])
    for (const [write, fits] of [
      [writeWord2vecText, inText],
      [writeWord2vecBinary, inBinary],
    ] as const) {
      if (fits) expect((await readTable(join(write(table)))).tokens).toEqual(['first', word])
      else expect(() => write(table)).toThrow(invalid(/^The word .* of row 1 .*: write safetensors\.$/))
    }
  })

  test('a word that comes twice, and no words', () => {
    for (const write of [writeWord2vecText, writeWord2vecBinary]) {
      expect(() => write(writableRows(ROWS, 2, ['a', 'a']))).toThrow(
        invalid(/^The word "a" of row 1 comes twice/),
      )
      expect(() => write(writableRows(ROWS, 2))).toThrow(expect.objectContaining({ code: 'NO_TOKENS' }))
    }
  })
})

test('the bytes of the text and of the binary', () => {
  const table = writableRows(Float32Array.of(0.1, -2, 1e-9, 3), 2, ['the', 'of'])
  expect(new TextDecoder().decode(join(writeWord2vecText(table)))).toBe('2 2\nthe 0.1 -2\nof 1e-9 3\n')
  const binary = join(writeWord2vecBinary(writableRows(Float32Array.of(1, 2), 1, ['a', 'bc'])))
  expect([...binary]).toEqual(
    [...new TextEncoder().encode('2 1\na \0\0\x80?bc \0\0\0@')].filter((b) => b !== 0xc2),
  )
})

describe('writableRows', () => {
  test('rows that are none', () => {
    expect(() => writableRows([1, 2] as unknown as Float32Array, 2)).toThrow(
      invalid(/^rows must be a Float32Array; got Array/),
    )
    expect(() => writableRows(ROWS, 0)).toThrow(invalid(/^dimension must be an integer ≥ 1; got 0/))
    expect(() => writableRows(ROWS, 3)).toThrow(
      expect.objectContaining({ code: 'LENGTH_MISMATCH', details: { length: 4, dimension: 3 } }),
    )
    expect(() => writableRows(ROWS, 2, ['a'])).toThrow(expect.objectContaining({ code: 'LENGTH_MISMATCH' }))
    expect(() => writableRows(ROWS, 2, ['a', null as unknown as string])).toThrow(invalid(/^Token 1 is null/))
  })

  test('some of its rows', () => {
    expect(TABLE.rows(1, 2)).toEqual(Float32Array.of(3, 4))
    expect(TABLE).toMatchObject({ size: 2, dimension: 2, tokens: ['a', 'b'] })
  })
})

describe('encodeSafetensors', () => {
  const tensor = { name: 'a', dtype: 'F32', shape: [2, 2], bytes: new Uint8Array(16) }
  test.each<[string, unknown[], RegExp]>([
    ['a path', ['file', [tensor]], /takes a list of tensors.* got "file"/],
    ['one tensor', [tensor], /takes a list of tensors.* got Object/],
    ['a tensor without bytes', [[{ ...tensor, bytes: undefined }]], /^A tensor is \{ name/],
    ['null for a tensor', [[null]], /^A tensor is .* got null/],
    ['a name that comes twice', [[tensor, tensor]], /"a" is taken/],
    ['an unknown type', [[{ ...tensor, dtype: 'F31' }]], /^Tensor "a" cannot be "F31"/],
    ['a huge shape', [[{ ...tensor, shape: Array(200_000).fill(3) }]], /^Tensor "a" cannot be .{1,99}$/],
    ['too few bytes', [[{ ...tensor, bytes: new Uint8Array(15) }]], /has 15 bytes; F32 \[2,2\] needs 16/],
    ['metadata that is text', [[tensor], 'hello'], /^metadata must be an object of strings; got "hello"/],
    ['metadata of numbers', [[tensor], { a: 1 }], /^metadata must hold strings alone; "a" is 1/],
  ])('%s: rejected at the call', (_, args, message) => {
    expect(() => encodeSafetensors(...(args as [[]]))).toThrow(invalid(message))
  })

  test('chunks that are too few or too many are rejected when they are known', () => {
    for (const count of [1, 3]) {
      const bytes = Array.from({ length: count }, () => new Uint8Array(8))
      expect(() => join(encodeSafetensors([{ ...tensor, bytes }]))).toThrow(/needs 16/)
      // what is too much is not written
      const written: Uint8Array[] = []
      const write = () => {
        for (const chunk of encodeSafetensors([{ ...tensor, bytes }])) written.push(chunk)
      }
      expect(write).toThrow(/needs 16/)
      expect(written.slice(1)).toEqual(bytes.slice(0, 2))
    }
  })

  test('tokens', () => {
    expect(() => tokensTensor('ab' as unknown as string[])).toThrow(invalid(/^tokens must be a list/))
    expect(() => tokensTensor([1] as unknown as string[])).toThrow(invalid(/^tokens must be a list/))
  })
})

test('safetensors keep rows whose tokens are equal', async () => {
  const table = writableRows(Float32Array.of(1, 2, 3, 4, 5, 6), 2, ['a', 'b', 'a'])
  const again = await readTable(join(writeSafetensors(table)))
  expect(again).toMatchObject({ size: 3, duplicates: 0, tokens: ['a', 'b', 'a'] })
  expect(bits(again.rows)).toEqual(bits(table.rows(0, 3)))
})
