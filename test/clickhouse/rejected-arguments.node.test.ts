/**
 * What the calls reject: options they do not know, and values of another kind. Each error has one code and
 * names what it is about.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import { openClickHouse, type RowSource, uploadTable } from '../../src/clickhouse.ts'
import type { ErrorCode } from '../../src/core/errors.ts'
import { describe as shown } from '../../src/core/values.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { rejection } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import type { MemoryEngine } from './engine/memory-engine.ts'
import { both, on } from './memory.ts'

const SIZE = 60
const COLUMNS = { year: 'number' } as const
const { flat } = makeTable(SIZE, 4, 'plain', 5)

let local: EmbeddingTable
let table: ClickHouseTable<typeof COLUMNS>
let engine: MemoryEngine
const at = () => ({ ...on(engine), columns: COLUMNS })
beforeAll(async () => {
  const metadata = (id: number) => ({ year: 2000 + id })
  const made = await both<typeof COLUMNS>(flat, 4, { columns: COLUMNS, metadata })
  local = made.local
  table = made.cluster
  engine = made.engine
})

/** What no argument takes. */
const ODD: unknown[] = [null, Number.NaN, -1, 1.5, 7n, Symbol('odd'), () => 0, new Date(0), new Map(), {}]
const ODD_LISTS = [...ODD.filter((value) => !(value instanceof Map)), 'ab']
const ODD_OBJECTS = ODD.filter((value) => Object.prototype.toString.call(value) !== '[object Object]')
const ODD_FUNCTIONS = ODD.filter((value) => typeof value !== 'function')

type Rejected = [
  name: string,
  call: (value: never) => Promise<unknown>,
  values: readonly unknown[],
  message: RegExp,
  code?: (value: unknown) => ErrorCode,
]

const ofId = (value: unknown) => (typeof value === 'number' ? 'ID_OUT_OF_RANGE' : 'INVALID_ARGUMENT')
const ofSum = (value: unknown) =>
  Object.getPrototypeOf(value ?? 0) === Object.prototype && Object.keys(value ?? {}).length === 0
    ? 'EMPTY_QUERY'
    : 'INVALID_ARGUMENT'

const calls: Rejected[] = [
  ['id', (row) => table.id(row), ODD, /id .*is not in the table|must be an id or a token/, ofId],
  ['token', (id) => table.token(id), [...ODD, 'x', SIZE], /is not in the table|An id must be a number/, ofId],
  ['row', (row) => table.row(row), ODD, /is not in the table|must be an id or a token/, ofId],
  ['gather', (rows) => table.gather(rows), ODD_LISTS, /a list of rows/],
  ['similarity, the first', (query) => table.similarity(query, 1), ODD, /not in the table|query/, ofId],
  ['similarity, the second', (query) => table.similarity(1, query), ODD, /not in the table|query/, ofId],
  ['nearest', (query) => table.nearest(query), ODD, /not in the table|query/, ofId],
  ['nearestBatch', (list) => table.nearestBatch(list), ODD_LISTS, /list of queries/],
  ['nearestBatch, a query', (query) => table.nearestBatch([query]), ODD, /not in the table|query 0/, ofId],
  [
    'analogy',
    (sum) => table.analogy(sum),
    [...ODD, { positive: 'ab' }, { positive: [[1, 2, 3]] }, { positive: [{}] }, { positive: [null] }],
    /expression|analogy|term|positive/,
    ofSum,
  ],
  ['combine', (sum) => table.combine(sum), ODD, /expression|analogy/, ofSum],
  ['analogyBatch', (list) => table.analogyBatch(list), ODD_LISTS, /list of expressions/],
  [
    'tokenIds',
    (list) => table.tokenIds(list),
    [...ODD_LISTS, [7], [Symbol('x')]],
    /list of tokens|A token must/,
  ],
  ['k', (k) => table.nearest(1, { k }), ODD, /k must be an integer/, () => 'INVALID_K'],
  [
    'minScore',
    (minScore) => table.nearest(1, { minScore }),
    [null, Number.NaN, '1', {}, []],
    /minScore must be/,
  ],
  ['metric', (metric) => table.nearest(1, { metric }), ODD, /metric must be/],
  ['exclude', (exclude) => table.nearest(1, { exclude }), ODD_LISTS, /a list of rows/],
  [
    'filter',
    (filter: never) => table.nearest(1, { filter }),
    [...ODD_OBJECTS, { yaer: 1 }, { year: undefined }, { year: {} }],
    /condition|year|yaer|column/,
  ],
  ['includeInputs', (includeInputs) => table.nearest(1, { includeInputs }), ODD, /includeInputs must be/],
  ['normalize', (normalize) => table.analogy({ positive: [1] }, { normalize }), ODD, /normalize must be/],
  [
    'normalize of combine',
    (normalize) => table.combine({ positive: [1] }, { normalize }),
    ODD,
    /normalize must/,
  ],
  ['the options of nearest', (options) => table.nearest(1, options), ODD_OBJECTS, /options of nearest/],
  [
    'the options of openClickHouse',
    (options) => openClickHouse(options),
    [...ODD, undefined],
    /options|must be/,
  ],
  [
    'the options of uploadTable',
    (options) => uploadTable(local, options),
    [...ODD, undefined],
    /options|must be/,
  ],
  [
    'what is uploaded',
    (what) => uploadTable(what, at()),
    [...ODD, undefined],
    /^A table is opened from a path, a URL, .*; got /,
  ],
]

