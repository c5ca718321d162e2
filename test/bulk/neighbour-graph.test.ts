/** The neighbour graph against the oracle that scores every row. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { neighbourGraph } from '../../src/bulk.ts'
import { expectMatches } from '../oracle/expect.ts'
import { searchAll } from '../oracle/search.ts'
import { cases, made } from './hard-cases.ts'

test('neighbourGraph: row by row as nearest answers', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { table, rows, askable } = await made(given)
      const { k, metric, size, share } = given
      const filter = share > 0.5 ? undefined : table.idSet((id) => id % 3 !== 1)
      const graph = await neighbourGraph(table, { k, metric, filter })
      expect([graph.size, graph.k]).toEqual([size, Math.min(k, size - 1)])
      for (let row = 0; row < size; row += 1 + Math.floor(size / 40)) {
        const isIn = askable.includes(row) && (filter?.has(row) ?? true)
        const allowed = (id: number) => id !== row && (filter?.has(id) ?? true)
        const expected = isIn ? searchAll(rows, rows[row]!, { k, metric, allowed }) : []
        expectMatches(graph.neighbours(row), expected)
      }
      expect(graph.ids.length).toBe(graph.offsets[size])
    }),
    { numRuns: 60 },
  )
})
