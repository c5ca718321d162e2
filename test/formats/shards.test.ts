/** Models in parts: the index, its shards, and what is wrong between them. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeSafetensors, type TensorToWrite } from '../../src/formats/safetensors/writer.ts'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { hubWith } from '../hub/models.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { ascii, join, property, rejection } from './files.ts'

const FIRST = 'model-00001-of-00002.safetensors'
const SECOND = 'model-00002-of-00002.safetensors'
const TABLE = 'model.embed_tokens.weight'

const tensor = (name: string, ...shape: number[]): TensorToWrite => {
  const count = shape.reduce((product, length) => product * length, 1)
  const bytes = new Uint8Array(Float32Array.from({ length: count }, (_, i) => i + name.length).buffer)
  return { name, dtype: 'F32', shape, bytes }
}

const SHARDS: Record<string, TensorToWrite[]> = {
  [FIRST]: [tensor('model.norm.weight', 4), tensor('lm_head.weight', 6, 4)],
  [SECOND]: [tensor(TABLE, 6, 4), tensor('model.layers.0.weight', 4, 4)],
}

const mapOf = (shards: Record<string, TensorToWrite[]>) =>
  Object.fromEntries(Object.entries(shards).flatMap(([file, list]) => list.map(({ name }) => [name, file])))

interface Model {
  source: ByteSource
  opened: string[]
  closed: string[]
}

/** The index, with its shards beside it. */
function model(index: unknown, shards: Record<string, TensorToWrite[]> = SHARDS): Model {
  const opened: string[] = []
  const closed: string[] = []
  const text = typeof index === 'string' ? index : JSON.stringify(index)
  const sibling = async (name: string): Promise<ByteSource | undefined> => {
    if (shards[name] === undefined) return undefined
    opened.push(name)
    const whole = bytesSource(join(encodeSafetensors(shards[name])), name)
    return { ...whole, close: async () => void closed.push(name) }
  }
  return { source: { ...bytesSource(ascii(text), 'index'), sibling }, opened, closed }
}

const INDEX = { metadata: { total_size: 352, share: 0.5 }, weight_map: mapOf(SHARDS) }

describe('a model in two parts', () => {
  test('is opened from the part that holds its table, alone', async () => {
    const { source, opened, closed } = model(INDEX)
    using table = await openTable(source)
    expect(table).toMatchObject({ size: 6, dimension: 4 })
    expect(Array.from(table.row(1))).toEqual([4, 5, 6, 7].map((value) => value + TABLE.length))
    expect(opened).toEqual([SECOND])
    expect(closed).toEqual([SECOND])
  })

  test('is described from the headers of all', async () => {
    const { source, opened, closed } = model(INDEX)
    const file = await openTableFile(source)
    const described = describeTableFile(file)
    expect(described).toMatchObject({
      format: 'safetensors',
      tensor: TABLE,
      rows: 6,
      parameters: 4 + 24 + 24 + 16,
    })
    expect(described.tensors?.map(({ name }) => name).sort()).toEqual(Object.keys(INDEX.weight_map).sort())
    const bytes = Object.values(SHARDS).map((list) => join(encodeSafetensors(list)).length)
    expect(described.fileBytes).toBe(bytes[0]! + bytes[1]!)
    await file.close()
    expect(closed.sort()).toEqual(opened.sort())
  })

  test('--tensor may be in any part; one that is nowhere is an error that lists those of all parts', async () => {
    using table = await openTable(model(INDEX).source, { tensor: 'lm_head.weight' })
    expect(table.row(0)[0]).toBe('lm_head.weight'.length)
    const error = await rejection(openTable(model(INDEX).source, { tensor: 'nothing' }))
    expect(error).toMatchObject({ code: 'NOT_FOUND' })
    for (const name of ['lm_head.weight', TABLE, 'model.layers.0.weight'])
      expect(error.message).toContain(name)
  })
})

describe('names of parts', () => {
  const rows = { [TABLE]: tensor(TABLE, 2, 2) }
  const named = (file: string) => model({ weight_map: { [TABLE]: file } }, { [file]: Object.values(rows) })

  test.each(['a', '_', '-1', 'a..b', 'A+=,()[] -.x', ' a', 'x'.repeat(255)])('%j', async (file) => {
    using table = await openTable(named(file).source)
    expect(table.size).toBe(2)
  })

  test.each(['', '.a', '..', 'a/b', 'a\\b', '/a', 'a:b', 'a\n', 'a?b', 'x'.repeat(256)])(
    '%j is rejected',
    async (file) => {
      expect(await rejection(openTable(named(file).source))).toMatchObject({
        code: 'INVALID_FORMAT',
        message: expect.stringContaining('the name of a file beside the index was expected'),
      })
    },
  )

  test('space before the index is JSON too; a list, or a word before it, is none', async () => {
    const text = JSON.stringify({ weight_map: { [TABLE]: FIRST } })
    const shards = { [FIRST]: Object.values(rows) }
    using table = await openTable(model(` \r\n\t${text}`, shards).source)
    expect(table.size).toBe(2)
    for (const before of ['[', 'x', '1 ']) {
      expect((await rejection(openTable(model(before + text, shards).source))).message).toContain(
        'is no table that rowspace knows',
      )
    }
  })
})