const opened: [string, readonly unknown[], RegExp][] = [
  ['kernel', ODD, /kernel must be 'codes'/],
  ['url', [...ODD, 'x', 'file:///x'], /url must be the HTTP address/],
  ['table', [...ODD, '', 'a\nb', '\ud800', 'x'.repeat(121)], /name of a table must be/],
  ['database', [...ODD, '', 'a\nb'], /name of a database must be/],
  ['username', ODD, /username must be a string/],
  ['password', ODD, /password must be a string; got "\*\*\*"/],
  ['timeoutMilliseconds', [...ODD, 0, '5', 2 ** 31], /timeoutMilliseconds must be an integer from 1/],
  ['settings', [...ODD_OBJECTS, { 'a b': 1 }, { a: {} }, { a: Number.NaN }], /setting/],
  ['createClient', ODD_FUNCTIONS, /createClient must be a function/],
  ['tls', ODD_OBJECTS, /tls must be an object/],
  ['columns', [...ODD_OBJECTS, { year: 'int' }, { yaer: 'number' }, { year: Symbol('odd') }], /column/],
]

const uploaded: [string, readonly unknown[], RegExp][] = [
  [
    'columns',
    [...ODD_OBJECTS, { year: 'int' }, { 'a.b': 'number' }, { '': 'number' }, { '-a': 'number' }],
    /column/,
  ],
  ['cluster', [...ODD, ''], /name of a cluster must be/],
  ['servers', [...ODD, 'http://127.0.0.1:9', [7]], /servers must be a list of addresses/],
  ['metadata', ODD_FUNCTIONS, /metadata must be a function/],
  ['onProgress', ODD_FUNCTIONS, /onProgress must be a function/],
  ['overwrite', ODD, /overwrite must be a boolean/],
  ['codes', ODD, /codes must be a boolean/],
  ['rowsAtOnce', [...ODD, 0, '5', 2 ** 19 + 1], /rowsAtOnce must be an integer from 1 to 524288/],
]

test.each([
  ...calls,
  ...opened.map(
    ([name, values, message]): Rejected => [
      `${name} of openClickHouse`,
      (value) => openClickHouse({ ...at(), [name]: value }),
      values,
      message,
    ],
  ),
  ...uploaded.map(
    ([name, values, message]): Rejected => [
      `${name} of uploadTable`,
      (value) => uploadTable(local, { ...at(), [name]: value }),
      values,
      message,
    ],
  ),
])('%s', async (_, call, values, message, code = () => 'INVALID_ARGUMENT') => {
  for (const value of values) {
    const error = await rejection(call(value as never)).catch((thrown) =>
      expect.fail(`${shown(value)}: ${thrown}`),
    )
    expect([shown(value), error.code, error.message]).toEqual([
      shown(value),
      code(value),
      expect.stringMatching(message),
    ])
    expect(error.message.length).toBeLessThan(600)
  }
})

test('the longest names and times that are accepted', async () => {
  const opening = openClickHouse({ ...at(), table: 'x'.repeat(120), timeoutMilliseconds: 2 ** 31 - 100_000 })
  expect((await rejection(opening)).code).toBe('NOT_FOUND')
  const rows = { size: 1, dimension: 1, read: () => ({ rows: Float32Array.of(1) }) }
  const options = {
    ...on(engine, 'one'),
    rowsAtOnce: 2 ** 19,
    columns: { ['a'.repeat(61)]: 'number' as const },
  }
  expect((await uploadTable(rows, options)).sent).toBe(1)
})

