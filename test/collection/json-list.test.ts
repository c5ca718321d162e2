/** Lists in parts are what JSON makes of them whole, wherever the parts end. */
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { encodeJsonList, parseJsonList } from '../../src/collection/json-list.ts'

const join = (chunks: readonly Uint8Array[]) => Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
afterEach(() => vi.restoreAllMocks())
const encode = (text: string) => new TextEncoder().encode(text)

test('any list, in parts of any size', () => {
  const element = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '\\', '\\"', ',', '","', '[', ']', '\ud800', 'é🗝', '\\\\"'),
    fc.nat(),
    fc.constant(Number.MAX_SAFE_INTEGER),
  )
  fc.assert(
    fc.property(fc.array(element), fc.integer({ min: 1, max: 40 }), (list, size) => {
      const chunks = encodeJsonList(list, size)
      expect(chunks.every(({ length }) => length > 0 && length <= size)).toBe(true)
      expect(new TextDecoder().decode(join(chunks))).toBe(JSON.stringify(list))
      expect(parseJsonList(join(chunks), size)).toEqual(list)
    }),
  )
})

test('elements are gathered until they fill a chunk', () => {
  const chunks = encodeJsonList([1, 2, 3, 4, 5, 6, 7], 4).map((chunk) => new TextDecoder().decode(chunk))
  expect(chunks).toEqual(['[1,2', ',3,4', ',5,6', ',7]'])
})

test.each(['', '[', ']', '[]]', '[1,]', '[,1]', '[1,,2]', '["a]', '"a"', '{}', '[1 2]', '[1', '1]', ' []'])(
  '%j is no list, in parts either',
  (text) => {
    expect(() => parseJsonList(encode(text))).toThrow(SyntaxError)
    expect(() => parseJsonList(encode(text), 1)).toThrow(SyntaxError)
  },
)

test('bytes that are not UTF-8 are no list', () => {
  expect(() => parseJsonList(Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d))).toThrow(TypeError)
})

test.each([
  ['["a,b",1,"\\\\",2]', 1, ['["a,b"]', '[1]', '["\\\\"]', '[2]']],
  ['["\\",",1]', 1, ['["\\","]', '[1]']],
  ['[1,2,3,4]', 4, ['[1,2,3]', '[4]']],
  ['[1,2,3,4]', 5, ['[1,2,3]', '[4]']],
  ['[1,2,3,4]', 7, ['[1,2,3,4]']],
])('%s is parsed in parts of %i bytes or little more', (text, bytes, parts) => {
  const parse = vi.spyOn(JSON, 'parse')
  parseJsonList(encode(text), bytes)
  expect(parse.mock.calls.map(([part]) => part)).toEqual(parts)
})

test.each([
  [[1, 2, 3], 2, [2, 2, 2, 1]],
  [['abcdef'], 4, [4, 4, 1, 1]],
])('%j is encoded in chunks of at most %i bytes', (list, bytes, lengths) => {
  expect(encodeJsonList(list, bytes).map(({ length }) => length)).toEqual(lengths)
})
