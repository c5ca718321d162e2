/** Models in several GGUF files: any part opens all of it, and parts that do not belong together are rejected. */
import { describe, expect, test } from 'vitest'
import { readTied } from '../../src/formats/tied.ts'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { rejection } from './files.ts'
import { bytesOf, F32, type GgufTensorSpec, type GgufValue, gguf, u32 } from './gguf-files.ts'

const u16 = (value: number): GgufValue => ({ type: 2, bytes: bytesOf(Uint16Array.of(value)) })
const i32 = (value: number): GgufValue => ({ type: 5, bytes: u32(value) })
const tensor = (name: string, rows: number, first: number): GgufTensorSpec => ({
  name,
  shape: [rows, 4],
  type: F32,
  bytes: bytesOf(Float32Array.from({ length: rows * 4 }, (_, place) => first + place)),
})
const TABLE = tensor('token_embd.weight', 3, 100)
const OUTPUT = tensor('output.weight', 3, 200)
const LAYER = tensor('blk.0.ffn_up.weight', 5, 300)

const split = (number: number, count: number, tensors: number): [string, GgufValue][] => [
  ['split.no', u16(number)],
  ['split.count', u16(count)],
  ['split.tensors.count', i32(tensors)],
]
const TOKENS: [string, GgufValue][] = [
  ['tokenizer.ggml.model', 'gpt2'],
  ['tokenizer.ggml.tokens', ['a', 'b', 'c']],
]
const part = (number: number, tensors: readonly GgufTensorSpec[], metadata = split(number, 3, 3)) =>
  gguf({ tensors, metadata: number === 0 ? [...TOKENS, ...metadata] : metadata })
const nameOf = (number: number) => `m-Q8_0-0000${number + 1}-of-00003.gguf`

type Files = Record<string, Uint8Array>

/** As gguf-split writes them, the first without tensors; `more` are other files in their place. */
const model = (more: Files = {}): Files => ({
  [nameOf(0)]: part(0, []),
  [nameOf(1)]: part(1, [TABLE]),
  [nameOf(2)]: part(2, [OUTPUT, LAYER]),
  ...more,
})

/** A file of a folder, and the names of those that are open. */
function source(files: Files, name: string, open = new Set<string>(), folder = 'models/'): ByteSource {
  const bytes = files[name]
  if (bytes === undefined) throw new Error(`There is no ${name}.`)
  open.add(name)
  return {
    ...bytesSource(bytes, folder + name),
    sibling: async (beside) =>
      files[beside] === undefined ? undefined : source(files, beside, open, folder),
    close: async () => void open.delete(name),
  }
}

const without = (files: Files, name: string) =>
  Object.fromEntries(Object.entries(files).filter(([each]) => each !== name))

describe('any part opens the model', () => {
  test.each([0, 1, 2])('part %i', async (number) => {
    const open = new Set<string>()
    using table = await openTable(source(model(), nameOf(number), open))
    expect(table).toMatchObject({ size: 3, dimension: 4 })
    expect([...table.row('b')]).toEqual([104, 105, 106, 107])
    // what a caller opened stays open
    expect([...open]).toEqual([nameOf(number)])
  })

  test('its figures are those of all parts', async () => {
    const files = model()
    const open = new Set<string>()
    const file = await openTableFile(source(files, nameOf(0), open))
    expect(describeTableFile(file)).toMatchObject({
      tensor: 'token_embd.weight',
      parameters: 44,
      share: 12 / 44,
      fileBytes: Object.values(files).reduce((sum, { length }) => sum + length, 0),
    })
    expect(file.tensors?.map(({ name }) => name).sort()).toEqual([LAYER.name, OUTPUT.name, TABLE.name])
    expect(await readTied(file)).toEqual({ tied: false, outputTensor: 'output.weight' })
    await file.close()
    expect([...open]).toEqual([nameOf(0)])
  })

  test('another tensor of another part', async () => {
    const file = await openTableFile(source(model(), nameOf(1)), { tensor: 'output.weight' })
    const rows = new Float32Array(12)
    await file.load(rows)
    expect(rows[0]).toBe(200)
    await file.close()
  })

  test('from a URL with a query, and from a folder of Windows', async () => {
    for (const [folder, query] of [
      ['https://example.org/m/', '?download=true'],
      ['C:\\models\\', ''],
    ]) {
      const whole = source(model(), nameOf(0), new Set(), folder)
      using table = await openTable({ ...whole, name: whole.name + query })
      expect(table.size).toBe(3)
    }
  })
})

