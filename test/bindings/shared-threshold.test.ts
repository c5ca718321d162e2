/**
 * A score that threads share rules rows out for all of them, and none that is in the answer: the core alone,
 * the threads played here.
 */
import { expect, test } from 'vitest'
import { makeCodes } from '../../bindings/codes.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { RECORD_WORDS } from '../../bindings/records.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { QUESTION_NUMBER, QUESTION_SHARED, QUESTION_TRIED } from '../../build/core-constants.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { searchOne } from '../oracle/kernel.ts'
import { randomNumbers } from '../oracle/tables.ts'

const SIZE = 6000
const DIMENSION = 24
const K = 10
/** The question's number. */
const OURS = 7
const NOTHING = 0x007fffff

/** Bits of a score as assembly/heap.ts turns them. */
function ordered(score: number): number {
  const bits = new Int32Array(Float32Array.of(score).buffer)[0]!
  return (bits ^ ((bits >> 31) | 0x80000000)) >>> 0
}

/** A table that was searched once, and the same question again with a word that threads share. */
async function searched(bits: 4 | 8) {
  const module = await loadCore()
  const shape = { capacity: SIZE, dimension: DIMENSION, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(module, reserveMemory(shape))
  const random = randomNumbers(bits)
  // a quarter of the rows are there four times: ties at the k-th place too
  for (let i = 0; i < SIZE * DIMENSION; i++) {
    memory.rows[i] = i < (SIZE * DIMENSION) / 4 ? random() : memory.rows[i % ((SIZE * DIMENSION) / 4)]!
  }
  memory.computeNorms(0, SIZE)
  makeCodes(memory, SIZE, bits)
  memory.mask.fill(-1)
  searchOne(memory, memory.queryByVector(Float32Array.from({ length: DIMENSION }, random)), {
    size: SIZE,
    allowed: SIZE,
    metric: 'dot',
    k: K,
  })
  const { core, layout } = memory
  const { buffer } = memory.rows
  const record = new Uint32Array(buffer, layout.questions, RECORD_WORDS)
  const word = new Uint32Array(buffer, layout.scratch, 2)
  const searchAgain = (score: number, number: number) => {
    word.set([score, number])
    core.clearHeap(layout.heaps)
    record[QUESTION_TRIED] = 0
    record[QUESTION_SHARED] = layout.scratch
    record[QUESTION_NUMBER] = OURS
    core.scanQuestions(layout.table, layout.questions, 1, 0, SIZE, 1024, 1024)
    const count = core.sortedIds(layout.heaps, layout.ids)
    return { ids: [...memory.ids.subarray(0, count)], score: word[0]!, number: word[1]! }
  }
  return { ids: [...memory.ids.subarray(0, K)], minScore: ordered(memory.dots[K - 1]!), searchAgain }
}

test.each([8, 4] as const)('codes of %i bits', async (bits) => {
  const { ids, minScore, searchAgain } = await searched(bits)
  // what others get is what the k-th row reaches, to the bit
  expect(searchAgain(NOTHING, OURS)).toEqual({ ids, score: minScore, number: OURS })
  // what others know may be as much, and rows that reach just that stay in
  expect(searchAgain(minScore, OURS)).toEqual({ ids, score: minScore, number: OURS })
  // what an earlier question left is no score of this one's, and what this one knows is none of a later
  // question's
  for (const number of [OURS - 1, OURS + 1]) {
    for (const score of [NOTHING, ordered(1e30)]) {
      expect(searchAgain(score, number)).toEqual({ ids, score, number })
    }
  }
  // a score that no k rows reach rules out rows of the answer
  expect(searchAgain(minScore + 1, OURS).ids.length).toBeLessThan(K)
})
