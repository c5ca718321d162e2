/**
 * The statements on the engine of a current ClickHouse, by its SIMD dotProduct, by codes and by arrays: the
 * bits of the table in memory.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openClickHouse, uploadTable } from '../../../src/clickhouse.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { HARD, hardQuery, hardTable } from '../../oracle/hard-tables.ts'
import { KINDS, type Kind, makeQuery, makeTable } from '../../oracle/tables.ts'
import { expectSame } from '../../table/async-table.ts'

import { type EmbeddedEngine, findChdb, startEmbedded } from './embedded-engine.ts'

const chdb = findChdb()

describe.skipIf(chdb === undefined)('a current engine', () => {
  let engine: EmbeddedEngine
  beforeAll(async () => {
    engine = await startEmbedded(chdb!)
  }, 60_000)
  afterAll(() => engine?.stop())
  const on = (table: string) => ({ url: 'http://localhost:8123', table, createClient: engine.createClient })

  const kinds = [...new Set([...KINDS, ...HARD])]
  test.each(kinds)('rows that are %s', async (kind) => {
    const seed = kinds.indexOf(kind) + 1
    const dimension = [3, 33, 100][seed % 3]!
    const known = (KINDS as readonly string[]).includes(kind)
    const given = known
      ? makeTable(400, dimension, kind as Kind, seed)
      : hardTable(400, dimension, kind as (typeof HARD)[number], seed)
    const local = await EmbeddingTable.from(given.flat, { dimension })
    await uploadTable(local, { ...on(kind), rowsAtOnce: 37 })
    const queries = Array.from({ length: 40 }, (_, index) =>
      known ? makeQuery(dimension, kind as Kind, index) : hardQuery(given, index),
    )
    for (const kernel of [undefined, 'dotProduct', 'codes', 'arrays'] as const) {
      const cluster = await openClickHouse({ ...on(kind), kernel })
      expect(cluster.kernels).toEqual({ alone: kernel ?? 'codes', shared: kernel ?? 'dotProduct' })
      for (const metric of ['cosine', 'dot'] as const) {
        const expected = local.nearestBatch(queries, { k: 7, metric })
        const actual = await cluster.nearestBatch(queries, { k: 7, metric })
        for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
        expectSame(await cluster.nearest(queries[1]!, { k: 7, metric }), expected[1]!)
      }
      await cluster.close()
    }
  })

  test('conditions on metadata', async () => {
    const local = await EmbeddingTable.from(makeTable(500, 24, 'plain', 11).flat, { dimension: 24 })
    const columns = { year: 'number', name: 'string', new: 'boolean' } as const
    const names = ['de', "it's", 'a`b\\', null, '東京 🗼']
    const metadata = (id: number) => ({
      year: id % 11 ? 2000 + (id % 30) : null,
      name: names[id % 5]!,
      new: id % 2 === 0,
    })
    await uploadTable(local, { ...on('metadata'), columns, metadata })
    const cluster = await openClickHouse({ ...on('metadata'), columns })
    const year = (id: number) => metadata(id).year ?? 0
    for (const [filter, passes] of [
      [{ year: { gte: 2020 } }, (id: number) => year(id) >= 2020],
      [{ name: { in: ['a`b\\', '東京 🗼'] } }, (id: number) => id % 5 === 2 || id % 5 === 4],
      [[{ new: false }, { name: null }], (id: number) => id % 2 === 1 || id % 5 === 3],
      [[], () => false],
    ] as const) {
      const options = { filter: passes, k: 12 }
      expectSame(await cluster.nearest(3, { k: 12, filter }), local.nearest(3, options))
      const [first, second] = await cluster.nearestBatch([4, 5], { k: 12, filter })
      expectSame(first!, local.nearest(4, options))
      expectSame(second!, local.nearest(5, options))
    }
    await cluster.close()
  })
})
