/** The rule: whatever is handed over, a public call answers or throws a RowspaceError that can be printed. */
import { expect, test } from 'vitest'
import { isRowspaceError, RowspaceError } from '../../src/core/errors.ts'
import { IdSet } from '../../src/core/id-set.ts'
import { describe as shown } from '../../src/core/values.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { WordList } from '../../src/table/vocabulary.ts'

// biome-ignore lint/suspicious/noExplicitAny: what is handed over is wrong on purpose
type Untyped = any

const LONG = 'x'.repeat(5_000_000)
/** Longer than any message. */
const MOST = 2_001

const ODD: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a symbol', Symbol(LONG)],
  ['an object without a prototype', Object.create(null)],
  ['an object whose class has no name', new (class {})()],
  ['an object whose constructor throws', Object.defineProperty({}, 'constructor', { get: thrown })],
  ['an object that cannot be a string', { toString: thrown, valueOf: thrown, [Symbol.toPrimitive]: thrown }],
  ['a long string', LONG],
  ['a string of digits', '5'],
  ['a large bigint', 10n ** 5000n],
  ['a small bigint', 5n],
  ['a function', Object.assign(() => LONG, { toString: () => LONG })],
  ['a boolean', true],
  ['NaN', Number.NaN],
  ['minus one', -1],
  ['a fraction', 0.5],
  ['a list of itself', selfList()],
  ['a list of symbols', [Symbol('a'), Symbol('b')]],
  ['a list of nulls', [null, null]],
  ['a long list', new Array(100_000).fill('nobody')],
  ['a date that is none', new Date(Number.NaN)],
  ['a promise', Promise.resolve(1)],
  ['a map', new Map([[LONG, LONG]])],
]

function thrown(): never {
  throw new TypeError('read by a message')
}

function selfList(): unknown[] {
  const list: unknown[] = []
  list.push(list, list)
  return list
}

const table: Untyped = await EmbeddingTable.from([1, 2, 3, 4], { dimension: 2, tokens: ['a', 'b'] })
const bare: Untyped = await EmbeddingTable.from([1, 2, 3, 4], { dimension: 2 })
const [Table, Words, Ids] = [EmbeddingTable as Untyped, WordList as Untyped, IdSet as Untyped]

const CALLS: [string, (value: Untyped) => unknown][] = [
  ['new EmbeddingTable()', (value) => new Table(value)],
  ['from() rows', (value) => Table.from(value, { dimension: 2 })],
  ['from() one of the rows', (value) => Table.from([[1, 2], value])],
  ...['dimension', 'dtype', 'scales', 'tokens', 'nonFinite', 'codes', 'threads'].map(
    (key): [string, (value: Untyped) => unknown] => [
      `from() ${key}`,
      (value) => Table.from([1, 2], { dimension: 2, [key]: value }),
    ],
  ),
  ['from() options', (value) => Table.from([1, 2], value)],
  ['fill() shape', (value) => Table.fill(value, () => {})],
  ['fill() size', (value) => Table.fill({ size: value, dimension: 1 }, () => {})],
  ['fill() write', (value) => Table.fill({ size: 1, dimension: 1 }, value)],
  ['fill() what write returns', (value) => Table.fill({ size: 1, dimension: 1 }, () => value)],
  ...['size', 'tokens', 'duplicates', 'skip'].map((key): [string, (value: Untyped) => unknown] => [
    `fill() what write returns as ${key}`,
    (value) => Table.fill({ size: 1, dimension: 1 }, () => ({ [key]: value })),
  ]),
  ['id()', (value) => table.id(value)],
  ['id() without tokens', (value) => bare.id(value)],
  ['token()', (value) => table.token(value)],
  ['isSkipped()', (value) => table.isSkipped(value)],
  ['row()', (value) => table.row(value)],
  ['gather()', (value) => table.gather(value)],
  ['gather() of one', (value) => table.gather([value])],
  ['similarity()', (value) => table.similarity(value, 0)],
  ['similarity() to', (value) => table.similarity(0, value)],
  ['nearest()', (value) => table.nearest(value)],
  ['nearest() to a list', (value) => table.nearest([value, 1])],
  ...['k', 'metric', 'minScore', 'exclude', 'filter', 'includeInputs'].map(
    (key): [string, (value: Untyped) => unknown] => [
      `nearest() ${key}`,
      (value) => table.nearest(0, { [key]: value }),
    ],
  ),
  ['nearest() options', (value) => table.nearest(0, value)],
  ['nearestBatch()', (value) => table.nearestBatch(value)],
  ['nearestBatch() of one', (value) => table.nearestBatch([value])],
  ['analogy()', (value) => table.analogy(value)],
  ['analogy() positive', (value) => table.analogy({ positive: value })],
  ['analogy() term', (value) => table.analogy({ positive: [value] })],
  ['analogy() weight', (value) => table.analogy({ positive: [['a', value]] })],
  ['analogy() weighted term', (value) => table.analogy({ positive: [[value, 1]] })],
  ['analogyBatch()', (value) => table.analogyBatch(value)],
  ['analogyBatch() of one', (value) => table.analogyBatch([value])],
  ['combine()', (value) => table.combine(value)],
  ['combine() normalize', (value) => table.combine({ positive: ['a'] }, { normalize: value })],
  ['scores() query', (value) => table.scores(value, [0])],
  ['scores() rows', (value) => table.scores(0, value)],
  ['randomIds()', (value) => table.randomIds(value)],
  ['randomIds() seed', (value) => table.randomIds(1, { seed: value })],
  ['randomIds() exclude', (value) => table.randomIds(1, { exclude: value })],
  ['idSet()', (value) => table.idSet(value)],
  ['new WordList()', (value) => new Words(value)],
  ['WordList.tokenize()', (value) => new Words(['a']).tokenize(value)],
  ['new IdSet()', (value) => new Ids(value)],
  ['IdSet.from() ids', (value) => Ids.from(3, value)],
  ['IdSet.from() id', (value) => Ids.from(3, [value])],
  ['IdSet.where() size', (value) => Ids.where(value, () => true)],
  ['IdSet.where() test', (value) => Ids.where(3, value)],
  ['IdSet.add()', (value) => new Ids(3).add(value)],
  ['IdSet.has()', (value) => new Ids(3).has(value)],
  ['IdSet.delete()', (value) => new Ids(3).delete(value)],
  ['loadCore()', (value) => typeof value !== 'string' && loadCore(value)],
]

