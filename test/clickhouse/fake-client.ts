/**
 * A client that answers as if a small table lay on its server: for tests of what is rejected before a server
 * matters.
 */
import { RowBinaryWriter } from '../../src/clickhouse/row-binary.ts'

/** Rows of the table: two, of two numbers. */
export const ROWS: readonly (readonly number[])[] = [
  [1, 2],
  [3, -4],
]

const DESCRIPTION = [1, ROWS.length, 2, 'f32', 0, 0, ROWS.length, '{"year":"number"}', '']

/** What SELECTs of text get. */
function selected(query: string): unknown[][] {
  if (query.includes('system.tables')) return [['words'], ['words_meta'], ['words_complete']]
  if (query.includes('SELECT version FROM')) return [[1]]
  if (query.includes('chunk_rows')) return [DESCRIPTION]
  if (query.includes('AS chunk')) return [[0, ROWS.length]]
  return [[0, 0]]
}

/** What SELECTs in RowBinary get. */
function binary(query: string): Uint8Array {
  const writer = new RowBinaryWriter()
  if (query.startsWith('SELECT count()')) writer.uint64(ROWS.length)
  if (query.startsWith('SELECT id, token, row')) {
    for (const [id, row] of ROWS.entries()) {
      writer.uint64(id)
      writer.uint8(1)
      writer.array(Float32Array.from(row))
    }
  }
  return writer.finish()
}

export const createClient = () => ({
  query: async ({ query }: { query: string }) => ({ json: async () => ({ data: selected(query) }) }),
  exec: async ({ query }: { query: string }) => ({
    stream: (async function* () {
      yield binary(query)
    })(),
  }),
  command: async () => {},
  close: async () => {},
})
