/** A table that was disposed of. */
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { expectRejection, type Untyped } from './rejection.ts'

describe('after dispose()', () => {
  const questions: Record<string, unknown[]> = {
    id: [0],
    token: [0],
    row: [0],
    gather: [[0]],
    similarity: [0, 1],
    nearest: [0],
    analogy: [{ positive: [0] }],
    combine: [{ positive: [0] }],
    scores: [0, [1]],
    randomIds: [1],
    idSet: [[0]],
  }
  test.each(Object.entries(questions))('%s() throws DISPOSED', async (method, parameters) => {
    const table: Untyped = await EmbeddingTable.from([1, 2], { dimension: 1 })
    table[method](...parameters)
    table.dispose()
    await expectRejection(() => table[method](...parameters), 'DISPOSED', 'disposed')
  })

  test('a second dispose() does nothing, and `using` disposes', async () => {
    let same: EmbeddingTable
    {
      using table = await EmbeddingTable.from([1, 2], { dimension: 1 })
      same = table
      same.nearest(0)
    }
    same.dispose()
    same.dispose()
    await expectRejection(() => same.nearest(0), 'DISPOSED')
  })

  test('answers given before are still there, with their tokens', async () => {
    const table = await EmbeddingTable.from([1, 2], { dimension: 1, tokens: ['a', 'b'] })
    const matches = table.nearest('a')
    const row = table.row('b')
    table.dispose()
    expect(matches.toArray()).toEqual([{ id: 1, token: 'b', cosine: 1, dot: 2 }])
    expect([...row]).toEqual([2])
  })
})
