/** The bench on a page. */
import { benchTable } from '../bench-table.mjs'
import { seededRows } from '../data.mjs'
import { PLAIN, ROWSPACE, readers } from '../entrants.mjs'
import { inWorker } from './in-worker.mjs'

/** Measures one shape; `core` are the bytes of bench/reading/compile.mjs as a list. */
export function benchShape({ size, dimension, data, core, settings }) {
  const rows = seededRows({ size, dimension, kind: data, seed: settings.seed })
  const entrants = [...PLAIN, ...ROWSPACE, ...readers(Uint8Array.from(core))]
  const table = { rows, size, dimension, data, table: { rows, size, dimension } }
  return benchTable(table, entrants, { ...settings, start: inWorker })
}
