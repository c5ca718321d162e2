/** Which text a file is, and headers that lie. */
import { describe, expect, test } from 'vitest'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, readTable, rejection } from './files.ts'

describe('which text it is', () => {
  test.each<[string, string, string, number, number]>([
    ['a header and rows', '2 2\na 1 2\nb 3 4\n', 'word2vec-text', 2, 2],
    ['a header with tabs and spaces', '2\t 2 \r\na 1 2\nb 3 4\n', 'word2vec-text', 2, 2],
    ['a byte order mark before the header', '\ufeff2 2\na 1 2\nb 3 4\n', 'word2vec-text', 2, 2],
    ['a byte order mark before GloVe text', '\ufeffa 1 2\nb 3 4\n', 'glove-text', 2, 2],
    ['a byte order mark that is the first word', '\ufeff 1 2\nb 3 4\n', 'glove-text', 2, 2],
    ['one dimension, the first word a number', '2 3\na 1\nb 2\nc 3\n', 'glove-text', 4, 1],
    ['one dimension, one row', 'a 1\n', 'glove-text', 1, 1],
    ['one line without an end', 'a 1 2 3', 'glove-text', 1, 3],
    ['words with spaces among others', 'a 1 2\nb c 3 4\nd 5 6\n', 'glove-text', 3, 2],
    ['a header of one dimension', '2 1\na 1\nb 2\n', 'word2vec-text', 2, 1],
  ])('%s', async (_, text, format, size, dimension) => {
    const { file } = await readTable(ascii(text))
    expect(file).toMatchObject({ format, size, dimension })
  })

  test('a byte order mark is the first word or none of it', async () => {
    expect((await readTable(ascii('\ufeff 1 2\nb 3 4\n'))).tokens).toEqual(['\ufeff', 'b'])
    expect((await readTable(ascii('\ufeffa 1 2\nb 3 4\n'))).tokens).toEqual(['a', 'b'])
  })

  test('where two numbers of columns are as frequent, the larger: a cut row is rejected', async () => {
    const error = await rejection(readTable(ascii('a 1 2 3\nb 4 5\n')))
    expect(error.message).toMatch(/line 2 has 2 numbers after its word; 3 were expected/)
  })

  test('fewer than half of the lines rows: no table', async () => {
    const prose = 'it was\nthe best\nof times\na 1 2\n'
    expect((await rejection(readTable(ascii(prose)))).message).toMatch(/is no table that rowspace knows/)
    expect((await readTable(ascii('a 1 2\nb 1 2\n'))).file.size).toBe(2)
  })

  test('a first line that is longer than what is looked at first', async () => {
    const numbers = Array.from({ length: 40_000 }, (_, index) => index / 8)
    for (const word of ['w', 'New York']) {
      const text = `${word} ${numbers.join(' ')}\nx ${numbers.join(' ')}\n`
      const table = await readTable(ascii(word === 'w' ? text : `x ${numbers.join(' ')}\n${text}`))
      expect(table.file).toMatchObject({ format: 'glove-text', dimension: 40_000 })
      expect(table.tokens).toContain(word)
    }
    const prose = ascii('word '.repeat(20_000))
    expect((await rejection(readTable(prose))).message).toMatch(/is no table/)
  })
})

describe('a header that lies', () => {
  const rows = 'a 1 2 3\nb 4 5 6\n'
  test.each<[string, string, string, RegExp]>([
    ['no rows', '0 3', 'INVALID_FORMAT', /announces 0 rows of 3 numbers: no table/],
    ['no columns', '3 0', 'INVALID_FORMAT', /announces 3 rows of 0 numbers: no table/],
    ['more than any file', '9007199254740991 9007199254740991', 'INVALID_FORMAT', /no file is so large/],
    ['more than this file', '1000000000 300', 'TRUNCATED', /needs 602000000014 bytes and the file has 31/],
    ['a row more', '3 3', 'TRUNCATED', /needs 27 bytes and the file has 20/],
    ['not numbers', 'two three', 'INVALID_FORMAT', /first line is not the two numbers of a word2vec header/],
    ['three numbers', '2 3 4', 'INVALID_FORMAT', /first line is not the two numbers/],
    ['one number', '2', 'INVALID_FORMAT', /first line is not the two numbers/],
    ['too long', `${' '.repeat(70)}2 3`, 'INVALID_FORMAT', /first line is not the two numbers/],
  ])('%s', async (_, header, code, message) => {
    const error = await rejection(readTable(ascii(`${header}\n${rows}`), { format: 'word2vec-text' }))
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
  })

  test('more bytes than so many rows can take', async () => {
    const line = (bytes: number) => `1 1\na${' '.repeat(bytes - 3)}1\n`
    const most = 16_383 + 1_024
    expect((await readTable(ascii(line(most)))).size).toBe(1)
    const error = await rejection(readTable(ascii(line(most + 1))))
    expect(error).toMatchObject({ code: 'INVALID_FORMAT', details: { expectedRows: 1 } })
    expect(error.message).toMatch(/are more than they can take/)
  })

  test('more rows than words can be distinguished', async () => {
    const source = { ...bytesSource(ascii('16777217 1\na 1\nb 2\n')), size: 17e7 }
    const error = await rejection(
      openTableFile({
        ...source,
        read: async (start, end) => ascii('16777217 1\n'.padEnd(65_536, 'a 1\n')).slice(start, end),
      }),
    )
    expect(error).toMatchObject({ code: 'UNSUPPORTED', details: { rows: 16_777_217 } })
  })

  test('the smallest file that a header allows', async () => {
    expect(await readTable(ascii('1 1\na 1'))).toMatchObject({ size: 1, tokens: ['a'] })
    expect((await rejection(readTable(ascii('2 1\na 1\nb ')))).code).toBe('TRUNCATED')
  })

  test('GloVe text with more rows than words can be distinguished', async () => {
    const lines = ascii('a 1\n'.repeat(1 << 18))
    const size = 4 * 16_777_217
    const read = async (start: number, end: number) => lines.subarray(0, end - start)
    const error = await rejection(openTableFile({ name: 'many', size, read }))
    expect(error).toMatchObject({ code: 'UNSUPPORTED', details: { rows: 16_777_217 } })
  })
})
