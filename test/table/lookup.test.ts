/** Rows by id and token: row, gather, id, token, select. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectFloats } from '../oracle/expect.ts'
import { makeTable, tables } from '../oracle/tables.ts'

test('a table tells its size, dimension and type', async () => {
  using table = await EmbeddingTable.from(new Float32Array(12), { dimension: 4 })
  expect(table).toMatchObject({ size: 3, dimension: 4, dtype: 'f32', skipped: 0, duplicates: 0 })
})

test('rows come back as they were given, to the bit', async () => {
  await fc.assert(
    fc.asyncProperty(tables({ size: 40 }), async ({ flat, rows, dimension }) => {
      using table = await EmbeddingTable.from(flat, { dimension })
      for (const [id, row] of rows.entries()) expectFloats(table.row(id), row)
      expectFloats(table.gather(rows.map((_, id) => id)), flat)
    }),
  )
})

test('gather takes ids in any order, any number of times', async () => {
  const inputs = tables({ size: 40 }).chain((table) =>
    fc.record({
      table: fc.constant(table),
      ids: fc.array(fc.integer({ min: 0, max: table.size - 1 }), { maxLength: 200 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(inputs, async ({ table: { flat, rows, dimension }, ids }) => {
      using table = await EmbeddingTable.from(flat, { dimension })
      expectFloats(
        table.gather(ids),
        ids.flatMap((id) => [...rows[id]!]),
      )
    }),
  )
})

test('gather of more rows than its scratch holds', async () => {
  // the scratch holds 64 KiB: 21 rows of 768, 1 of 20,000
  for (const [size, dimension, count] of [
    [5, 768, 100],
    [3, 20_000, 7],
    [40_000, 1, 90_000],
  ] as const) {
    const { flat, rows } = makeTable(size, dimension, 'plain', dimension)
    using table = await EmbeddingTable.from(flat, { dimension })
    const ids = Array.from({ length: count }, (_, place) => (place * 7 + 3) % size)
    const gathered = table.gather(ids)
    expect(gathered.length).toBe(count * dimension)
    for (const [place, id] of ids.entries()) {
      const at = place * dimension
      if (Object.is(gathered[at + dimension - 1], rows[id]!.at(-1)) && Object.is(gathered[at], rows[id]![0]))
        continue
      expectFloats(gathered.slice(at, at + dimension), rows[id]!)
    }
  }
})

test('gather of nothing is empty', async () => {
  using table = await EmbeddingTable.from([1, 2], { dimension: 2 })
  expect(table.gather([]).length).toBe(0)
})

test('what a table gives out is a copy, and what it was given is copied', async () => {
  const given = Float32Array.of(1, 2, 3, 4)
  using table = await EmbeddingTable.from(given, { dimension: 2 })
  given.fill(9)
  table.row(0).fill(7)
  table.gather([0, 1]).fill(7)
  const matches = table.nearest([1, 2])
  matches.ids.fill(1)
  matches.cosines.fill(5)
  expectFloats(table.row(0), [1, 2])
  expectFloats(table.row(1), [3, 4])
  expect(table.nearest([1, 2]).at(0)).toMatchObject({ id: 0 })
})

describe('tokens', () => {
  const tokens = ['king', ' queen', ' king', 'two words', '7', '__proto__', 'constructor', '', 'König']
  const open = () => EmbeddingTable.from(new Float32Array(tokens.length).fill(1), { dimension: 1, tokens })

  test('name rows as written', async () => {
    using table = await open()
    for (const [id, token] of tokens.entries()) {
      expect(table.id(token)).toBe(id)
      expect(table.token(id)).toBe(token)
    }
  })

  test('are found with a leading space where they are none without', async () => {
    using table = await open()
    expect(table.id('queen')).toBe(1)
    expect(table.id('king')).toBe(0)
    expect(table.id(' king')).toBe(2)
  })

  test('that look like ids are tokens as strings, ids as numbers', async () => {
    using table = await open()
    expect(table.id('7')).toBe(4)
    expect(table.id(7)).toBe(7)
  })

  test('that come twice name the first row', async () => {
    using table = await EmbeddingTable.from([1, 2, 3], { dimension: 1, tokens: ['a', 'b', 'a'] })
    expect(table.id('a')).toBe(0)
    expect(table.token(2)).toBe('a')
  })

  test('are undefined in a table without', async () => {
    using table = await EmbeddingTable.from([1], { dimension: 1 })
    expect(table.token(0)).toBeUndefined()
    expect(table.nearest([1]).at(0)?.token).toBeUndefined()
  })
})

test('fill writes straight into the table, in part and later', async () => {
  using table = await EmbeddingTable.fill({ size: 5, dimension: 2 }, async (target) => {
    target.set([1, 2, 3, 4])
    await Promise.resolve()
    target.set([5, 6], 4)
    return { size: 3, tokens: ['a', 'b', 'c'], duplicates: 2 }
  })
  expect(table).toMatchObject({ size: 3, dimension: 2, duplicates: 2 })
  expectFloats(table.row('c'), [5, 6])
  expect([...table.nearest([1, 0], { k: 9, metric: 'dot' }).ids]).toEqual([2, 1, 0])
})

test('rows behind the last that counts never show in an answer', async () => {
  const { flat, dimension, rows } = makeTable(4, 5, 'plain', 8)
  using whole = await EmbeddingTable.from(flat.subarray(0, 3 * dimension), { dimension })
  using part = await EmbeddingTable.fill({ size: 4, dimension }, (target) => {
    target.set(flat)
    target.fill(Number.NaN, 3 * dimension)
    return { size: 3 }
  })
  for (const metric of ['cosine', 'dot'] as const) {
    expect(part.nearest(rows[0]!, { metric }).toArray()).toEqual(
      whole.nearest(rows[0]!, { metric }).toArray(),
    )
  }
  expect([...part.randomIds(9)].sort()).toEqual([0, 1, 2])
})

test('select makes sets of ids, of tokens, or by a test', async () => {
  using table = await EmbeddingTable.from([1, 2, 3], { dimension: 1, tokens: ['a', 'b', 'c'] })
  const members = (set: { has(id: number): boolean }) => [0, 1, 2].filter((id) => set.has(id))
  expect(members(table.idSet([0, 'c']))).toEqual([0, 2])
  expect(members(table.idSet((id, token) => id === 1 || token === 'c'))).toEqual([1, 2])
})

test('ids that come as a Uint32Array are checked up to the last, and one past it is rejected', async () => {
  const { flat, size, dimension } = makeTable(5, 3, 'plain', 8)
  using table = await EmbeddingTable.from(flat, { dimension })
  expectFloats(table.gather(Uint32Array.of(size - 1, 0)), [...flat.slice(-3), ...flat.slice(0, 3)])
  for (const ids of [Uint32Array.of(size), Uint32Array.of(0, size, 1), Uint32Array.of(0xffffffff)]) {
    for (const ask of [() => table.gather(ids), () => table.scores(0, ids), () => table.nearestBatch(ids)]) {
      expect(ask).toThrow(expect.objectContaining({ code: 'ID_OUT_OF_RANGE' }))
    }
  }
})

test('a gather that fills its scratch to the last row writes nothing behind it', async () => {
  // 64 KiB are 1,024 rows of 16 numbers to the byte; the mask of all rows comes next
  const { flat, size, dimension } = makeTable(3000, 16, 'plain', 4)
  using table = await EmbeddingTable.from(flat, { dimension })
  const all = { k: size, metric: 'dot' } as const
  const expected = table.nearest(1, all).toArray()
  for (const count of [1023, 1024, 1025, 2048, 3000]) {
    const ids = Uint32Array.from({ length: count }, (_, place) => (place * 11) % size)
    expectFloats(table.gather(ids).slice(-dimension), table.row(ids.at(-1)!))
    expect(table.nearest(1, all).toArray()).toEqual(expected)
  }
})
