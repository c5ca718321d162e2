/**
 * The JSON of headers: what JSON.parse reads is read alike, and what it lets pass is rejected, with its
 * place.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HeaderValue, headerEntries, isObject } from '../../src/formats/safetensors/header-json.ts'
import { bytesSource } from '../../src/sources/bytes.ts'

const SOURCE = bytesSource(new Uint8Array(), 'model')
const parse = (text: string, anyValue?: boolean) =>
  new Map(headerEntries({ source: SOURCE, what: 'the header', text, anyValue }))

/** As JSON.parse has it. */
function plain(value: HeaderValue): unknown {
  if (isObject(value)) return Object.fromEntries(Array.from(value, ([key, inner]) => [key, plain(inner)]))
  return Array.isArray(value) ? value.map(plain) : value
}

test('any header is read as JSON.parse reads it, in its order, with any white space', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('__proto__', '"', '\\', '\u0000', 'a'.repeat(40)),
  )
  const number = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 10))
  const list = fc.array(fc.oneof(number, text), { maxLength: 4 })
  const inner = fc.array(fc.tuple(text, fc.oneof(number, text, list)), { maxLength: 4 })
  const header = fc.array(
    fc.tuple(
      text,
      fc.oneof(
        number,
        text,
        list,
        inner.map((pairs) => new Map(pairs)),
      ),
    ),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(header, fc.constantFrom('', ' ', '\t\r\n '), (pairs, space) => {
      const object = new Map<string, unknown>(pairs)
      const written = (value: unknown): string => {
        if (value instanceof Map) {
          const members = Array.from(
            value,
            ([key, one]) => `${space}${JSON.stringify(key)}${space}:${space}${written(one)}`,
          )
          return `{${members.join(`${space},`)}${space}}`
        }
        if (Array.isArray(value)) return `[${space}${value.map(written).join(`${space},${space}`)}${space}]`
        return JSON.stringify(value)
      }
      const json = space + written(object) + space
      const parsed = parse(json)
      expect([...parsed.keys()]).toEqual([...object.keys()])
      expect(plain(parsed)).toEqual(JSON.parse(json))
    }),
  )
})

test('any values: fractions, exponents and words too', () => {
  const json = '{"a":[1.5e-3,-0.25,1E+2,true,false,null],"b":-7}'
  expect(plain(parse(json, true))).toEqual(JSON.parse(json))
})

const deep = '{"a":{"b":[1]}}'
test.each<[string, string, number]>([
  ['', 'it is not a JSON object', 0],
  ['[]', 'it is not a JSON object', 0],
  [' "a"', 'it is not a JSON object', 1],
  ['{', 'it ends where a string was expected', 1],
  ['{"a"', 'it ends where a colon was expected', 4],
  ['{"a",1}', 'it holds "," where a colon was expected', 4],
  ['{"a":1', 'it ends where a comma or the end of the object', 6],
  ['{"a":1,}', 'it holds "}" where a string was expected', 7],
  ['{,}', 'it holds "," where a string was expected', 1],
  ['{a:1}', 'it holds "a" where a string was expected', 1],
  ['{"a":1 "b":2}', 'it holds "\\"" where a comma or the end of the object', 7],
  ['{"a":[1 2]}', 'it holds "2" where a comma or the end of the list', 8],
  ['{"a":[1,]}', 'it holds "]" where an object, a list, a string or an integer', 8],
  ['{"a":[1}', 'it holds "}" where a comma or the end of the list', 7],
  ['{"a":01}', 'it holds "1" where a comma or the end of the object', 6],
  ['{"a":+1}', 'it holds "+" where an object, a list, a string or an integer', 5],
  ['{"a":-}', 'it holds "-" where an object, a list, a string or an integer', 5],
  ['{"a":1.0}', 'it holds "." where a comma or the end of the object', 6],
  ['{"a":1e3}', 'it holds "e" where a comma or the end of the object', 6],
  ['{"a":true}', 'it holds "t" where', 5],
  ['{"a":1}x', 'it holds "x" where the end was expected', 7],
  ['{"a":1}{}', 'it holds "{" where the end was expected', 7],
  ['{"a":"b}', 'it ends inside a string', 5],
  ['{"a":"b\\"}', 'it ends inside a string', 5],
  ['{"a":"\\x"}', 'is not a JSON string', 5],
  ['{"a":"\n"}', 'is not a JSON string', 5],
  ['{"a\\":1}', 'it ends inside a string', 1],
  ['{"a":1,"a":2}', 'the key "a" comes twice', 7],
  ['{"a":{"b":1,"\\u0062":2}}', 'the key "b" comes twice', 12],
  [deep.replace('1', '[]'), 'it is nested deeper than 3 levels', 11],
  [deep.replace('1', '{}'), 'it is nested deeper than 3 levels', 11],
  [`{"a":[${'0,'.repeat(4_096)}0]}`, 'it has a list of more than 4096 values', 6 + 2 * 4_096],
])('%s', (text, problem, offset) => {
  const error = (() => {
    try {
      return parse(text)
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toMatchObject({
    code: 'INVALID_FORMAT',
    message: expect.stringMatching(/^model: the header is rejected: .* \(character \d+\)\.$/s),
    details: { offset },
  })
  expect(error).toMatchObject({ message: expect.stringContaining(problem) })
})

test('a key of the most letters, a list of the most values, three levels', () => {
  const key = 'k'.repeat(16_383)
  expect([...parse(`{"${key}":1}`).keys()]).toEqual([key])
  expect(plain(parse(`{"a":[${'0,'.repeat(4_095)}0]}`))).toEqual({ a: Array(4_096).fill(0) })
  expect(plain(parse(deep))).toEqual(JSON.parse(deep))
})
