/**
 * What a table is made from: lists of rows, values that are not numbers, and what the caller changes after
 * the call.
 */
import { describe, expect, test } from 'vitest'
import { IdSet } from '../../src/core/id-set.ts'
import { openTable } from '../../src/open/open-table.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { expectFloats } from '../oracle/expect.ts'

// biome-ignore lint/suspicious/noExplicitAny: what is handed over is wrong on purpose
type Untyped = any

describe('a list of rows, as embedders return them', () => {
  test('is taken row by row, and its dimension from the first', async () => {
    for (const rows of [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [Float32Array.of(1, 2), [3, 4], Float64Array.of(5, 6)],
    ]) {
      using table = await EmbeddingTable.from(rows)
      expect([table.size, table.dimension]).toEqual([3, 2])
      expectFloats(table.gather([0, 1, 2]), [1, 2, 3, 4, 5, 6])
    }
  })

  test.each(['f32', 'bf16', 'f16', 'int8'] as const)(
    'is the same table as its numbers in one, %s',
    async (dtype) => {
      const rows = Array.from({ length: 9 }, (_, id) => [Math.sin(id), Math.cos(id) * 7, id / 3])
      using nested = await EmbeddingTable.from(rows, { dtype, dimension: 3 })
      using flat = await EmbeddingTable.from(rows.flat(), { dtype, dimension: 3 })
      const ids = rows.map((_, id) => id)
      expectFloats(nested.gather(ids), flat.gather(ids))
      expect(nested.nearest(4).toArray()).toEqual(flat.nearest(4).toArray())
    },
  )

  test('bits of bf16 in a list of Uint16Array stay as they are', async () => {
    using table = await EmbeddingTable.from([Uint16Array.of(0x3f80, 0xc000)], { dtype: 'bf16' })
    expectFloats(table.row(0), [1, -2])
  })
})

