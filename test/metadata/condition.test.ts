/**
 * Filters fail shut: whatever is not clearly a condition is an error that names the column, in memory and as
 * SQL alike.
 */
import { describe, expect, test } from 'vitest'
import { conditionSql } from '../../src/clickhouse/condition-sql.ts'
import { Collection } from '../../src/collection.ts'
import { RowspaceError } from '../../src/core/errors.ts'
import { makeColumns } from '../../src/metadata/columns.ts'
import { parseCondition } from '../../src/metadata/parse-condition.ts'

const columns = { tenant: 'string', year: 'number', open: 'boolean' } as const
const make = async () => {
  const collection = await Collection.create({ dimension: 1, columns })
  await collection.add([
    { key: 'theirs', vector: [1], metadata: { tenant: 'theirs', year: 2020, open: true } },
    { key: 'none', vector: [1] },
  ])
  return collection
}

class Wanted {
  eq = 'theirs'
}
const nested = (depth: number): unknown => (depth === 0 ? { year: 2020 } : [nested(depth - 1)])
const endless: unknown[] = []
endless.push(endless)
function emptyArguments(): unknown {
  // biome-ignore lint/complexity/noArguments: an object that is not written with braces
  return arguments
}
/** Object.prototype of another realm, as far as anybody can see. */
const foreign = Object.defineProperty(Object.create(null), 'isPrototypeOf', { value: () => false })
const throwing = (key: string, inside: object = {}) =>
  Object.defineProperty(inside, key, {
    enumerable: true,
    get() {
      throw new Error('not today')
    },
  })

