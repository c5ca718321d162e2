/** The first bytes of a file, by which formats are recognised. */
import { describe, expect, test } from 'vitest'
import { npyReader } from '../../src/formats/numpy/npy.ts'
import { npzReader } from '../../src/formats/numpy/npz.ts'
import { safetensorsReader } from '../../src/formats/safetensors/reader.ts'
import { rowDimension, sniffText } from '../../src/formats/text/sniff.ts'
import { parseWord2vecHeader, textStart } from '../../src/formats/text/word2vec-header.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, join } from './files.ts'

describe('the header of word2vec', () => {
  test.each<[string, number, number]>([
    ['12 34\n', 12, 34],
    ['12 34\r\n', 12, 34],
    ['12 \t 34 \t\n', 12, 34],
    ['12\t34 \r\n', 12, 34],
    [`12${' '.repeat(59)}34\n`, 12, 34],
  ])('%j', (line, size, dimension) => {
    const header = parseWord2vecHeader(ascii(`${line}a 1`))
    expect(header).toEqual({ size, dimension, end: line.length })
    expect(parseWord2vecHeader(ascii(`\ufeff${line}`))).toEqual({ size, dimension, end: line.length + 3 })
  })

  test.each([
    '12 34',
    '\n12 34\n',
    ' 12 34\n',
    '1234\n',
    '12 34 5\n',
    'x12 34\n',
    '12 34x\n',
    '12 3.4\n',
    '-12 34\n',
    '12 -34\n',
    '12 34\r\r\n',
    `12${' '.repeat(60)}34\n`,
  ])('%j is not one', (text) => {
    expect(parseWord2vecHeader(ascii(text))).toBeUndefined()
  })

  test('text starts behind a byte order mark, unless that is the first word', () => {
    expect(['\ufeffa', '\ufeff', '\ufeff 1', '\ufeff\t1', 'a'].map((text) => textStart(ascii(text)))).toEqual(
      [3, 3, 0, 0, 0],
    )
    for (let index = 0; index < 3; index++) {
      const bytes = ascii('\ufeffa')
      bytes[index] = 0x80
      expect(textStart(bytes)).toBe(0)
    }
  })
})

