/** word2vec and GloVe text: what words may look like, and what each wrong line is told. */
import { expect, test } from 'vitest'
import { ascii, readTable, rejection } from './files.ts'

test('GloVe text has no header', async () => {
  const table = await readTable(ascii('the 0.5 -1 2\nof 1e-3 .25 -0\n'))
  expect(table.file).toMatchObject({ format: 'glove-text', rowCount: 2, dimension: 3 })
  expect(table.tokens).toEqual(['the', 'of'])
  expect([...table.rows]).toEqual([0.5, -1, 2, Math.fround(1e-3), 0.25, -0])
})

test('the last d fields are the vector: words with spaces, words that are numbers', async () => {
  const table = await readTable(ascii('one 1 2 3\nNew York 4 5 6\n42 7 8 9\n. . . 1 1 1\n'))
  expect(table.tokens).toEqual(['one', 'New York', '42', '. . .'])
  expect([...table.rows.subarray(3, 9)]).toEqual([4, 5, 6, 7, 8, 9])
})

test('word2vec text has a header; the last line may lack its end; lines may end in CR LF', async () => {
  const table = await readTable(ascii('2 3\r\nking 1 2 3 \r\nqueen 4 5 6'))
  expect(table.file).toMatchObject({ format: 'word2vec-text', rowCount: 2, dimension: 3 })
  expect(table.tokens).toEqual(['king', 'queen'])
  expect([...table.rows]).toEqual([1, 2, 3, 4, 5, 6])
})

test('of words that come twice the first is kept and the others are counted', async () => {
  const table = await readTable(ascii('4 2\na 1 2\nb 3 4\na 5 6\na 7 8\n'))
  expect(table).toMatchObject({ size: 2, duplicates: 2, tokens: ['a', 'b'] })
  expect([...table.rows]).toEqual([1, 2, 3, 4])
})

test('a row of the wrong length names its line', async () => {
  const error = await rejection(readTable(ascii('3 3\na 1.5 2.5 3.5\nb 4.5 5.5\nc 7 8 9\n')))
  expect(error.code).toBe('INVALID_FORMAT')
  expect(error.message).toMatch(/line 3/)
})

test('a number that is none names its line', async () => {
  const error = await rejection(readTable(ascii('2 3\na 1 2 3\nb 4 5 x6\n')))
  expect(error.code).toBe('INVALID_FORMAT')
  expect(error.message).toMatch(/line 3/)
})

test('bytes that are not UTF-8 name their offset, or are replaced or dropped as asked', async () => {
  const bytes = ascii('2 3\na 1 2 3\nb_ 4 5 6\n')
  const at = bytes.indexOf('_'.charCodeAt(0))
  bytes[at] = 0xff
  const error = await rejection(readTable(bytes))
  expect(error.code).toBe('INVALID_ENCODING')
  expect(error.message).toContain(String(at))
  expect((await readTable(bytes, { encodingErrors: 'replace' })).tokens).toEqual(['a', 'b\ufffd'])
  expect((await readTable(bytes, { encodingErrors: 'ignore' })).tokens).toEqual(['a', 'b'])
})

test('a header that announces more than the file holds is refused before anything is made', async () => {
  for (const header of ['1000000000 300', '9007199254740991 9007199254740991', '3 3']) {
    const error = await rejection(
      readTable(ascii(`${header}\na 1 2 3\nb 4 5 6\n`), { format: 'word2vec-text' }),
    )
    expect(['TRUNCATED', 'INVALID_FORMAT'], header).toContain(error.code)
  }
})

test('numbers are rounded to float32 as their decimals say', async () => {
  const decimals = [
    '0.1',
    '-0.30000001',
    '3.4028234e38',
    '1.17549435e-38',
    '1e-45',
    '16777217',
    '0.000123456789012345',
    '-1E+2',
    '123456789012345678901234567890',
  ]
  const table = await readTable(ascii(`1 ${decimals.length}\nword ${decimals.join(' ')}\n`))
  expect([...table.rows]).toEqual(decimals.map((decimal) => Math.fround(Number(decimal))))
})
