/** Tables that are hard to search exactly, for properties. */
import fc from 'fast-check'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { HARD, hardTable } from '../oracle/hard-tables.ts'
import { METRICS } from '../oracle/tables.ts'

export const cases = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 100, max: 400 })),
  dimension: fc.integer({ min: 1, max: 40 }),
  kind: fc.constantFrom(...HARD),
  dtype: fc.constantFrom('f32' as const, 'bf16' as const, 'int8' as const),
  codes: fc.boolean(),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  metric: fc.constantFrom(...METRICS),
  // a place among the scores that there are, so that equal ones lie on the bound
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  k: fc.integer({ min: 0, max: 12 }),
})

export const isZero = (row: Float32Array) => row.every((value) => value === 0)

export async function made({
  size,
  dimension,
  kind,
  seed,
  dtype,
  codes,
}: {
  size: number
  dimension: number
  kind: (typeof HARD)[number]
  seed: number
  dtype: 'f32' | 'bf16' | 'int8'
  codes: boolean
}) {
  const { flat } = hardTable(size, dimension, kind, seed)
  const finite = flat.map((value) => Math.max(-3e38, Math.min(3e38, value)))
  const table = await EmbeddingTable.from(finite, { dimension, dtype, codes })
  const rows = Array.from({ length: size }, (_, id) => table.row(id))
  return { table, rows, askable: rows.flatMap((row, id) => (isZero(row) ? [] : [id])) }
}
