/** UTF-8, valid and not: the three ways to treat what is not. */
import { expect, test } from 'vitest'
import { decodeUtf8, firstInvalid } from '../../src/formats/text/utf8.ts'
import { ascii, join } from './files.ts'

test('UTF-8: what is valid, and where it is not', () => {
  const valid = [
    '',
    'a',
    'é',
    '€',
    '😀',
    '\u0800',
    '\uffff',
    '\ud7ff',
    '\ue000',
    '\u{10000}',
    '\u{10ffff}',
    '\ufeff',
    '\0',
    '\x7f\x80',
  ]
  for (const text of valid) {
    expect(firstInvalid(ascii(text))).toBe(-1)
    expect(decodeUtf8(ascii(text), 'strict', { name: 'x', offset: 0 })).toBe(text)
  }
  const invalid = [
    '80',
    'bf',
    'c0 80',
    'c1 bf',
    'c2',
    'c2 c3',
    'e0 80 80',
    'e0 9f bf',
    'e1 80',
    'e1 80 c0',
    'ed a0 80',
    'ed bf bf',
    'ee 7f 80',
    'f0 8f bf bf',
    'f0 90 80',
    'f4 90 80 80',
    'f5 80 80 80',
    'ff',
    'e2 82',
    'f1 80 80 c0',
  ]
  for (const hex of invalid) {
    const bytes = join([
      ascii('é'),
      Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16)),
      ascii('z'),
    ])
    expect(firstInvalid(bytes), hex).toBe(2)
    expect(() => decodeUtf8(bytes, 'strict', { name: 'x', offset: 10 }), hex).toThrow(
      /^x: the byte at offset 12 is not UTF-8/,
    )
    expect(decodeUtf8(bytes, 'ignore', { name: 'x', offset: 0 }), hex).toMatch(/^é[^\ufffd]*z$/)
    expect(decodeUtf8(bytes, 'replace', { name: 'x', offset: 0 }), hex).toBe(
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
    )
  }
})
