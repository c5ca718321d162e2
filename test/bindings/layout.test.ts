/** One memory, several places: none overlaps another, each is aligned, whatever the shape. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from '../../bindings/layout.ts'

const shapes = fc.record({
  capacity: fc.integer({ min: 1, max: 1_000_000 }),
  dimension: fc.integer({ min: 1, max: 20_000 }),
})

test('the places of a table follow each other without overlap', () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 0, max: 5000 }), ({ capacity, dimension }, base) => {
      const layout = layoutOf({ capacity, dimension }, base)
      const vector = Math.ceil(dimension / 4) * 16
      const places: [start: number, bytes: number][] = [
        [0, base],
        [layout.query, vector],
        [layout.other, vector],
        [layout.scratch, layout.scratchRows * dimension * 4],
        [layout.mask, Math.ceil(capacity / 32) * 4],
        [layout.norms, capacity * 4],
        [layout.heap, capacity * 8],
        [layout.ids, capacity * 4],
        [layout.cosines, capacity * 4],
        [layout.dots, capacity * 4],
        // the last row's tail is read up to 12 bytes past its end
        [layout.rows, capacity * dimension * 4 + 12],
      ]
      places.sort(([a], [b]) => a - b)
      for (const [index, [start, bytes]] of places.entries()) {
        const next = places[index + 1]?.[0] ?? layout.byteLength
        expect(start + bytes).toBeLessThanOrEqual(next)
        if (start > 0) expect(start % 16).toBe(0)
      }
    }),
  )
})
