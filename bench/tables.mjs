/** The tables to measure on, as files of float32 in a temporary folder, where each contender's process reads them. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRows, toUnitRows } from './data.mjs'

export const GLOVE_FILE = fileURLToPath(new URL('../data/cache/glove-6b-100d.safetensors', import.meta.url))

/** A folder that goes when the program ends. */
const folder = mkdtempSync(join(tmpdir(), 'rowspace-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

let made = 0

function keep(rows, { size, dimension, data }) {
  const path = join(folder, `${++made}.f32`)
  writeFileSync(path, rows)
  return { size, dimension, data, rows, table: { path, size, dimension } }
}

/** A table of a kind of bench/data.mjs. */
export function seededTable({ size, dimension, data, seed }) {
  return keep(seededRows({ size, dimension, kind: data, seed }), { size, dimension, data })
}

/** A table from any file that rowspace opens, its rows scaled to length 1. */
export async function tableFromFile(path, data) {
  const { openTable } = await import('../dist/formats.js')
  const { size, dimension, rows } = await openTable(path, { codes: false }).then((table) => {
    const rows = table.gather(Uint32Array.from({ length: table.size }, (_, id) => id))
    const shape = { size: table.size, dimension: table.dimension, rows }
    table.dispose()
    return shape
  })
  return keep(toUnitRows(rows, dimension), { size, dimension, data })
}

/** What `--data` and `--table` name: whole GloVe, a file, or a kind. */
export async function namedTables({ table, data, shapes, seed }) {
  if (table !== undefined) return [() => tableFromFile(table, table)]
  if (data === 'glove') return [gloveTable]
  return shapes.map((shape) => () => seededTable({ ...shape, data, seed }))
}

export function gloveTable() {
  if (existsSync(GLOVE_FILE)) return tableFromFile(GLOVE_FILE, 'glove')
  throw new Error('the whole GloVe table is not there: make it with `npm run data -- --full`')
}