describe('is rejected', () => {
  const extra = { ...SHARDS, [SECOND]: [...SHARDS[SECOND]!, tensor('model.norm.weight', 4)] }
  const gone = { ...SHARDS, [SECOND]: SHARDS[SECOND]!.slice(1) }
  test.each<[string, unknown, Record<string, TensorToWrite[]>, string, RegExp]>([
    [
      'a part that is missing',
      INDEX,
      { [FIRST]: SHARDS[FIRST]! },
      'NOT_FOUND',
      /names the file "model-00002-of-00002/,
    ],
    [
      'a tensor in two parts',
      INDEX,
      extra,
      'INVALID_FORMAT',
      /"model\.norm\.weight" is in "model-00002.*in "model-00001/,
    ],
    [
      'a tensor that is in none',
      INDEX,
      gone,
      'INVALID_FORMAT',
      /embed_tokens\.weight" is in "model-00002.*does not have it/,
    ],
    [
      'a path',
      { weight_map: { [TABLE]: '../x.safetensors' } },
      SHARDS,
      'INVALID_FORMAT',
      /"\.\.\/x\.safetensors"/,
    ],
    ['a hidden file', { weight_map: { [TABLE]: '..' } }, SHARDS, 'INVALID_FORMAT', /"\.\."/],
    ['no name', { weight_map: { [TABLE]: 7 } }, SHARDS, 'INVALID_FORMAT', /in 7/],
    ['a map that is none', { weight_map: [] }, SHARDS, 'INVALID_FORMAT', /weight_map/],
    ['an empty map', { weight_map: {} }, SHARDS, 'INVALID_FORMAT', /weight_map/],
    ['no JSON', '{"weight_map": {', SHARDS, 'INVALID_FORMAT', /JSON/],
    [
      'a name twice',
      `{"weight_map":{"a":"${FIRST}","a":"${SECOND}"}}`,
      SHARDS,
      'INVALID_FORMAT',
      /"a" comes twice/,
    ],
    [
      'nesting',
      `{"weight_map":{},"a":${'['.repeat(99)}${']'.repeat(99)}}`,
      SHARDS,
      'INVALID_FORMAT',
      /nested deeper/,
    ],
  ])('%s', async (_, index, shards, code, message) => {
    const { source, opened, closed } = model(index, shards)
    const error = await rejection(openTableFile(source))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(closed.sort()).toEqual(opened.sort())
  })

  test('an index with any bytes altered: a table or a RowspaceError', async () => {
    const bytes = ascii(JSON.stringify(INDEX))
    await property(150, fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (seed) => {
      const random = randomNumbers(seed)
      const altered = bytes.slice()
      for (let change = 0; change <= seed % 5; change++) {
        altered[Math.floor(random() * altered.length)] = Math.floor(random() * 256)
      }
      const { source } = model(INDEX)
      const lying = { ...source, size: altered.length, read: bytesSource(altered).read }
      const table = await openTable(lying).catch((error) => rejection(Promise.reject(error)))
      if ('dispose' in table) table.dispose()
    })
  })
})

test('by name from the hub: config, index and one part travel', async () => {
  const tensors = [{ name: TABLE, dtype: 'BF16' as const, shape: [2_000, 64] }]
  const rest = [{ name: 'lm_head.weight', dtype: 'BF16' as const, shape: [40_000, 64] }]
  const map = { [TABLE]: FIRST, 'lm_head.weight': SECOND }
  const { open, log } = await hubWith({
    models: {
      'openai/small': {
        files: {
          [FIRST]: { kind: 'model', spec: { tensors, table: TABLE, seed: 3 } },
          [SECOND]: { kind: 'model', spec: { tensors: rest, table: 'lm_head.weight', seed: 4 } },
          'model.safetensors.index.json': { kind: 'text', text: JSON.stringify({ weight_map: map }) },
        },
      },
    },
  })
  using table = await open()
  expect(table).toMatchObject({ size: 2_000, dimension: 64, dtype: 'bf16' })
  expect((await log()).some(({ path }) => path.includes(SECOND))).toBe(false)
  const { length } = await log()
  using again = await open('hf:openai/small', { offline: true })
  expect(again.row(1_999)).toEqual(table.row(1_999))
  expect(await log()).toHaveLength(length)
})
