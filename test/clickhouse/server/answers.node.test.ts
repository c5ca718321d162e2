/**
 * A table on three shards answers as the same table in memory does, bit for bit, on tables that are hard for
 * bounds and codes.
 */

import { describe, expect, test } from 'vitest'
import { hardTable } from '../../oracle/hard-tables.ts'
import { makeTable } from '../../oracle/tables.ts'
import {
  expectSameBatch,
  expectSameCalls,
  expectSameTies,
  nearTies,
  ROW_KINDS,
  rowsOf,
} from '../../table/async-table.ts'
import { COLUMNS, expectSameByCondition, metadataOf } from '../same-answers.ts'
import { findClickHouse } from '../servers.ts'
import { uploadBoth } from '../shards.ts'
import { useThreeShards } from './three-shards.ts'

/** Of each kind of table, kernel and metric: 2,080 in all. */
const QUERIES = 40

describe.skipIf(findClickHouse() === undefined)('three shards', () => {
  const { on } = useThreeShards()

  test.each(
    ROW_KINDS.flatMap((kind) => (['codes', 'arrays'] as const).map((kernel) => [kind, kernel] as const)),
  )(
    'rows that are %s, by %s',
    async (kind, kernel) => {
      const dimension = [33, 100, 3][ROW_KINDS.indexOf(kind) % 3]!
      const { given, queries } = rowsOf(kind, 400, dimension, QUERIES)
      const options = { kernel, rowsAtOnce: 37, overwrite: true }
      const { local, cluster } = await uploadBoth(on(`hard ${kind}`), given.flat, dimension, options)
      for (const metric of ['cosine', 'dot'] as const) {
        await expectSameBatch(cluster, local, queries, { k: 7, metric })
      }
      await cluster.close()
      local.dispose()
    },
    60_000,
  )

  test('rows by id and token, similarity, analogies, what is left out', async () => {
    const { flat } = hardTable(300, 20, 'outliers', 5)
    const { local, cluster } = await uploadBoth(on('calls'), flat, 20, { rowsAtOnce: 37 })
    await expectSameCalls(cluster, local)
    const ids = new Map(Object.entries({ 'token 4': 4, 'token 5': 5 }))
    expect(await cluster.tokenIds(['token 5', 'none', 'token 4'])).toEqual(ids)
    await cluster.close()
  }, 60_000)

  test('hundreds of rows that are equal, or one ulp apart', async () => {
    for (const kind of ['near ties', 'near'] as const) {
      const { flat, rows } = kind === 'near' ? makeTable(900, 16, kind, 3) : hardTable(900, 16, kind, 3)
      const { local, cluster } = await uploadBoth(on(`ties ${kind}`), flat, 16, { rowsAtOnce: 37 })
      const queries = Array.from({ length: 8 }, (_, index) => rows[index * 55]!).filter((row) =>
        row.some((x) => x !== 0),
      )
      expect(queries.length).toBeGreaterThan(5)
      for (const k of [1, 200]) await expectSameBatch(cluster, local, queries, { k })
      await cluster.close()
    }
  }, 60_000)

  test('more near-ties than come at once, in another order by their bounds than by their scores', async () => {
    const options = { rowsAtOnce: 1_000 }
    const { local, cluster } = await uploadBoth(on('many ties'), nearTies(36_000), 3, options)
    await expectSameTies(cluster, local)
    await cluster.close()
    local.dispose()
  }, 60_000)

  test('conditions on metadata choose the rows they choose in memory', async () => {
    const { flat } = makeTable(500, 24, 'plain', 11)
    const options = { columns: COLUMNS, metadata: metadataOf }
    const at = on('with metadata')
    const { local, cluster } = await uploadBoth<typeof COLUMNS>(at, flat, 24, options)
    await expectSameByCondition(cluster, local)
    await cluster.close()
  }, 60_000)
})
