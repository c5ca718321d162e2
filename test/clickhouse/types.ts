/** Which filters compile (types.node.test.ts compiles this file): what may be undefined must not. */
import { type ClickHouseSearchOptions, type ClickHouseTable, openClickHouse } from '../../src/clickhouse.ts'
import type { Condition } from '../../src/metadata/condition.ts'

const columns = { tenant: 'string', year: 'number' } as const
declare const table: ClickHouseTable<typeof columns>
declare const user: { tenant: string | undefined; maybe?: string; known: string }
declare const written: Condition<typeof columns>
declare const search: ClickHouseSearchOptions<typeof columns>
const sum = { positive: [1] }

export async function accepted(): Promise<void> {
  await table.nearest(1)
  await table.nearest(1, search)
  await table.nearest(1, { filter: undefined, exclude: ['b'] })
  await table.nearest(1, { filter: written })
  await table.nearest(1, { filter: { tenant: user.known, year: { gte: 1, lt: 3 } } })
  await table.nearestBatch([1], { k: 3, filter: [{ tenant: 'a' }, { year: null }] })
  await table.analogy(sum, { normalize: true, filter: { tenant: { in: ['a', 'b'] } } })
  await table.analogyBatch([sum], { filter: {} })
  const opened = await openClickHouse({
    url: 'http://host:8123',
    table: 'words',
    columns: { year: 'number' },
  })
  await opened.nearest(1, { filter: { year: 1 } })
}

export async function rejected(): Promise<void> {
  // @ts-expect-error it may be undefined
  await table.nearest(1, { filter: { tenant: user.tenant } })
  // @ts-expect-error it may be missing
  await table.nearestBatch([1], { filter: { year: 1, tenant: user.maybe } })
  // @ts-expect-error it may be undefined
  await table.analogy(sum, { filter: { tenant: { eq: user.tenant } } })
  // @ts-expect-error it may be undefined
  await table.analogyBatch([sum], { filter: [{ year: 1 }, { tenant: user.tenant }] })
  // @ts-expect-error no such column
  await table.nearest(1, { filter: { tenat: 'a' } })
  // @ts-expect-error another type
  await table.nearest(1, { filter: { year: 'a' } })
  // @ts-expect-error a function does not run on the engine
  await table.nearest(1, { filter: () => true })
  // @ts-expect-error no such option
  await table.nearest(1, { topK: 3 })
  // @ts-expect-error an option of analogies
  await table.nearest(1, { normalize: true })
  const opened = await openClickHouse({ url: 'http://host:8123', table: 'words' })
  // @ts-expect-error opened without columns
  await opened.nearest(1, { filter: { year: 1 } })
}
