/**
 * The searches that a table on a server is tried with, on ClickHouse and on the server in memory: each answer
 * must have the bits of the same table here.
 */

import { expect } from 'vitest'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import type { Condition } from '../../src/metadata/condition.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectSame } from '../table/async-table.ts'

export const COLUMNS = { year: 'number', language: 'string', 'is new': 'boolean' } as const
type Row = ReturnType<typeof metadataOf>

const LANGUAGES = ['de', "it's", 'a`b\\', null, '東京 🗼']

export function metadataOf(id: number) {
  return {
    year: id % 11 === 0 ? null : 2000 + (id % 30),
    language: LANGUAGES[id % 5]!,
    'is new': id % 7 === 0 ? null : id % 2 === 0,
  }
}

const CONDITIONS: [Condition<typeof COLUMNS>, (row: Row) => boolean][] = [
  [{ year: { gte: 2020 } }, ({ year }) => year !== null && year >= 2020],
  [{ year: null }, ({ year }) => year === null],
  [{ year: { ne: null }, language: "it's" }, (row) => row.year !== null && row.language === "it's"],
  [
    { language: { in: ['a`b\\', '東京 🗼'] } },
    ({ language }) => language === 'a`b\\' || language === '東京 🗼',
  ],
  [{ language: { nin: ['de'] } }, ({ language }) => language !== null && language !== 'de'],
  [{ language: { ne: 'de' } }, ({ language }) => language !== null && language !== 'de'],
  [
    { 'is new': true, year: { lt: 2010, gt: 2003 } },
    (row) => row['is new'] === true && row.year !== null && row.year < 2010 && row.year > 2003,
  ],
  [
    [{ 'is new': false }, { year: { lte: 2001 } }],
    (row) => row['is new'] === false || (row.year !== null && row.year <= 2001),
  ],
  [{}, () => true],
  [[], () => false],
  [[{}], () => true],
  [{ language: { in: [] } }, () => false],
  [{ language: { nin: [] } }, ({ language }) => language !== null],
  [{ language: "'; DROP TABLE x --" }, () => false],
]

/** Conditions on the metadata choose the rows that they choose here; of these, more are left out. */
export async function expectSameByCondition(
  cluster: ClickHouseTable<typeof COLUMNS>,
  local: EmbeddingTable,
): Promise<void> {
  for (const [filter, passes] of CONDITIONS) {
    const ofRow = (id: number) => passes(metadataOf(id))
    for (const query of [3, 77, local.size - 98]) {
      expectSame(await cluster.nearest(query, { filter }), local.nearest(query, { filter: ofRow }))
    }
    const best = [...local.nearest(9, { filter: ofRow, k: 50 }).ids]
    for (const exclude of [[], best]) {
      const expected = local.nearestBatch([9, 10], { filter: ofRow, k: 12, exclude })
      const actual = await cluster.nearestBatch([9, 10], { filter, k: 12, exclude })
      expect(actual).toHaveLength(2)
      for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
    }
  }
}
