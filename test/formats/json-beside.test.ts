/**
 * JSON files beside a table's: parsed, rejected with their name and what to do, and closed in either case.
 */
import { expect, test } from 'vitest'
import { isObject, readJsonBeside } from '../../src/formats/json-beside.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { ascii, rejection } from './files.ts'

/** A source with one file beside it, and how often that was closed. */
function beside(file: Uint8Array | ByteSource) {
  const opened = file instanceof Uint8Array ? bytesSource(file, 'models/config.json') : file
  const counted = { closed: 0 }
  const close = async () => void counted.closed++
  const source: ByteSource = {
    ...bytesSource(new Uint8Array(1), 'model.safetensors'),
    sibling: async (name) => (name === 'config.json' ? { ...opened, close } : undefined),
  }
  return { source, counted }
}

test.each([
  ['{"a":[1,"é"]}', { a: [1, 'é'] }],
  ['\uFEFF[]', []],
  ['null', null],
])('%j is parsed, and its file is closed', async (text, value) => {
  const { source, counted } = beside(new TextEncoder().encode(text))
  expect(await readJsonBeside(source, 'config.json', undefined)).toEqual({
    name: 'models/config.json',
    value,
  })
  expect(counted.closed).toBe(1)
})

test('where there is none nothing is read', async () => {
  const { source } = beside(ascii('{}'))
  expect(await readJsonBeside(source, 'modules.json', undefined)).toBeUndefined()
  const { sibling: _, ...alone } = source
  expect(await readJsonBeside(alone, 'config.json', undefined)).toBeUndefined()
})

const HUGE: ByteSource = {
  name: 'models/config.json',
  size: 2 ** 28 + 1,
  read: async () => expect.fail('it was read'),
}

test.each<[string, Uint8Array | ByteSource, RegExp]>([
  ['what is not JSON', ascii('{"a":'), /^models\/config\.json: it is not JSON: .+\. Remove it\.$/],
  ['what is not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /^models\/config\.json: it is not JSON: .+/],
  ['what is too large', HUGE, /it has 268435457 bytes; at most 268435456 are read\. Remove it\.$/],
])('%s is rejected, and its file is closed', async (_, file, message) => {
  const { source, counted } = beside(file)
  const error = await rejection(readJsonBeside(source, 'config.json', undefined, 'Remove it.'))
  expect(error).toMatchObject({ code: 'INVALID_FORMAT', message: expect.stringMatching(message) })
  expect(counted.closed).toBe(1)
})

test('an error without a remedy ends with its full stop', async () => {
  const { source } = beside(ascii('{'))
  expect((await rejection(readJsonBeside(source, 'config.json', undefined))).message).toMatch(/[^ ]\.$/)
})

test('an object is neither a list nor null', () => {
  expect([{}, [], null, undefined, 'a'].map(isObject)).toEqual([true, false, false, false, false])
})