describe('rows are rejected', () => {
  const cases: [string, unknown, object, string, string][] = [
    [
      'a row too short',
      [[1, 2], [3]],
      {},
      'DIMENSION_MISMATCH',
      "row 1 has 1 numbers; the table's rows have 2",
    ],
    ['a row of another dimension', [[1, 2]], { dimension: 3 }, 'DIMENSION_MISMATCH', 'row 0 has 2 numbers'],
    ['a row that is none', [[1, 2], 5], {}, 'INVALID_ARGUMENT', 'row 1 must be 2 numbers; got 5'],
    ['rows without numbers', [[], []], {}, 'INVALID_ARGUMENT', 'dimension must be an integer ≥ 1; got 0'],
    ['null in a row', [[1, null]], {}, 'INVALID_ARGUMENT', 'row 0 has null at coordinate 1'],
    [
      'NaN in a row',
      [
        [1, 2],
        [3, Number.NaN],
      ],
      {},
      'NON_FINITE',
      'row 1 has NaN in column 1',
    ],
    ['null', [null, 1], { dimension: 2 }, 'INVALID_ARGUMENT', 'null at coordinate 0, which is not a number'],
    [
      'a string',
      ['5', 1],
      { dimension: 2 },
      'INVALID_ARGUMENT',
      '"5" at coordinate 0, which is not a number',
    ],
    [
      'a boolean',
      [1, true],
      { dimension: 2 },
      'INVALID_ARGUMENT',
      'true at coordinate 1, which is not a number',
    ],
    ['a bigint', [1, 2n], { dimension: 2 }, 'INVALID_ARGUMENT', '2n at coordinate 1, which is not a number'],
    ['a hole', new Array(2), { dimension: 2 }, 'INVALID_ARGUMENT', 'undefined at coordinate 0'],
    ['an object', [{ a: 1 }], { dimension: 1 }, 'INVALID_ARGUMENT', 'Object at coordinate 0'],
    ['bigints', BigInt64Array.of(1n, 2n), { dimension: 2 }, 'INVALID_ARGUMENT', 'got BigInt64Array'],
    ['no dimension', [1, 2], {}, 'INVALID_ARGUMENT', 'dimension must be an integer ≥ 1; got undefined'],
    ['no rows', [], { dimension: 2 }, 'INVALID_ARGUMENT', 'size must be an integer ≥ 1; got 0'],
    [
      'scales of rows in a list',
      [Int8Array.of(1), Int8Array.of(2)],
      { dtype: 'int8', scales: [1, 1] },
      'INVALID_ARGUMENT',
      'scales',
    ],
  ]
  test.each(cases)('%s', async (_, rows, options, code, message) => {
    await expect(EmbeddingTable.from(rows as Untyped, options as Untyped)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  test('a write that is none', async () => {
    const made = EmbeddingTable.fill({ size: 1, dimension: 1 }, 'rows' as Untyped)
    await expect(made).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('"rows"'),
    })
  })
})

describe('what changes after the call changes nothing', () => {
  test.each([1, 2])('rows, scales, tokens and options of from(), %d threads', async (threads) => {
    const rows = Int8Array.from({ length: 40_000 }, (_, i) => (i % 251) - 125)
    const scales = Float32Array.from({ length: 10_000 }, (_, id) => 1 + id / 7)
    const tokens = Array.from({ length: 10_000 }, (_, id) => `w${id}`)
    const options = { dimension: 4, dtype: 'int8' as const, scales, tokens, threads, codes: true }
    const promise = EmbeddingTable.from(rows, options)
    const expected = rows.slice()
    const expectedScales = scales.slice()
    rows.fill(1)
    scales.fill(0)
    tokens.fill('x')
    Object.assign(options, { dimension: 1, dtype: 'f32', codes: false })
    using table = await promise
    expect([table.size, table.dimension, table.dtype, table.codes]).toEqual([10_000, 4, 'int8', 'int8'])
    expect([table.token(3), table.id('w9999')]).toEqual(['w3', 9999])
    expectFloats(
      table.gather([0, 77, 9999]),
      [0, 77, 9999].flatMap((id) =>
        [0, 1, 2, 3].map((j) => Math.fround(expected[id * 4 + j]! * expectedScales[id]!)),
      ),
    )
  })

  test('a list of rows', async () => {
    const rows = [
      [1, 2],
      [3, 4],
    ]
    const promise = EmbeddingTable.from(rows)
    rows[0]![0] = 9
    rows.length = 1
    using table = await promise
    expectFloats(table.gather([0, 1]), [1, 2, 3, 4])
  })

  test('tokens and options of fill(), while rows are on their way', async () => {
    const tokens = ['a', 'b']
    const shape = { size: 2, dimension: 1 }
    const options = { tokens, nonFinite: 'skip' as 'skip' | 'reject' }
    const promise = EmbeddingTable.fill(
      shape,
      async (target) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        target.set([1, Number.NaN])
        return undefined
      },
      options,
    )
    tokens[0] = 'changed'
    tokens.push('c')
    options.nonFinite = 'reject'
    shape.size = 7
    using table = await promise
    expect([table.size, table.token(0), table.skipped]).toEqual([2, 'a', 1])
  })

  test('a table keeps no hold on a list of words', async () => {
    const tokens = ['a', 'b']
    using table = await EmbeddingTable.from([1, 2], { dimension: 1, tokens })
    tokens[1] = 'changed'
    expect(table.nearest('a').toArray()[0]!.token).toBe('b')
  })
})

