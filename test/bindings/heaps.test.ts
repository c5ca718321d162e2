/**
 * Heaps of the best rows, as threads leave and merge them: keys that are no longer in a heap count for
 * nothing.
 */
import { expect, test } from 'vitest'
import { reserveMemory } from '../../bindings/memory.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { randomNumbers } from '../oracle/tables.ts'

/** assembly/heap.ts: a larger key is a better row. */
function keyOf(score: number, id: number): bigint {
  const bits = new Int32Array(Float32Array.of(score).buffer)[0]!
  const ordered = (bits ^ ((bits >> 31) | 0x80000000)) >>> 0
  return (BigInt(ordered) << 32n) | BigInt(~id >>> 0)
}

/**
 * Two heaps with room for `size` keys each, and stale keys better than any in every place that is not used.
 */
async function twoHeaps(size: number) {
  const shape = { capacity: 64, dimension: 4, dtype: 'f32', codes: false, threads: 1 } as const
  const { core, layout, rows, ids } = await TableMemory.create(await loadCore(), reserveMemory(shape))
  const other = layout.heaps + 8 * (size + 2)
  const write = (heap: number, scores: readonly number[], firstId: number) => {
    const words = new BigUint64Array(rows.buffer, heap, size + 1)
    words.fill(keyOf(1e30, 60))
    words[0] = BigInt(scores.length)
    // ascending: the worst at the root, as a heap has it
    const keys = scores.map((score, index) => keyOf(score, firstId + index))
    for (const [place, key] of keys.sort((a, b) => (a < b ? -1 : 1)).entries()) words[place + 1] = key
  }
  const best = (heap: number) => [...ids.subarray(0, core.sortedIds(heap, layout.ids))]
  return { core, heap: layout.heaps, other, write, best }
}

test('a merge takes the best of both, and nothing behind the last key', async () => {
  const random = randomNumbers(3)
  const { core, heap, other, write, best } = await twoHeaps(8)
  for (const [ours, theirs] of [
    [0, 3],
    [3, 0],
    [5, 8],
    [8, 5],
    [8, 8],
    [1, 1],
    [0, 0],
    [2, 4],
  ] as const) {
    const scores = Array.from({ length: ours + theirs }, () => Math.round(random() * 6) - 3)
    write(heap, scores.slice(0, ours), 0)
    write(other, scores.slice(ours), ours)
    core.mergeHeap(heap, 8, other)
    const expected = scores
      .map((score, id) => ({ score, id }))
      .sort((a, b) => b.score - a.score || a.id - b.id)
    expect(best(heap)).toEqual(expected.slice(0, 8).map(({ id }) => id))
  }
})

test('a heap that is cleared is empty', async () => {
  const { core, heap, write, best } = await twoHeaps(8)
  write(heap, [1, 2, 3], 0)
  core.clearHeap(heap)
  expect(best(heap)).toEqual([])
})

test('a heap that is filled has k keys of no row: others must reach their score', async () => {
  const { core, heap, other, write, best } = await twoHeaps(8)
  // whatever was there before: nothing, fewer, more
  for (const before of [[], [9, 9], [9, 9, 9, 9, 9, 9]]) {
    write(heap, before, 20)
    core.fillHeap(heap, 4, 1.5)
    expect(best(heap)).toEqual([])
    core.fillHeap(heap, 4, 1.5)
    write(other, [1.5, 1.4, 2, -3], 0)
    core.mergeHeap(heap, 4, other)
    expect(best(heap)).toEqual([2, 0])
  }
})