test.each(CALLS)('%s', async (name, call) => {
  for (const [kind, value] of ODD) {
    try {
      await call(value)
    } catch (error) {
      if (!isRowspaceError(error)) expect.fail(`${name} with ${kind} raised ${String(error).slice(0, 200)}`)
      expect(error.message.length, kind).toBeLessThanOrEqual(MOST)
    }
  }
})

test('a value is shown as a reader knows it, shortened, and nothing of it is run', () => {
  const cases: [unknown, string][] = [
    ['5', '"5"'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ['y'.repeat(60), `"${'y'.repeat(60)}"`],
    ['y'.repeat(61), `"${'y'.repeat(60)}"… (61 letters)`],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [-(2n ** 63n), `-${2n ** 63n}n`],
    [2n ** 63n, 'a large bigint'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [Symbol('s'), 'Symbol(s)'],
    [() => {}, 'a function'],
    [class Odd {}, 'a function'],
    [[1, 2], 'Array'],
    [{}, 'Object'],
    [new Map(), 'Map'],
    [Object.create(null), 'an object'],
    [{ constructor: { name: 7 } }, 'an object'],
    [new Proxy({}, { get: thrown }), 'an object'],
    [{ constructor: { name: 'z'.repeat(99) } }, 'z'.repeat(60)],
  ]
  for (const [value, expected] of cases) expect(shown(value)).toBe(expected)
  expect(shown(Symbol(LONG)).length).toBe(60)
})

test('a message is never longer than can be printed', () => {
  expect(new RowspaceError('IO', 'x'.repeat(2000)).message).toBe('x'.repeat(2000))
  expect(new RowspaceError('IO', 'x'.repeat(2001)).message).toBe(`${'x'.repeat(2000)}…`)
})

test('an unknown token of a book is rejected at once, without being compared', async () => {
  const words = Array.from({ length: 2000 }, (_, id) => `${'ab'.repeat(30_000)}${id}`)
  using long = await EmbeddingTable.from(new Float32Array(2000).fill(1), { dimension: 1, tokens: words })
  const error: Untyped = await Promise.resolve()
    .then(() => long.id('ba'.repeat(31_000)))
    .catch((error) => error)
  expect(error).toMatchObject({ code: 'UNKNOWN_TOKEN' })
  expect(error.message).toBe(`"${'ba'.repeat(30)}"… (62000 letters) is not a token of this table.`)
  expect(error.details).toMatchObject({ similar: undefined, tokens: [] })
  // up to 200 letters there is a proposal
  using short = await EmbeddingTable.from([1], { dimension: 1, tokens: ['c'.repeat(200)] })
  expect(() => short.id('c'.repeat(199))).toThrow('did you mean')
  expect(() => short.id(`d${'c'.repeat(199)}`)).toThrow('did you mean')
  expect(() => short.id('c'.repeat(201))).not.toThrow('did you mean')
})
