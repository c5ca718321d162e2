/** Open rows get finer bounds: against the same arithmetic in plain TypeScript. */
import { expect, test } from 'vitest'
import type { RelaxedExports } from '../../bindings/link-relaxed.ts'
import { searchOne } from '../oracle/kernel.ts'
import { makeQuery } from '../oracle/tables.ts'
import { codedTable, codesOf, dot, link, question, unpacked } from './relaxed-table.ts'

const { fround, abs } = Math

test('open rows are refined: bounds hold the score, and those below the threshold are closed', async () => {
  if (link === undefined) return
  const [size, dimension] = [600, 70]
  const table = await codedTable('outliers', size, dimension, 8)
  const { memory, codeScales, codedNorms, spreads } = table
  const { layout } = memory
  const { buffer } = memory.rows
  const query = makeQuery(dimension, 'plain', 3)
  for (const metric of ['dot', 'cosine'] as const) {
    const inverseNorm = memory.queryByVector(query)
    searchOne(memory, inverseNorm, { size, allowed: size, metric, k: 1 })
    const { lost, fineLost, fineStep } = question(table)
    const scale = metric === 'cosine' ? inverseNorm : 1
    const { fine } = unpacked(
      table,
      Array.from(query, (u, j) => u * spreads[j]!),
      scale,
    )
    const { kernels } = memory.relaxed as unknown as { kernels: RelaxedExports }
    // an entry of assembly/open-rows.ts, in the scratch of gather
    const entry = new Float32Array(buffer, layout.scratch, 12)
    const words = new Uint32Array(buffer, layout.scratch, 12)
    for (const first of [0, 40, 596]) {
      const given = Array.from({ length: 4 }, (_, lane) => (lane + 1) / 8)
      const narrower = given.map((_, lane) => {
        const inverse = metric === 'cosine' ? memory.norms[first + lane]! : 1
        const added =
          codeScales[first + lane]! * fineStep * dot(codesOf(table, first + lane), fine!) * inverse
        return { added, less: codedNorms[first + lane]! * (lost - fineLost) * inverse }
      })
      entry.set(given, 0)
      entry.set(
        given.map((x) => x - 1),
        4,
      )
      words[8] = first
      const uppers = given.map((x, lane) => x + narrower[lane]!.added - narrower[lane]!.less)
      const threshold = (uppers[0]! + uppers[2]!) / 2
      const left = kernels.refine(layout.table, layout.questions, layout.scratch, 0b1101, threshold)
      for (const lane of [0, 2, 3]) {
        const { added, less } = narrower[lane]!
        expect(abs(entry[lane]! - uppers[lane]!)).toBeLessThan(1e-5)
        expect(abs(entry[4 + lane]! - (given[lane]! - 1 + added + less))).toBeLessThan(1e-5)
        expect(((left >> lane) & 1) === 1, `lane ${lane}`).toBe(!(entry[lane]! < fround(threshold)))
      }
      // a row that was not open stays as it was
      expect([entry[1], entry[5], (left >> 1) & 1]).toEqual([given[1], given[1]! - 1, 0])
    }
  }
})
