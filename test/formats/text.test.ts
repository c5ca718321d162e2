/** word2vec and GloVe text: what words may look like, and the error of each wrong line. */
import { describe, expect, test } from 'vitest'
import { ascii, readTable, rejection } from './files.ts'

test('GloVe text has no header', async () => {
  const table = await readTable(ascii('the 0.5 -1 2\nof 1e-3 .25 -0\n'))
  expect(table.file).toMatchObject({ format: 'glove-text', size: 2, dimension: 3 })
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
  expect(table.file).toMatchObject({ format: 'word2vec-text', size: 2, dimension: 3 })
  expect(table.tokens).toEqual(['king', 'queen'])
  expect([...table.rows]).toEqual([1, 2, 3, 4, 5, 6])
})

test('of words that come twice the first stays and the others are counted', async () => {
  const table = await readTable(ascii('4 2\na 1 2\nb 3 4\na 5 6\na 7 8\n'))
  expect(table).toMatchObject({ size: 2, duplicates: 2, tokens: ['a', 'b'] })
  expect([...table.rows]).toEqual([1, 2, 3, 4])
})

describe('a row that is wrong names its line', () => {
  const header = '3 3\na 1.5 2.5 3.5\n'
  test.each<[string, string, string]>([
    ['a number missing', 'b 4.5 5.5\nc 7 8 9\n', 'line 3 has 2 numbers after its word; 3 were expected.'],
    ['one too many', 'b 1e-05 5.5 6 7\nc 7 8 9\n', 'line 3 has 4 numbers after its word; 3 were expected.'],
    ['two too many', 'b 1 2 3 4 5\nc 7 8 9\n', 'line 3 has 5 numbers after its word; 3 were expected.'],
    [
      'one too many behind two words',
      'New York 1 2 3 4\nc 7 8 9\n',
      'line 3 has 4 numbers after its word; 3 were expected.',
    ],
    ['a word alone', 'b\nc 7 8 9\nd 1 2 3\n', 'line 3 has 0 numbers after its word; 3 were expected.'],
    ['no word', ' 4 5 6\nc 7 8 9\n', 'line 3 has 3 numbers after its word; 3 were expected.'],
    [
      'a field that is not a number',
      'b 4 5 x6\nc 7 8 9\n',
      'line 3 has "x6" where number 3 of 3 was expected.',
    ],
    ['the first of them', 'b x 5 6\nc 7 8 9\n', 'line 3 has "x" where number 1 of 3 was expected.'],
    [
      'a long one',
      `b 4 5 ${'x'.repeat(90)}\nc 7 8 9\n`,
      `line 3 has "${'x'.repeat(40)}" where number 3 of 3 was expected.`,
    ],
    [
      'one row more than announced',
      'b 4 5 6\nc 7 8 9\nd 1 2 3\n',
      'line 5 is one row more than the 3 that the header announces.',
    ],
    ['behind blank lines', '\n \nb 4 5 x\nc 7 8 9\n', 'line 5 has "x" where number 3 of 3 was expected.'],
  ])('%s', async (_, lines, message) => {
    const error = await rejection(readTable(ascii(header + lines), { format: 'word2vec-text' }))
    expect(error.message).toBe(`bytes: ${message}`)
    expect(error.code).toBe('INVALID_FORMAT')
    expect(error.details.line).toBe(Number(/line (\d+)/.exec(message)![1]))
  })

  test('the last of the file may be cut short', async () => {
    for (const cut of ['b 4 5', 'b 4 5 -', 'b']) {
      const error = await rejection(
        readTable(ascii(`2 3\na 1.25 2.25 3.25\n${cut}`), { format: 'word2vec-text' }),
      )
      expect(error.code).toBe('TRUNCATED')
      expect(error.message).toMatch(/^bytes: line 3, the last, has .* may be cut short\.$/)
    }
  })

  test('fewer rows than announced', async () => {
    const error = await rejection(
      readTable(ascii(`2 3\na 1 2 3\n${'\n'.repeat(9)}`), { format: 'word2vec-text' }),
    )
    expect(error).toMatchObject({ code: 'TRUNCATED', details: { expectedRows: 2, rows: 1, actual: 21 } })
  })

  test('names of columns above GloVe text', async () => {
    const error = await rejection(readTable(ascii('word x y\na 1 2\nb 3 4\nc 5 6\n')))
    expect(error.message).toMatch(
      /^bytes: line 1 has "x" where number 1 of 2 was expected\. If it holds the names of columns, remove it\.$/,
    )
  })

  test('the longest word', async () => {
    const word = 'x'.repeat(16_383)
    expect((await readTable(ascii(`1 2\n${word} 1 2\n`))).tokens).toEqual([word])
    const error = await rejection(readTable(ascii(`2 2\n${word}y 1 2\nb 1 2\n`)))
    expect(error.message).toBe('bytes: line 2 has a word of 16384 bytes; at most 16383 are read.')
  })
})

test.each<[string, string]>([
  ['two spaces', 'word  1 2\n'],
  ['a tab', 'word\t1\t2\n'],
  ['a space and a tab', 'word \t1 \t 2\n'],
  ['spaces behind', 'word 1 2 \t \n'],
  ['two lines of blanks', '\n  \nword 1 2\n\t\n'],
])('%s between fields are not part of the word', async (_, text) => {
  for (const file of [`1 2\n${text}`, `other 3 4\n${text}`]) {
    const { tokens, rows } = await readTable(ascii(file))
    expect(tokens!.at(-1)).toBe('word')
    expect([...rows.slice(-2)]).toEqual([1, 2])
  }
})

test('spaces before a word and within belong to it', async () => {
  const { tokens } = await readTable(ascii('3 2\n king 1 2\nNew  York  3 4\n\tx 5 6\n'))
  expect(tokens).toEqual([' king', 'New  York', '\tx'])
})

test('bytes that are not UTF-8 name their offset, or are replaced or dropped as requested', async () => {
  const bytes = ascii('2 3\na 1 2 3\nb_ 4 5 6\n')
  const at = bytes.indexOf('_'.charCodeAt(0))
  bytes[at] = 0xff
  const error = await rejection(readTable(bytes))
  expect(error.code).toBe('INVALID_ENCODING')
  expect(error.message).toContain(String(at))
  expect((await readTable(bytes, { encodingErrors: 'replace' })).tokens).toEqual(['a', 'b\ufffd'])
  expect((await readTable(bytes, { encodingErrors: 'ignore' })).tokens).toEqual(['a', 'b'])
})

test('offsets and lines are those of the file, also where lines lie in two blocks', async () => {
  const row = `${'w'.repeat(50)} ${'0.125 '.repeat(10)}`
  const text = Array.from({ length: 30_000 }, (_, id) => `${id}${row}\n`).join('')
  const bytes = ascii(`${text}x_ ${'1 '.repeat(10)}\n`)
  const at = bytes.indexOf(0x5f)
  bytes[at] = 0xff
  expect(await rejection(readTable(bytes))).toMatchObject({
    code: 'INVALID_ENCODING',
    details: { offset: at },
  })
  bytes[at] = 0x20
  bytes[at + 1] = 0x79
  expect((await rejection(readTable(bytes))).details).toMatchObject({ line: 30_001 })
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
