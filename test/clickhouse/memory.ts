/** A table uploaded to a server in memory, beside the same table here. */
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import type { ClickHouseOptions, UploadOptions } from '../../src/clickhouse/options.ts'
import type { ColumnTypes, NoColumns } from '../../src/metadata/types.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { MemoryEngine } from './engine/memory-engine.ts'
import { uploadBoth } from './shards.ts'

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
  return { engine, ...(await uploadBoth<Columns>(on(engine), flat, dimension, options)) }
}
