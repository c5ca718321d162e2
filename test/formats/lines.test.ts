/** Lines of text, and fields of a line. */
import { describe, expect, test } from 'vitest'
import {
  countFields,
  eachLine,
  endsInNumber,
  firstLines,
  isRow,
  lastFields,
} from '../../src/formats/text/lines.ts'
import { ascii } from './files.ts'

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
