/** One memory, several places: none overlaps another, each is aligned, whatever the shape. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from '../../bindings/layout.ts'
import { QUESTION_BYTES } from '../../build/core-constants.ts'

const shapes = fc.record({
  capacity: fc.integer({ min: 1, max: 1_000_000 }),
  dimension: fc.integer({ min: 1, max: 20_000 }),
  dtype: fc.constantFrom('f32' as const, 'bf16' as const, 'f16' as const, 'int8' as const),
  codes: fc.boolean(),
  threads: fc.integer({ min: 1, max: 5 }),
})

test('the places of a table follow each other without overlap', () => {
  fc.assert(
    fc.property(
      shapes,
      fc.integer({ min: 0, max: 5000 }),
      ({ capacity, dimension, dtype, codes, threads }, base) => {
        const layout = layoutOf({ capacity, dimension, dtype, codes, threads }, base)
        const bytes = { f32: 4, bf16: 2, f16: 2, int8: 1 }[dtype]
        const vector = Math.ceil(dimension / 4) * 16
        const places: [start: number, bytes: number][] = [
          [0, base],
          [layout.queries, vector * 32],
          [layout.other, vector],
          [layout.scratch, layout.scratchRows * dimension * 4],
          [layout.mask, Math.ceil(capacity / 32) * 4],
          [layout.norms, capacity * 4],
          [layout.widened, vector],
          [layout.rowScales, dtype === 'int8' ? capacity * 4 : 0],
          [layout.table, 64],
          [layout.questions, 32 * QUESTION_BYTES],
          [layout.heaps, Math.max(8 + capacity * 8, 32 * 2 * (8 + 8 * Math.min(capacity, 512)))],
          [layout.ids, capacity * 4],
          [layout.cosines, capacity * 4],
          [layout.dots, capacity * 4],
          // the last row's tail is read up to 12 bytes past its end
          [layout.rows, capacity * dimension * bytes + 12],
        ]
        const stride = Math.ceil(dimension / 8) * 8
        const coded: [start: number, bytes: number][] = [
          [layout.columns, stride * 4 * 4],
          [layout.moments, stride * 16],
          [layout.stats, 16],
          [layout.quantised, stride * 2 * 32],
          [layout.products, 32 * layout.productsBytes],
          [layout.residuals, capacity * 4],
        ]
        const own: [start: number, bytes: number][] = [
          [layout.codeScales, capacity * 4],
          [layout.codes, Math.max(capacity * stride, Math.ceil(capacity / 8) * 4 * stride)],
        ]
        const workspace = layout.workspaceBytes
        const others: [start: number, bytes: number][] = [
          [layout.questions + workspace, (threads - 1) * workspace],
          [layout.control, 4096],
          [layout.published, 32 * QUESTION_BYTES],
        ]
        if (threads > 1) places.push(...others)
        if (codes) places.push(...coded)
        if (codes && dtype !== 'int8') places.push(...own)
        places.sort(([a], [b]) => a - b)
        for (const [index, [start, bytes]] of places.entries()) {
          const next = places[index + 1]?.[0] ?? layout.byteLength
          expect(start + bytes).toBeLessThanOrEqual(next)
          if (start > 0) expect(start % 16).toBe(0)
        }
      },
    ),
  )
})
