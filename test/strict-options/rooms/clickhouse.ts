/** The options of `rowspace/clickhouse`. */
import { openClickHouse, uploadTable } from '../../../src/clickhouse.ts'
import { isRowspaceError } from '../../../src/core/errors.ts'
import { createClient, ROWS } from '../../clickhouse/fake-client.ts'
import type { Calls } from '../types.ts'

const place = { url: 'http://127.0.0.1:9', table: 'words', createClient }
const columns = { year: 'number' } as const
const table = await openClickHouse({ ...place, columns })
const { signal } = new AbortController()
const vector = [1, 2]

/** Pages upload nothing, and say so once the options are read. */
async function upload(options: Parameters<typeof uploadTable>[1]): Promise<void> {
  const read = (start: number, end: number) => ({ rows: Float32Array.from(ROWS.slice(start, end).flat()) })
  try {
    await uploadTable({ size: ROWS.length, dimension: 2, read }, options)
  } catch (error) {
    if (globalThis.location === undefined || !isRowspaceError(error, 'UNSUPPORTED')) throw error
  }
}

export const calls: Calls = {
  'ClickHouseTable#id options': { options: { signal }, call: (options) => table.id(0, options) },
  'ClickHouseTable#token options': { options: { signal }, call: (options) => table.token(0, options) },
  'ClickHouseTable#row options': { options: { signal }, call: (options) => table.row(0, options) },
  'ClickHouseTable#gather options': { options: { signal }, call: (options) => table.gather([0, 1], options) },
  'ClickHouseTable#similarity options': {
    options: { signal },
    call: (options) => table.similarity(0, 1, options),
  },
  'ClickHouseTable#nearest options': {
    options: {
      k: 0,
      metric: 'dot',
      minScore: 0.5,
      exclude: [0],
      filter: { year: 1 },
      includeInputs: true,
      signal,
    },
    call: (options) => table.nearest(vector, options),
  },
  'ClickHouseTable#nearestBatch options': {
    options: { k: 0, filter: { year: { gt: 7 } } },
    call: (options) => table.nearestBatch([vector, 0], options),
  },
  'ClickHouseTable#analogy expression': {
    options: { positive: [0, [1, 0.5]], negative: [Float32Array.from(vector)] },
    call: (expression) => table.analogy(expression, { k: 0 }),
  },
  'ClickHouseTable#analogy options': {
    options: { k: 0, normalize: true },
    call: (options) => table.analogy({ positive: [0] }, options),
  },
  'ClickHouseTable#analogyBatch options': {
    options: { k: 0, normalize: false },
    call: (options) => table.analogyBatch([{ positive: [0] }], options),
  },
  'ClickHouseTable#combine expression': {
    options: { positive: [0] },
    call: (expression) => table.combine(expression),
  },
  'ClickHouseTable#combine options': {
    options: { normalize: true, signal },
    call: (options) => table.combine({ positive: [0] }, options),
  },
  'ClickHouseTable#tokenIds options': {
    options: { signal },
    call: (options) => table.tokenIds(['x'], options),
  },
  'ClickHouseTable#inspect options': { options: { signal }, call: (options) => table.inspect(options) },
  'openClickHouse options': {
    options: {
      ...place,
      columns,
      database: 'default',
      kernel: 'arrays',
      timeoutMilliseconds: 1_000,
      settings: { a: 1 },
    },
    call: openClickHouse,
  },
  'uploadTable options': {
    options: {
      ...place,
      columns,
      overwrite: true,
      rowsAtOnce: ROWS.length,
      codes: false,
      signal,
      onProgress: () => {},
    },
    call: upload,
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
