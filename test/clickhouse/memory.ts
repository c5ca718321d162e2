/** A table uploaded to a server in memory, beside the same table here. */
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import type { ClickHouseOptions, UploadOptions } from '../../src/clickhouse/options.ts'
import { openClickHouse, uploadTable } from '../../src/clickhouse.ts'
import type { ColumnTypes, NoColumns } from '../../src/metadata/types.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { MemoryEngine } from './engine/memory-engine.ts'

const URL = 'http://user:secret@localhost:8123/'

/** Where the table `words` of an engine is. */
export const on = (engine: MemoryEngine, table = 'words') => ({
  url: URL,
  table,
  createClient: engine.createClient,
})

interface Both<Columns extends ColumnTypes> {
  engine: MemoryEngine
  local: EmbeddingTable
  cluster: ClickHouseTable<Columns>
}

export async function both<Columns extends ColumnTypes = NoColumns>(
  flat: Float32Array,
  dimension: number,
  {
    engine = new MemoryEngine(),
    ...options
  }: Partial<UploadOptions<Columns>> & Pick<ClickHouseOptions, 'kernel'> & { engine?: MemoryEngine } = {},
): Promise<Both<Columns>> {
  const { kernel, ...upload } = options
  const tokens = Array.from({ length: flat.length / dimension }, (_, id) => `token ${id}`)
  const local = await EmbeddingTable.from(flat, { dimension, tokens })
  await uploadTable<Columns>(local, { ...on(engine), ...upload })
  const cluster = await openClickHouse<Columns>({ ...on(engine), kernel, columns: options.columns })
  return { engine, local, cluster }
}