describe('which text the first bytes are of', () => {
  const sniff = (head: Uint8Array, more = 0) => sniffText(head, head.length + more)
  const numbers = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
  const record = (word: string, ...values: number[]) => join([ascii(`${word} `), numbers(...values)])

  test('records after a header, with line ends and without, whole and cut', () => {
    const header = ascii('2 2\n')
    const [first, second] = [record('a', 1, 2), record('b', 3, 4)]
    const end = ascii('\n')
    expect(sniff(join([header, first, second]))).toBe('word2vec-binary')
    expect(sniff(join([header, first, end, second, end]))).toBe('word2vec-binary')
    expect(sniff(join([header, first]), 10)).toBe('word2vec-binary')
  })

  test('records whose numbers are all letters are records if they fill the file', () => {
    const letters = 'abcdefgh'
    const header = '2 2\n'
    expect(sniff(ascii(`${header}a ${letters}b ${letters}`))).toBe('word2vec-binary')
    expect(sniff(ascii(`${header}a ${letters}\nb ${letters}\n`))).toBe('word2vec-binary')
    expect(sniff(ascii(`${header}a ${letters}b ${letters}c`))).toBe('word2vec-text')
    expect(sniff(ascii(`${header}a ${letters}b ${letters.slice(1)}`))).toBe('word2vec-text')
    expect(sniff(ascii(`${header}a ${letters}`))).toBe('word2vec-text')
    expect(sniff(ascii(`${header} ${letters}b ${letters}`))).toBe('word2vec-text')
    expect(sniff(ascii(`${header}a ${letters}x\ny ${letters}`))).toBe('word2vec-text')
    // the rest is not seen yet
    expect(sniff(ascii(`${header}a ${letters}b ${letters.slice(1)}`), 1)).toBe('word2vec-binary')
    expect(sniff(ascii(`${header}a ${letters}b`), 9)).toBe('word2vec-binary')
    expect(sniff(ascii(`${header}a ${letters}b\nc`), 9)).toBe('word2vec-text')
  })

  test.each<[number, string]>([
    [0x08, 'word2vec-binary'],
    [0x09, 'word2vec-text'],
    [0x0d, 'word2vec-text'],
    [0x0e, 'word2vec-binary'],
    [0x1f, 'word2vec-binary'],
    [0x20, 'word2vec-text'],
  ])('the byte %i in what is not a row', (byte, kind) => {
    expect(sniff(join([ascii('2 2\nword word'), Uint8Array.of(byte), ascii('word\nx\n')]))).toBe(kind)
  })

  test('pairs of a word and a number behind what could be a header', () => {
    expect(sniff(ascii('2 3\na 1\nb 2\n'))).toBe('glove-text')
    expect(sniff(ascii('2 3\na 1\nb c 2\n'))).toBe('word2vec-text')
    expect(sniff(ascii('3 3\na 1\nb c 2\nd 3\n'))).toBe('glove-text')
    expect(sniff(ascii('2 3\na 1\n'))).toBe('word2vec-text')
    expect(sniff(ascii('2 3\na 1\nb x\n'))).toBe('word2vec-text')
    expect(sniff(ascii('2 1\na 1\nb 2\n'))).toBe('word2vec-text')
    expect(sniff(ascii('2 0\na 1\nb 2\n'))).toBe('glove-text')
  })

  test.each<[string, boolean, number | undefined]>([
    ['', true, undefined],
    ['a 1\n', true, 1],
    ['a 1 2\nb 1 2\nc 1\n', true, 2],
    ['a 1\nb 1\nc 1 2\n', true, 1],
    ['a 1 2\nb 1\n', true, 2],
    ['a 1\nb 1 2\n', true, 2],
    ['a 1\nx\n', true, 1],
    ['a 1\nx\ny\n', true, undefined],
    ['a 1\nb 1 2', false, 1],
    // one line of which the end is not seen
    ['a 1 2 3.', false, 2],
    ['New York 1 2 3.', false, 3],
    ['to be or not to be 1', false, undefined],
    ['a', false, undefined],
  ])('the dimension of %j, whole: %s', (text, atEnd, dimension) => {
    expect(rowDimension(ascii(text), atEnd)).toBe(dimension)
  })
})

describe('the first bytes of other formats', () => {
  const source = bytesSource(new Uint8Array(0))

  test('safetensors: eight bytes that are not text, space, and a brace', () => {
    const recognises = (prefix: Uint8Array, rest: string) =>
      safetensorsReader.recognises(join([prefix, ascii(rest)]), source)
    const length = Uint8Array.of(64, 0, 0, 0, 0, 0, 0, 0)
    expect(recognises(length, '{"a"')).toBe(true)
    expect(recognises(length, ' \t\r\n{"a"')).toBe(true)
    expect(recognises(length, 'x{"a"')).toBe(false)
    expect(recognises(length, '')).toBe(false)
    expect(recognises(ascii('abcdefgh'), '{"a"')).toBe(false)
    expect(recognises(ascii('a\t\n\v\f\r f'), '{"a"')).toBe(false)
    expect(recognises(join([ascii('1 2\n'), length.subarray(4)]), '{"a"')).toBe(false)
    expect(recognises(join([ascii('12 34\r\n'), length.subarray(7)]), '{"a"')).toBe(false)
    expect(recognises(join([ascii('1 2'), length.subarray(3)]), '{"a"')).toBe(true)
    expect(recognises(join([ascii('x1 2\n'), length.subarray(5)]), '{"a"')).toBe(true)
    for (const byte of [0x08, 0x0e, 0x1f])
      expect(recognises(join([ascii('abcdefg'), Uint8Array.of(byte)]), '{')).toBe(true)
  })

  test.each([
    ['npy', npyReader, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
    ['npz', npzReader, [0x50, 0x4b, 3, 4]],
  ])('%s: every one of its signature', (_, reader, signature) => {
    expect(reader.recognises(Uint8Array.from(signature), source)).toBe(true)
    signature.forEach((byte, place) => {
      const other = Uint8Array.from(signature).fill(byte ^ 1, place, place + 1)
      expect(reader.recognises(other, source)).toBe(false)
    })
  })
})
