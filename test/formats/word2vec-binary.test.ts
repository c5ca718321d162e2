/** word2vec binary: records in blocks that end anywhere, and files that lie. */
import { describe, expect, test } from 'vitest'
import { ascii, join, readTable, rejection, same } from './files.ts'

describe('word2vec binary', () => {
  const record = (word: string, ...row: number[]) =>
    join([ascii(`${word} `), new Uint8Array(Float32Array.from(row).buffer)])
  const file = (header: string, ...records: Uint8Array[]) => join([ascii(`${header}\n`), ...records])
  const read = (bytes: Uint8Array) => readTable(bytes, { format: 'word2vec-binary' })
  const [A, B] = [record('a', 1, 2), record('b', 3, 4)]
  const END = ascii('\n')

  test('with line ends behind rows and without', async () => {
    for (const bytes of [
      file('2 2', A, B),
      file('2 2', A, END, B, END),
      file('2 2', END, A, END, END, B, END, END),
    ]) {
      expect(await read(bytes)).toMatchObject({
        size: 2,
        tokens: ['a', 'b'],
        rows: Float32Array.of(1, 2, 3, 4),
      })
    }
  })

  test.each<[string, Uint8Array, string, RegExp]>([
    [
      'an empty word',
      file('2 2', A, record('', 3, 4, 5)),
      'INVALID_FORMAT',
      /the word of row 1 \(byte 14\) is empty/,
    ],
    [
      'a word with a line end',
      file('2 2', A, record('b\nc', 3, 4)),
      'INVALID_FORMAT',
      /the word of row 1 \(byte 14\) holds a line end/,
    ],
    [
      'a word without an end',
      file('1 2', ascii('x'.repeat(16_384))),
      'INVALID_FORMAT',
      /the word of row 0 \(byte 4\) is over 16383 bytes long/,
    ],
    [
      'a word that is too long',
      file('1 2', record('x'.repeat(16_384), 1, 2)),
      'INVALID_FORMAT',
      /is over 16383 bytes long/,
    ],
    [
      'bytes behind the last row',
      file('2 2', A, B, ascii('\nx')),
      'INVALID_FORMAT',
      /1 bytes follow the 2 rows that its header announces/,
    ],
    ['a row more', file('2 2', A, B, A), 'INVALID_FORMAT', /10 bytes follow the 2 rows/],
    [
      'a row that is cut',
      file('3 2', A, B, A).subarray(0, -1),
      'TRUNCATED',
      /at least 34 bytes|needs 3[34] bytes/,
    ],
    [
      'a row that is not there',
      file('2 2', A, END, END, END, END, END, END, END, END, END, END),
      'TRUNCATED',
      /it ends in row 1 of 2; at least 24 bytes were expected and there are 24/,
    ],
  ])('%s', async (_, bytes, code, message) => {
    const error = await rejection(read(bytes))
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
  })

  test('the longest word, and one that is not UTF-8', async () => {
    const word = 'x'.repeat(16_383)
    expect((await read(file('1 2', record(word, 1, 2)))).tokens).toEqual([word])
    const bytes = file('2 2', A, record('b_', 3, 4))
    bytes[bytes.indexOf(0x5f)] = 0xff
    expect(await rejection(read(bytes))).toMatchObject({ code: 'INVALID_ENCODING', details: { offset: 15 } })
    expect((await readTable(bytes, { format: 'word2vec-binary', encodingErrors: 'ignore' })).tokens).toEqual([
      'a',
      'b',
    ])
  })

  test('in blocks that end anywhere', async () => {
    // rows of nearly a mebibyte, which is a block: the word before the first one moves all that follows
    const dimension = (1 << 18) - 3
    const row = (start: number) => Float32Array.from({ length: dimension }, (_, index) => start + index)
    const bytesOfRow = (word: string, start: number) =>
      join([ascii(`${word} `), new Uint8Array(row(start).buffer)])
    const [second, third] = [bytesOfRow('longer', 1), bytesOfRow('again', 2)]
    for (let length = 1; length <= 16; length++) {
      const word = 'x'.repeat(length)
      const bytes = file(`4 ${dimension}`, bytesOfRow(word, 0), END, second, second, END, third)
      const table = await read(bytes)
      expect(table).toMatchObject({ size: 3, duplicates: 1, tokens: [word, 'longer', 'again'] })
      for (let id = 0; id < 3; id++) {
        expect(same(table.rows.subarray(id * dimension, (id + 1) * dimension), row(id))).toBe(true)
      }
    }
  })

  test('is not taken for text', async () => {
    expect((await readTable(file('2 2', A, B))).file.format).toBe('word2vec-binary')
    // numbers whose bytes are letters
    const letters = file('2 1', ascii('a 1a1a'), ascii('b 2b2b'))
    expect((await readTable(letters)).file.format).toBe('word2vec-binary')
    expect(await rejection(readTable(ascii('2 1\na 1111\nb x22')))).toMatchObject({
      code: 'TRUNCATED',
      details: { line: 3 },
    })
  })
})