/** What is given, and what the message says: the column and what to write. */
const rejected: [string, unknown, RegExp][] = [
  ['undefined', { tenant: undefined }, /column "tenant" is compared with undefined: write a value, null/],
  [
    'undefined beside others',
    { year: 2020, tenant: undefined },
    /column "tenant" is compared with undefined/,
  ],
  ['an empty object', { tenant: {} }, /column "tenant" is compared with an empty object/],
  ['a Set', { tenant: new Set(['ours']) }, /column "tenant" .* Set: .* \{ in: \[\.\.\.set\] \}/],
  ['a Map', { tenant: new Map([['eq', 'ours']]) }, /column "tenant" .* Map: write a value, or \{ eq/],
  ['a RegExp', { tenant: /ours/ }, /column "tenant" .* RegExp: write a value/],
  ['a Date', { year: new Date(0) }, /column "year" .* Date: .* date\.getTime\(\)/],
  ['a Number object', { year: Object(2020) }, /column "year" .* Number: write a value/],
  ['a String object', { tenant: Object('ours') }, /column "tenant" .* String: write a value/],
  ['a Promise', { tenant: Promise.resolve('ours') }, /column "tenant" .* Promise: await it first/],
  ['a function', { tenant: () => 'ours' }, /column "tenant" holds a string or null/],
  ['a class', { tenant: new Wanted() }, /column "tenant" .* Wanted: write a value/],
  ['a typed array', { year: Float64Array.of(2020) }, /column "year" .* Float64Array: write a value/],
  ['a symbol', { tenant: Symbol('ours') }, /column "tenant" holds a string or null/],
  ['a BigInt', { year: 2020n }, /column "year" holds a number or null/],
  ['NaN', { year: Number.NaN }, /column "year" holds a number or null; got NaN/],
  ['another type', { year: '2020' }, /column "year" holds a number or null; got "2020"/],
  ['an array without in', { year: [3, 4] }, /column "year" is compared with an array: .* \{ in: \[/],
  ['an empty array without in', { year: [] }, /column "year" is compared with an array: .* \{ in: \[/],
  ['an unknown column', { tenat: 'ours' }, /no column "tenat"; there are "tenant", "year", "open"/],
  ['__proto__', JSON.parse('{"__proto__": 1}'), /no column "__proto__"/],
  ['toString', { toString: null }, /no column "toString"/],
  [
    'an unknown comparison',
    { year: { over: 1 } },
    /column "year" has no comparison "over": write one of eq, /,
  ],
  ['a comparison of every object', { year: { toString: 1 } }, /column "year" has no comparison "toString"/],
  ['undefined for a comparison', { year: { gte: undefined } }, /column "year" is compared with undefined/],
  ['a comparison with null', { year: { lt: null } }, /column "year": only eq and ne take null/],
  ['null in a list', { year: { in: [null] } }, /column "year": only eq and ne take null; got null for in/],
  ['undefined in a list', { tenant: { in: [undefined] } }, /column "tenant" is compared with undefined/],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  ['a hole in a list', { tenant: { nin: ['a', , 'b'] } }, /column "tenant" is compared with undefined/],
  [
    'a Set for in',
    { tenant: { in: new Set(['ours']) } },
    /column "tenant": in takes an array of values; got Set/,
  ],
  ['a value for in', { tenant: { nin: 'ours' } }, /column "tenant": nin takes an array .* "ours"/],
  [
    'a key beside elements',
    [Object.assign([{ year: 1 }], { tenant: 'ours' })],
    /the key "tenant" beside its elements/,
  ],
  ['a key that starts as an index', Object.assign([{ year: 1 }], { '1x': 1 }), /the key "1x" beside/],
  ['a key that ends as an index', { year: { in: Object.assign([1], { x1: 1 }) } }, /of in has the key "x1"/],
  ['arguments', emptyArguments(), /a condition is an object of columns/],
  ['a prototype without one', Object.create(Object.create(null)), /a condition is an object of columns/],
  ['an element that throws', throwing('0', [{ year: 1 }]), /element 0 of a condition cannot be read/],
  ['a symbol as key', { [Symbol('tenant')]: 'ours' }, /a condition has the key Symbol\(tenant\)/],
  ['a symbol as comparison', { year: { [Symbol('eq')]: 1 } }, /column "year" has the key Symbol\(eq\)/],
  ['an inherited key', Object.create({ tenant: 'ours' }), /a condition inherits "tenant"/],
  ['an inherited comparison', { tenant: Object.create({ eq: 'ours' }) }, /column "tenant" inherits "eq"/],
  ['a hidden undefined', Object.defineProperty({}, 'tenant', { value: undefined }), /column "tenant"/],
  [
    'a getter that throws',
    throwing('tenant'),
    /column "tenant" of a condition cannot be read: Error: not today/,
  ],
  ['a getter deeper that throws', { year: throwing('eq') }, /column "year" of a condition cannot be read/],
  ['lists too deep', nested(33), /at most 32 lists within each other/],
  ['a list in itself', endless, /at most 32 lists within each other/],
  ['a string', 'tenant', /a condition is an object of columns, .* got "tenant"/],
  ['null', null, /a condition is an object of columns, .* got null/],
  ['a number in a list', [{ year: 1 }, 3], /a condition is an object of columns, .* got 3/],
  [
    'a hole in a list of conditions',
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    [{ year: 1 }, , { year: 2 }],
    /a condition is an object of columns, .* undefined/,
  ],
]

describe('what is not a condition', () => {
  test.each(rejected)('%s', async (_, condition, message) => {
    using collection = await make()
    const error = expect.objectContaining({
      name: 'RowspaceError',
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    })
    expect(() => collection.where(condition as never)).toThrow(error)
    expect(() => collection.nearest([1], { filter: condition as never })).toThrow(error)
    expect(() => collection.nearestBatch([[1]], { filter: condition as never })).toThrow(error)
    expect(() => conditionSql(columns, condition)).toThrow(error)
  })
})

test.each<[unknown, object]>([
  [{ tenant: undefined }, { column: 'tenant' }],
  [{ yaer: 1 }, { column: 'yaer' }],
  [Object.create({ tenant: 'ours' }), { column: 'tenant' }],
  [{ year: Object.create({ eq: 1 }) }, { column: 'year' }],
  [throwing('tenant'), { column: 'tenant' }],
  [{ year: throwing('eq') }, { column: 'year' }],
  [{ year: { [Symbol('eq')]: 1 } }, { column: 'year' }],
  ['tenant', {}],
  [{ [Symbol('tenant')]: 1 }, {}],
  [throwing('0', [{ year: 1 }]), {}],
])('the details of an error name the column if there is one: %#', (condition, details) => {
  const known = makeColumns(columns)
  const error = catchError(() => parseCondition(known, condition))
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(error.details).toStrictEqual(details)
})

test('an error of a getter is the cause of the error', () => {
  const error = catchError(() => parseCondition(makeColumns(columns), throwing('tenant')))
  expect(error.cause).toMatchObject({ message: 'not today' })
})

function catchError(act: () => unknown): RowspaceError {
  try {
    act()
  } catch (error) {
    if (error instanceof RowspaceError) return error
  }
  throw new Error('it is not an error')
}

test('is read once: a getter that changes its answer filters by the one that was checked', async () => {
  using collection = await make()
  let reads = 0
  const condition = {
    get tenant() {
      return reads++ === 0 ? 'ours' : undefined
    },
  }
  expect(collection.nearest([1], { filter: condition as never }).keys).toEqual([])
  expect(reads).toBe(1)
  reads = 0
  expect(conditionSql(columns, condition)).toContain("= 'ours'")
})

test('and is copied: what changes later does not change the filter', async () => {
  using collection = await make()
  const condition = { tenant: { in: ['ours'] } }
  const filter = collection.where(condition)
  condition.tenant.in.push('theirs')
  await collection.add({ key: 'ours', vector: [1], metadata: { tenant: 'ours' } })
  expect(collection.nearest([1], { filter }).keys).toEqual(['ours'])
})

test.each([
  ['without a prototype', Object.assign(Object.create(null), { tenant: 'theirs' })],
  ['from JSON', JSON.parse('{"tenant": {"in": ["theirs"]}}')],
  ['of another realm', Object.assign(Object.create(foreign), { tenant: 'theirs' })],
  ['in lists as deep as they may be', nested(32)],
])('objects %s are conditions', async (_, condition) => {
  using collection = await make()
  expect(collection.nearest([1], { filter: condition }).keys).toEqual(['theirs'])
})

test('a filter function that is async is an error, not a filter that lets everything pass', async () => {
  using collection = await make()
  const filter = (async () => false) as never
  const error = expect.objectContaining({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/must not be async; got Promise/),
  })
  expect(() => collection.nearest([1], { filter })).toThrow(error)
  expect(() => collection.where(filter)).toThrow(error)
})

/**
 * One of each comparison, as SQL: memory and engine are held against each other on servers (test/cluster).
 */
test.each([
  [{}, '1'],
  [[], '0'],
  [{ year: 2020 }, '(ifNull(`year` = toFloat64(2020.), 0))'],
  [{ year: null }, '(ifNull(isNull(`year`), 0))'],
  [{ year: { ne: null } }, '(ifNull(isNotNull(`year`), 0))'],
  [{ tenant: { ne: "o'urs" } }, "(ifNull(`tenant` != 'o\\'urs', 0))"],
  [{ open: true }, '(ifNull(`open` = 1, 0))'],
  [{ year: { lt: 1, lte: 2 } }, '(ifNull(`year` < toFloat64(1.), 0) AND ifNull(`year` <= toFloat64(2.), 0))'],
  [{ year: { gt: 1, gte: 2 } }, '(ifNull(`year` > toFloat64(1.), 0) AND ifNull(`year` >= toFloat64(2.), 0))'],
  [{ tenant: { in: ['a', 'b'] } }, "(ifNull((`tenant` = 'a' OR `tenant` = 'b'), 0))"],
  [{ tenant: { nin: [] } }, '(ifNull((isNotNull(`tenant`) AND NOT 0), 0))'],
  [[{ year: 1 }, { open: false }], '((ifNull(`year` = toFloat64(1.), 0)) OR (ifNull(`open` = 0, 0)))'],
])('%j as SQL', (condition, expected) => {
  expect(conditionSql(columns, condition).replaceAll(/`metadata_(\w+)`/g, '`$1`')).toBe(expected)
})
