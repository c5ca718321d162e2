/** Lines of text, and fields of a line. */
import { describe, expect, test } from 'vitest'
import {
  countFields,
  eachLine,
  endsInNumber,
  firstLines,
  isRow,
  lastFields,
  readLines,
} from '../../src/formats/text/lines.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, rejection } from './files.ts'

describe('lines', () => {
  const linesOf = (text: string) => {
    const bytes = ascii(text)
    const lines: string[] = []
    eachLine(bytes, (start, end) => lines.push(text.slice(start, end)))
    return lines
  }

  test.each<[string, string[]]>([
    ['', []],
    ['\n', ['']],
    ['\r\n', ['']],
    ['\r', ['']],
    ['a\r\r\nb', ['a\r', 'b']],
    ['a\n\nb\n', ['a', '', 'b']],
    ['a\rb\n', ['a\rb']],
  ])('%j', (text, lines) => {
    expect(linesOf(text)).toEqual(lines)
  })

  test('the first that are not blank', () => {
    const first = (count: number) =>
      firstLines(ascii('\n a\r\n \t\nb\nc\n'), count).map((line) => line.length)
    expect(first(1)).toEqual([2])
    expect(first(2)).toEqual([2, 1])
    expect(first(9)).toEqual([2, 1, 1])
  })
})

describe('a file read in blocks', () => {
  const TEXT = 'ab\ncd\n\nefghij\nk'
  const chunksOf = async (text: string, start: number, maxLineBytes?: number) => {
    const chunks: [offset: number, text: string][] = []
    const source = bytesSource(ascii(text))
    for await (const { bytes, offset } of readLines(source, start, { blockBytes: 4 }, maxLineBytes))
      chunks.push([offset, String.fromCharCode(...bytes)])
    return chunks
  }

  test('comes in whole lines, with their places', async () => {
    const rest: [number, string][] = [
      [7, 'efghij\n'],
      [14, 'k'],
    ]
    expect(await chunksOf(TEXT, 0)).toEqual([[0, 'ab\n'], [3, 'cd\n\n'], ...rest])
    // no chunk is empty
    expect(await chunksOf(TEXT.slice(0, -1), 7)).toEqual(rest.slice(0, 1))
    expect(await chunksOf('', 0)).toEqual([])
  })

  test('has no line of more bytes than are read', async () => {
    expect(await chunksOf(TEXT, 0, 5)).toHaveLength(4)
    expect(await rejection(chunksOf(TEXT, 0, 4))).toMatchObject({
      code: 'INVALID_FORMAT',
      details: { offset: 7 },
    })
  })
})

describe('fields', () => {
  test.each<[string, number]>([
    ['', 0],
    [' \t', 0],
    ['a', 1],
    ['a b', 2],
    [' a \t b\t', 2],
  ])('of %j', (text, count) => {
    const bytes = ascii(text)
    expect(countFields(bytes)).toBe(count)
    expect(lastFields(bytes, 0, bytes.length, count + 1)).toBe(-1)
  })

  test('the last of them, within bounds', () => {
    const line = ascii('a b  cd\t')
    const last = (count: number, start = 0) => lastFields(line, start, line.length, count)
    expect([0, 1, 2, 3, 4].map((count) => last(count))).toEqual([8, 5, 2, 0, -1])
    expect([1, 2, 3].map((count) => last(count, 2))).toEqual([5, 2, -1])
    expect(lastFields(line, 0, 6, 1)).toBe(5)
  })

  test.each<[string, boolean]>([
    ['a 1', true],
    ['a 1 ', true],
    ['a\t-2.5e3', true],
    [' 1', true],
    ['1', false],
    ['a b', false],
    ['a 1x', false],
    ['', false],
  ])('whether %j is a word that ends in a number', (text, answer) => {
    expect(endsInNumber(ascii(text), 0, text.length)).toBe(answer)
  })

  test.each<[string, number, boolean]>([
    ['a 1 2', 2, true],
    ['a b 1 2', 2, true],
    ['1 2', 1, true],
    ['a 1 2', 1, false],
    ['a 1', 2, false],
    ['a x 2', 2, false],
    ['1 2', 2, false],
    [' 1 2', 2, false],
  ])('whether %j is a row of %i numbers: %s', (text, dimension, answer) => {
    expect(isRow(ascii(text), dimension)).toBe(answer)
  })
})