describe('rows that are left out of every answer', () => {
  test('by fill(): they read as zeros, with and without codes', async () => {
    for (const codes of [false, 'int8', 'int4'] as const) {
      using table = await EmbeddingTable.fill(
        { size: 300, dimension: 4 },
        (target) => {
          for (let i = 0; i < target.length; i++) target[i] = Math.sin(i)
          return { skip: new Set([2, 299]) }
        },
        { codes },
      )
      expect(table.skipped).toBe(2)
      expect([2, 299, 3].map((id) => table.isSkipped(id))).toEqual([true, true, false])
      expectFloats(table.gather([2, 299]), new Float32Array(8))
      const { ids } = table.nearest(0, { k: 300, includeInputs: true, metric: 'dot' })
      expect(ids.length).toBe(298)
      expect(ids.includes(2) || ids.includes(299)).toBe(false)
      expect(table.nearest(1, { filter: IdSet.from(300, [2, 5]) }).ids).toEqual(Uint32Array.of(5))
    }
  })

  test('an id that is no row is rejected', async () => {
    const made = EmbeddingTable.fill({ size: 2, dimension: 1 }, (target) => {
      target.fill(1)
      return { skip: [2] }
    })
    await expect(made).rejects.toMatchObject({ code: 'ID_OUT_OF_RANGE' })
  })

  test('isSkipped() takes a token, and rejects what is no row', async () => {
    const rows = [1, Number.NaN]
    using table = await EmbeddingTable.from(rows, { dimension: 1, tokens: ['a', 'b'], nonFinite: 'skip' })
    expect([table.isSkipped('a'), table.isSkipped('b')]).toEqual([false, true])
    expect(() => table.isSkipped(2)).toThrow(expect.objectContaining({ code: 'ID_OUT_OF_RANGE' }))
  })
})

describe('tokens that the caller gives', () => {
  test('come before those that write() returns', async () => {
    const write = (target: Float32Array) => {
      target.set([1, 2])
      return { tokens: ['of', 'file'] }
    }
    using named = await EmbeddingTable.fill({ size: 2, dimension: 1 }, write, { tokens: ['my', 'own'] })
    expect([named.token(0), named.id('own')]).toEqual(['my', 1])
    expect(() => named.id('file')).toThrow(expect.objectContaining({ code: 'UNKNOWN_TOKEN' }))
    using unnamed = await EmbeddingTable.fill({ size: 2, dimension: 1 }, write)
    expect(unnamed.token(1)).toBe('file')
  })

  test('come before those of a file', async () => {
    const file = new TextEncoder().encode('2 2\nof 1 2\nfile 3 4\n')
    using named = await openTable(file, { tokens: ['my', 'own'] })
    expect([named.token(0), named.id('own')]).toEqual(['my', 1])
    using unnamed = await openTable(file)
    expect(unnamed.token(1)).toBe('file')
  })
})

test('what write() leaves behind the last row it fills changes no bit of the answers', async () => {
  for (const dimension of [1, 3, 5, 7, 13, 15, 18, 27]) {
    const rows = Float32Array.from({ length: 4 * dimension }, (_, i) => Math.sin(i * i))
    using table = await EmbeddingTable.fill({ size: 9, dimension }, (target) => {
      target.fill(Number.NaN)
      target.set(rows)
      return { size: 4 }
    })
    using whole = await EmbeddingTable.from(rows, { dimension })
    expect(table.size).toBe(4)
    const query = Float32Array.from({ length: dimension }, (_, i) => Math.cos(i + 0.3))
    for (const metric of ['cosine', 'dot'] as const) {
      expect(table.nearest(query, { metric }).toArray()).toEqual(whole.nearest(query, { metric }).toArray())
    }
  }
})

test('a class is no way to a table', () => {
  for (const parts of [[], [{}], [null], [{ memory: {} }]]) {
    const make = () => new (EmbeddingTable as Untyped)(...parts)
    expect(make).toThrow(expect.objectContaining({ name: 'RowspaceError', code: 'INVALID_ARGUMENT' }))
    expect(make).toThrow('EmbeddingTable.from()')
  }
})

test('a compiled core takes rows that are changed afterwards, too', async () => {
  const rows = Float32Array.of(1, 2)
  const promise = EmbeddingTable.from(rows, { dimension: 1, core: await loadCore(), threads: 2 })
  using table = await promise
  expectFloats(table.gather([0, 1]), [1, 2])
})