const strict: [string, (options: object) => Promise<unknown>, string, string][] = [
  ['id', (options) => table.id('token 1', options), 'signall', 'signal'],
  ['token', (options) => table.token(1, options), 'signall', 'signal'],
  ['row', (options) => table.row(1, options), 'signall', 'signal'],
  ['gather', (options) => table.gather([1], options), 'signall', 'signal'],
  ['similarity', (options) => table.similarity(1, 2, options), 'signall', 'signal'],
  ['tokenIds', (options) => table.tokenIds(['x'], options), 'signall', 'signal'],
  ['inspect', (options) => table.inspect(options), 'signall', 'signal'],
  ['combine', (options) => table.combine({ positive: [1] }, options), 'normalise', 'normalize'],
  ['nearest', (options) => table.nearest(1, options), 'exclud', 'exclude'],
  ['nearestBatch', (options) => table.nearestBatch([1], options), 'minscore', 'minScore'],
  ['analogy', (options) => table.analogy({ positive: [1] }, options), 'normalise', 'normalize'],
  ['analogyBatch', (options) => table.analogyBatch([{ positive: [1] }], options), 'filterr', 'filter'],
  ['openClickHouse', (options) => openClickHouse({ ...at(), ...options }), 'columnss', 'columns'],
  ['uploadTable', (options) => uploadTable(local, { ...at(), ...options }), 'rowsAtOne', 'rowsAtOnce'],
]

test.each(strict)(
  '%s rejects keys it does not know, and what is not a signal',
  async (name, call, key, nearest) => {
    const error = await rejection(call({ [key]: 1 }))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { key, nearest } })
    expect(error.message).toContain(`${name}()`)
    if (name === 'openClickHouse') return
    for (const signal of ODD) {
      expect(await rejection(call({ signal }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/signal must be an AbortSignal/),
      })
    }
    const reason = new Error('enough')
    await expect(call({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  },
)

describe('an upload ends', () => {
  test.each<[string, unknown]>([
    ['an unknown column', { yaer: 1 }],
    ['a value of another type', { year: '1' }],
    ['a promise', Promise.resolve({ year: 1 })],
    ['a Map', new Map([['year', 1]])],
    ['a number', 7],
  ])('if metadata is %s', async (_, given) => {
    const options = { ...on(engine, 'odd metadata'), columns: COLUMNS, overwrite: true }
    const error = await rejection(uploadTable(local, { ...options, metadata: () => given as never }))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/row 0|"year"/) })
  })

  test.each<[string, unknown, ErrorCode]>([
    ['nothing', undefined, 'LENGTH_MISMATCH'],
    ['null', null, 'LENGTH_MISMATCH'],
    ['tokens that are not text', { rows: new Float32Array(8), tokens: [1, 2, 3, 4] }, 'INVALID_ARGUMENT'],
    [
      'half a surrogate pair',
      { rows: new Float32Array(8), tokens: ['a', 'b', '\udc00', 'd'] },
      'INVALID_ENCODING',
    ],
    ['too few tokens', { rows: new Float32Array(8), tokens: ['a'] }, 'LENGTH_MISMATCH'],
    ['too few numbers', { rows: new Float32Array(7), tokens: ['a', 'b', 'c', 'd'] }, 'LENGTH_MISMATCH'],
    [
      'a list of numbers',
      { rows: [1, 2, 3, 4, 5, 6, 7, 8], tokens: ['a', 'b', 'c', 'd'] },
      'LENGTH_MISMATCH',
    ],
  ])('if a source of rows gives %s', async (_, block, code) => {
    const source: RowSource = { size: 4, dimension: 2, hasTokens: true, read: () => block as never }
    expect(
      (await rejection(uploadTable(source, { ...on(engine, 'odd source'), overwrite: true }))).code,
    ).toBe(code)
  })

  test('if a number is not finite, naming row and column', async () => {
    const read = (start: number, end: number) => ({
      rows: new Float32Array(2 * (end - start)).fill(Number.NaN, 5, 6),
    })
    const error = await rejection(uploadTable({ size: 10, dimension: 2, read }, on(engine, 'odd numbers')))
    expect(error).toMatchObject({ code: 'NON_FINITE', details: { row: 2, column: 1 } })
  })

  test.each([
    ['size', 0],
    ['size', 1.5],
    ['dimension', 0],
  ])('if the %s of a source is %d', async (name, value) => {
    const source = { size: 2, dimension: 2, read: () => ({ rows: new Float32Array(4) }), [name]: value }
    expect(await rejection(uploadTable(source, on(engine, 'odd shape')))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`${name} of a row source must be an integer ≥ 1; got ${value}.`),
    })
  })
})
