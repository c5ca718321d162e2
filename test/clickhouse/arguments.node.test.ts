/**
 * What the calls of a cluster are given: read once, at the call; what is unknown or of another kind is
 * refused before anything is sent.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import { openClickHouse, type RowSource, uploadTable } from '../../src/clickhouse.ts'
import { describe as shown } from '../../src/core/values.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { rejection } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import { type ClickHouseServers, findClickHouse, startClickHouse } from './servers.ts'
import { onServers } from './shards.ts'

const SIZE = 60
const DIMENSION = 4
const COLUMNS = { year: 'number' } as const
const { flat } = makeTable(SIZE, DIMENSION, 'plain', 5)

/** What no argument takes. */
const ODD: unknown[] = [null, Number.NaN, -1, 1.5, 7n, Symbol('odd'), () => 0, new Date(0), new Map(), {}]

/** A table as every call leaves it, and calls that could be given something else meanwhile. */
type Columned = ClickHouseTable<typeof COLUMNS>

describe.skipIf(findClickHouse() === undefined)('one server', () => {
  let servers: ClickHouseServers
  let local: EmbeddingTable
  let table: Columned
  const at = () => ({ ...onServers(servers.urls, 'arguments'), columns: COLUMNS })
  const metadata = (id: number) => ({ year: 2000 + id })
  beforeAll(async () => {
    servers = await startClickHouse({ count: 1 })
    const tokens = Array.from({ length: SIZE }, (_, id) => `token ${id}`)
    local = await EmbeddingTable.from(flat, { dimension: DIMENSION, tokens })
    await uploadTable(local, { ...at(), metadata })
    table = await openClickHouse(at())
  }, 60_000)
  afterAll(async () => {
    await table?.close()
    await servers?.stop()
  }, 60_000)

  const vector = () => Float32Array.of(1, -2, 3, 0.5)
  const list = () => [1, -2, 3, 0.5]

  describe('is read at the call', () => {
    test.each<[string, (table: Columned) => { promise: Promise<unknown>; change: () => void }]>([
      [
        'a query that is a Float32Array',
        (asked) => {
          const query = vector()
          return { promise: asked.nearest(query), change: () => query.fill(9) }
        },
      ],
      [
        'a query that is a list, options and what they hold',
        (asked) => {
          const query = list()
          const options = {
            k: 5,
            metric: 'dot' as const,
            exclude: ['token 1'],
            filter: { year: { gte: 2010 } },
          }
          const promise = asked.nearest(query, options)
          const change = () => {
            query.fill(9)
            options.k = 1
            options.exclude[0] = 'token 2'
            options.filter.year.gte = 2050
          }
          return { promise, change }
        },
      ],
      [
        'queries of a batch',
        (asked) => {
          const queries = [vector(), 'token 5', list()]
          const change = () => {
            ;(queries[0] as Float32Array).fill(9)
            ;(queries[2] as number[]).fill(9)
            queries[1] = 'token 4'
            queries.length = 2
          }
          return { promise: asked.nearestBatch(queries, { exclude: ['token 9'] }), change }
        },
      ],
      [
        'a batch in one array',
        (asked) => {
          const queries = Float32Array.of(...list(), ...list())
          return { promise: asked.nearestBatch(queries), change: () => queries.fill(9) }
        },
      ],
      [
        'an expression',
        (asked) => {
          const expression = { positive: [vector(), ['token 2', 0.5] as ['token 2', number]], negative: [7] }
          const change = () => {
            ;(expression.positive[0] as Float32Array).fill(9)
            expression.positive[1] = ['token 2', 3]
            expression.negative[0] = 8
          }
          return { promise: asked.analogy(expression, { normalize: true }), change }
        },
      ],
      [
        'expressions of a batch',
        (asked) => {
          const expressions = [{ positive: [vector()] }, { positive: ['token 5', 'token 6'] }]
          const change = () => {
            ;(expressions[0]!.positive[0] as Float32Array).fill(9)
            expressions[1]!.positive[0] = 'token 7'
          }
          return { promise: asked.analogyBatch(expressions), change }
        },
      ],
      [
        'an expression to combine',
        (asked) => {
          const expression = { positive: [vector(), 'token 2'] }
          return {
            promise: asked.combine(expression),
            change: () => void (expression.positive[0] as Float32Array).fill(9),
          }
        },
      ],
      [
        'vectors to compare',
        (asked) => {
          const [a, b] = [vector(), list()]
          const change = () => {
            a.fill(9)
            b.fill(-9)
          }
          return {
            promise: Promise.all([asked.similarity(a, 'token 3'), asked.similarity('token 4', b)]),
            change,
          }
        },
      ],
      [
        'rows to gather',
        (asked) => {
          const rows = ['token 5', 3]
          return { promise: asked.gather(rows), change: () => rows.fill('token 6') }
        },
      ],
      [
        'tokens',
        (asked) => {
          const tokens = ['token 5', 'none']
          return { promise: asked.tokenIds(tokens), change: () => tokens.fill('token 6') }
        },
      ],
    ])('%s', async (_, call) => {
      const expected = await plain(call(table).promise)
      const { promise, change } = call(table)
      change()
      expect(await plain(promise)).toEqual(expected)
    })

    test('where a table is uploaded to and opened from', async () => {
      const columns: Record<string, 'number' | 'string'> = { year: 'number' }
      const options = {
        ...onServers(servers.urls, 'changed'),
        columns,
        metadata,
        codes: false,
        overwrite: true,
        rowsAtOnce: 7,
      }
      const promise = uploadTable(local, options)
      const change = (target: Record<string, unknown>) => {
        columns.month = 'string'
        Object.assign(target, {
          table: 'other',
          database: 'none',
          url: 'http://127.0.0.1:9',
          codes: true,
          rowsAtOnce: -1,
          timeoutMilliseconds: 1,
          settings: { max_memory_usage: 1 },
          metadata: () => ({ year: 1 }),
          replace: false,
          kernel: 'x',
          core: 7,
        })
      }
      change(options)
      expect(await promise).toEqual({ size: SIZE, dimension: DIMENSION, sent: SIZE })
      const again: Record<string, unknown> & Parameters<typeof openClickHouse>[0] = {
        ...onServers(servers.urls, 'changed'),
        columns: { year: 'number' },
      }
      const opening = openClickHouse(again)
      change(again)
      const opened = (await opening) as Columned
      expect(opened.columns).toEqual({ year: 'number' })
      expect(opened.kernels.alone).not.toBe('codes')
      expect(await plain(opened.nearest(vector(), { filter: { year: 2010 } }))).toHaveLength(1)
      await opened.close()
    })
  })

  /** Answers as they are compared: with tokens and scores. */
  async function plain(promise: Promise<unknown>): Promise<unknown> {
    return JSON.parse(
      JSON.stringify(await promise, (_, value) => (value instanceof Map ? [...value] : value)),
    )
  }

  const calls: [string, (options: object) => Promise<unknown>, string, string][] = [
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

  test.each(calls)(
    '%s refuses keys it does not know, and a signal that is none',
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

  test('each call names what it cannot take', async () => {
    const given = (call: (value: never) => Promise<unknown>, values: unknown[]) =>
      values.map((value) => [value, call] as const)
    const isOther = (kind: string) => (value: unknown) => typeof value !== kind
    const uploaded = (name: string) => (value: never) => uploadTable(local, { ...at(), [name]: value })
    const opened = (name: string) => (value: never) => openClickHouse({ ...at(), [name]: value })
    const objects = ODD.filter((value) => Object.prototype.toString.call(value) !== '[object Object]')
    for (const [value, ask] of [
      ...given((row) => table.id(row), ODD),
      ...given((row) => table.token(row), [...ODD, 'x', SIZE]),
      ...given((row) => table.row(row), ODD),
      ...given((rows) => table.gather(rows), [...ODD.filter((value) => !(value instanceof Map)), 'ab']),
      ...given((query) => table.similarity(query, 1), ODD),
      ...given((query) => table.similarity(1, query), ODD),
      ...given((query) => table.nearest(query), ODD),
      ...given((list) => table.nearestBatch(list), [...ODD.filter((value) => !(value instanceof Map)), 'ab']),
      ...given((query) => table.nearestBatch([query]), ODD),
      ...given(
        (expression) => table.analogy(expression),
        [...ODD, { positive: 'ab' }, { positive: [[1, 2, 3]] }, { positive: [{}] }, { positive: [null] }],
      ),
      ...given((expression) => table.combine(expression), ODD),
      ...given((list) => table.analogyBatch(list), [...ODD.filter((value) => !(value instanceof Map)), 'ab']),
      ...given(
        (tokens) => table.tokenIds(tokens),
        [...ODD.filter((value) => !(value instanceof Map)), 'ab', [7], [Symbol('x')]],
      ),
      ...given((k) => table.nearest(1, { k }), ODD),
      ...given((minScore) => table.nearest(1, { minScore }), [null, Number.NaN, '1', {}, []]),
      ...given((metric) => table.nearest(1, { metric }), ODD),
      ...given(
        (exclude) => table.nearest(1, { exclude }),
        [...ODD.filter((value) => !(value instanceof Map)), 'ab'],
      ),
      ...given(
        (filter) => table.nearest(1, { filter }),
        [...objects, { yaer: 1 }, { year: undefined }, { year: {} }],
      ),
      ...given((includeInputs) => table.nearest(1, { includeInputs }), ODD),
      ...given((normalize) => table.analogy({ positive: [1] }, { normalize }), ODD),
      ...given((options) => table.nearest(1, options), objects),
      ...given((options) => openClickHouse(options), [...ODD, undefined]),
      ...given((options) => uploadTable(local, options), [...ODD, undefined]),
      ...given((what) => uploadTable(what, at()), [...ODD, undefined]),
      ...given(opened('kernel'), ODD),
      ...given(opened('url'), [...ODD, 'x', 'file:///x']),
      ...given(opened('table'), [...ODD, '', 'a\nb']),
      ...given(opened('database'), [...ODD, '', 'a\nb']),
      ...given(opened('username'), ODD),
      ...given(opened('password'), ODD),
      ...given(opened('timeoutMilliseconds'), [...ODD, 0, '5', 2 ** 31]),
      ...given(opened('settings'), [...objects, { 'a b': 1 }, { a: {} }, { a: Number.NaN }]),
      ...given(opened('createClient'), ODD.filter(isOther('function'))),
      ...given(opened('tls'), objects),
      ...given(opened('columns'), [...objects, { year: 'int' }, { yaer: 'number' }, { year: Symbol('odd') }]),
      ...given(uploaded('columns'), [...objects, { year: 'int' }, { 'a.b': 'number' }]),
      ...given(uploaded('cluster'), [...ODD, '']),
      ...given(uploaded('servers'), [...ODD, 'http://127.0.0.1:9', [7]]),
      ...given(uploaded('metadata'), ODD.filter(isOther('function'))),
      ...given(uploaded('onProgress'), ODD.filter(isOther('function'))),
      ...given(uploaded('overwrite'), ODD),
      ...given(uploaded('codes'), ODD),
      ...given(uploaded('rowsAtOnce'), [...ODD, 0, '5', 2 ** 30]),
    ]) {
      const error = await rejection(ask(value as never)).catch((thrown) =>
        expect.fail(`${ask} with ${shown(value)}: ${thrown}`),
      )
      expect([shown(value), error.code, error.message.length < 600]).toEqual([
        shown(value),
        expect.stringMatching(/^(INVALID_ARGUMENT|ID_OUT_OF_RANGE|INVALID_K|EMPTY_QUERY)$/),
        true,
      ])
    }
  }, 60_000)

  test.each<[string, unknown]>([
    ['an unknown column', { yaer: 1 }],
    ['a value of another type', { year: '1' }],
    ['a promise', Promise.resolve({ year: 1 })],
    ['a Map', new Map([['year', 1]])],
    ['a number', 7],
  ])('metadata that is %s ends the upload', async (_, given) => {
    const options = { ...onServers(servers.urls, 'odd metadata'), columns: COLUMNS, overwrite: true }
    const error = await rejection(uploadTable(local, { ...options, metadata: () => given as never }))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/row 0|"year"/) })
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'LENGTH_MISMATCH'],
    ['null', null, 'LENGTH_MISMATCH'],
    ['tokens that are no text', { rows: new Float32Array(8), tokens: [1, 2, 3, 4] }, 'INVALID_ARGUMENT'],
  ])('a source of rows that gives %s ends the upload', async (_, block, code) => {
    const source: RowSource = { size: 4, dimension: 2, hasTokens: true, read: () => block as never }
    const options = { ...onServers(servers.urls, 'odd source'), overwrite: true }
    expect((await rejection(uploadTable(source, options))).code).toBe(code)
  })

  test('every call of a table that was closed says so', async () => {
    const closed = await openClickHouse(at())
    await closed.close()
    await closed.close()
    for (const promise of [
      closed.id(1),
      closed.token(1),
      closed.row(1),
      closed.gather([1]),
      closed.similarity(1, 2),
      closed.tokenIds(['x']),
      closed.inspect(),
      closed.combine({ positive: [vector()] }),
      closed.nearest(1),
      closed.nearestBatch([1]),
      closed.analogy({ positive: [1] }),
      closed.analogyBatch([{ positive: [1] }]),
    ]) {
      expect((await rejection(promise)).code).toBe('DISPOSED')
    }
  })
})
