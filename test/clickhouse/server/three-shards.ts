/** Three real servers, a table to upload to them, and a client of the first: started before a file's tests. */
import { createClient } from '@clickhouse/client'
import { afterAll, beforeAll } from 'vitest'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { makeTable } from '../../oracle/tables.ts'
import { type ClickHouseServers, PASSWORD, startClickHouse, USER } from '../servers.ts'
import { onServers } from '../shards.ts'

export const SIZE = 900
export const DIMENSION = 24

/** To be called in `describe`. What it returns may be used in tests. */
export function useThreeShards() {
  let all: ClickHouseServers
  let local: EmbeddingTable
  let sql: ReturnType<typeof createClient>
  beforeAll(async () => {
    all = await startClickHouse()
    const { flat } = makeTable(SIZE, DIMENSION, 'plain', 17)
    local = await EmbeddingTable.from(flat, { dimension: DIMENSION })
    sql = createClient({ url: all.urls[0]!, username: USER, password: PASSWORD, log: { level: 127 } })
  }, 60_000)
  afterAll(async () => {
    await sql?.close()
    await all?.stop()
  }, 60_000)
  return {
    get servers() {
      return all.servers
    },
    get urls() {
      return all.urls
    },
    /** SIZE rows without tokens. */
    get local() {
      return local
    },
    /** Where a table of this name goes: over all shards, 64 rows at once. */
    on: (table: string) => ({ ...onServers(all.urls, table, 'three'), rowsAtOnce: 64 }),
    command: (query: string) => sql.command({ query }),
    /** The first row of an answer. */
    async selectOne(query: string): Promise<string[]> {
      const answer = await sql.query({ query, format: 'JSONCompact' })
      const [row = []] = (await answer.json<string[]>()).data
      return row
    },
  }
}
