/** Tables made from others that fail: their memory and threads are given back at once. */
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { TableMemory } from '../../bindings/table-memory.ts'
import { KeyedVectors } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { meanRemoval, Transform } from '../../src/transforms.ts'
import { makeTable } from '../oracle/tables.ts'

const SIZE = 20_000
const { flat } = makeTable(SIZE, 32, 'plain', 4)
const table = await EmbeddingTable.from(flat, { dimension: 32 })
const dispose = vi.spyOn(TableMemory.prototype, 'dispose')
beforeEach(() => void dispose.mockClear())
afterAll(() => {
  dispose.mockRestore()
  table.dispose()
})

/** Rows that become infinite. */
const blown = new Transform(new Float64Array(32), new Float64Array(32 * 32).fill(1e300), 32)

describe('each disposes of what it made', () => {
  test.each<[string, () => Promise<unknown>, object]>([
    [
      'a transform whose rows are not finite',
      () => blown.apply(table, { threads: 2 }),
      { code: 'NON_FINITE' },
    ],
    [
      'a transform that is stopped half-way',
      async () => {
        const stop = new AbortController()
        const onProgress = ({ done }: { done: number }) => done > SIZE / 2 && stop.abort(new Error('enough'))
        const transform = await meanRemoval(table)
        return transform.apply(table, { threads: 2, signal: stop.signal, onProgress })
      },
      { message: 'enough' },
    ],
    [
      'unit rows with too few tokens',
      () => new KeyedVectors(table).unitNormalizeAll({ threads: 2, tokens: ['a'] }),
      { code: 'LENGTH_MISMATCH' },
    ],
    [
      'some rows with too many tokens',
      () => new KeyedVectors(table).vectorsForAll([1, 2], { threads: 2, tokens: ['a', 'b', 'c'] }),
      { code: 'LENGTH_MISMATCH' },
    ],
  ])('%s', async (_, make, error) => {
    await expect(make()).rejects.toMatchObject(error)
    expect(dispose).toHaveBeenCalledTimes(1)
    expect(table.nearest(0, { k: 1 }).length).toBe(1)
  })
})