describe('parts that are not needed', () => {
  test('may be missing where a table is opened', async () => {
    const files = { [nameOf(0)]: part(0, [TABLE]) }
    using table = await openTable(source(files, nameOf(0)))
    expect(table.id('c')).toBe(2)
    const error = await rejection(openTableFile(source(files, nameOf(0))))
    expect(error).toMatchObject({ code: 'NOT_FOUND', details: { file: nameOf(1) } })
    expect(error.message).toContain(`no "${nameOf(1)}" beside it. Copy or download all parts`)
  })

  test('are those of a file under another name, or with nothing beside it', async () => {
    for (const files of [{ 'renamed.gguf': part(0, [TABLE]) }, { [nameOf(1)]: part(0, [TABLE]) }]) {
      const [name = ''] = Object.keys(files)
      const file = await openTableFile(source(files, name))
      expect(file).toMatchObject({ size: 3, parameters: 12 })
      await file.close()
    }
    using alone = await openTable(part(0, [TABLE]))
    expect(alone.size).toBe(3)
  })
})

describe('what does not belong together', () => {
  test.each<[string, Files, RegExp]>([
    [
      'a missing part with the table',
      without(model(), nameOf(1)),
      /there is no "m-Q8_0-00002-of-00003\.gguf"/,
    ],
    [
      'a part that says it is another',
      model({ [nameOf(1)]: part(1, [TABLE], split(2, 3, 3)) }),
      /part 2 of 3, and its header part 3 of 3: parts of different versions/,
    ],
    [
      'a part of more files',
      model({ [nameOf(1)]: part(1, [TABLE], split(1, 4, 3)) }),
      /part 2 of 3, and its header part 2 of 4/,
    ],
    ['a part of none', model({ [nameOf(1)]: part(1, [TABLE], []) }), /and its header part 1 of 1/],
    [
      'a tensor in two parts',
      model({ [nameOf(2)]: part(2, [TABLE, LAYER]) }),
      /the tensor "token_embd\.weight" is in another part too/,
    ],
    [
      'fewer tensors than were written',
      model({ [nameOf(2)]: part(2, [LAYER]) }),
      /should hold 3 tensors, and hold 2/,
    ],
    ['a part that is cut short', model({ [nameOf(1)]: part(1, [TABLE]).subarray(0, 90) }), /cut short/],
    ['a part that is no GGUF', model({ [nameOf(1)]: new Uint8Array(64) }), /does not begin with GGUF/],
  ])('%s', async (_, files, message) => {
    const open = new Set<string>()
    const error = await rejection(openTableFile(source(files, nameOf(0), open)))
    expect(error.message).toMatch(message)
    expect([...open]).toEqual([nameOf(0)])
  })

  test.each<[string, [string, GgufValue][], RegExp]>([
    ['a part past the last', split(3, 3, 3), /part 4 of 3; at most 10000 are read/],
    ['more parts than there are', split(0, 65_535, 3), /part 1 of 65535; at most 10000/],
    [
      'a count in words',
      [['split.count', 'three']],
      /split\.count has the value type 8; a count was expected/,
    ],
    [
      'a count of 64 bits',
      [['split.no', { type: 10, bytes: new Uint8Array(8) }]],
      /split\.no has the value type 10/,
    ],
  ])('%s', async (_, metadata, message) => {
    const files = { [nameOf(0)]: part(0, [TABLE], metadata) }
    const error = await rejection(openTableFile(source(files, nameOf(0))))
    expect(error).toMatchObject({ code: 'INVALID_FORMAT', message: expect.stringMatching(message) })
  })
})
