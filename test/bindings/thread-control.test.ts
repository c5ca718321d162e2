/** What the threads of a table agree on, without threads: who may take which rows, and when. */
import { describe, expect, test } from 'vitest'
import { MAX_THREADS } from '../../bindings/hardware.ts'
import {
  blocksOfChunk,
  CHUNK_BITS,
  CONTROL,
  CONTROL_WORDS,
  clearThreshold,
  close,
  isCurrent,
  MAX_QUESTION,
  ownerOf,
  publish,
  takeChunk,
} from '../../bindings/thread-control.ts'

const parts = { count: 3, rows: 5000, chunks: 4, blockRows: 512 }

function published(question: number, what = parts): Int32Array {
  const control = new Int32Array(CONTROL_WORDS)
  publish(control, question, what)
  return control
}

test('each chunk is taken once, in order, and its owner is known', () => {
  const control = published(7)
  const takers = [0, 2, MAX_THREADS - 1, 1]
  expect(takers.map((_, chunk) => ownerOf(control, 7, chunk))).toEqual(Array(4).fill(MAX_THREADS))
  expect(takers.map((thread) => takeChunk(control, 7, thread))).toEqual([0, 1, 2, 3])
  expect(takeChunk(control, 7, 0)).toBe(-1)
  expect(takers.map((_, chunk) => ownerOf(control, 7, chunk))).toEqual(takers)
  // whatever thread tries the number of another question, the owner is none there can be
  for (const question of [6, 8]) {
    for (const chunk of takers.keys()) {
      const owner = ownerOf(control, question, chunk)
      expect(owner < 0 || owner > MAX_THREADS).toBe(true)
    }
  }
})

test('a thread that is late takes nothing of the next question, nor after it is closed', () => {
  const control = published(7)
  expect(takeChunk(control, 6, 1)).toBe(-1)
  expect([6, 7, 8].map((question) => isCurrent(control, question))).toEqual([false, true, false])
  close(control)
  expect(isCurrent(control, 7)).toBe(false)
  expect(takeChunk(control, 7, 1)).toBe(-1)
  publish(control, 8, parts)
  expect(takeChunk(control, 7, 1)).toBe(-1)
  expect(takeChunk(control, 8, 1)).toBe(0)
})

test('a chunk that another has got by a ticket of an earlier question is left to it', () => {
  const control = published(7)
  Atomics.store(control, CONTROL.owners, 12)
  expect(takeChunk(control, 7, 1)).toBe(-1)
  expect(control[CONTROL.owners]).toBe(12)
  expect(takeChunk(control, 7, 1)).toBe(1)
})

test('the last question there is a number for can be published', () => {
  const control = published(MAX_QUESTION)
  expect(MAX_QUESTION).toBe(2 ** (31 - CHUNK_BITS) - 1)
  expect(isCurrent(control, MAX_QUESTION)).toBe(true)
  expect([0, 1, 2, 3, 4].map(() => takeChunk(control, MAX_QUESTION, 5))).toEqual([0, 1, 2, 3, -1])
  expect(ownerOf(control, MAX_QUESTION, 3)).toBe(5)
})

describe('the blocks of all chunks', () => {
  test.each([
    { rows: 5000, chunks: 4, blockRows: 512 },
    { rows: 5000, chunks: 10, blockRows: 512 },
    { rows: 512, chunks: 1, blockRows: 512 },
    { rows: 513, chunks: 2, blockRows: 512 },
    { rows: 100_000, chunks: 12, blockRows: 1024 },
  ])('hold every row of $rows once', ({ rows, chunks, blockRows }) => {
    const control = published(3, { count: 1, rows, chunks, blockRows })
    const seen = new Uint8Array(rows)
    for (let chunk = 0; chunk < chunks; chunk++) {
      const { from, to, block, step } = blocksOfChunk(control, chunk)
      expect(block).toBe(blockRows)
      for (let first = from; first < to; first += step) {
        for (let id = first; id < Math.min(first + block, to); id++) seen[id]!++
      }
    }
    expect(seen.every((times) => times === 1)).toBe(true)
  })
})

test('publishing writes the parts of a question, and wakes with its number', () => {
  const control = published(9)
  const { count, rows, chunks, blockRows, question } = CONTROL
  expect([count, rows, chunks, blockRows, question].map((place) => control[place])).toEqual([
    3, 5000, 4, 512, 9,
  ])
})

test('as many chunks as there may be leave what lies behind their owners as it is', () => {
  const control = new Int32Array(CONTROL_WORDS).fill(-7, CONTROL.running)
  publish(control, 1, { ...parts, chunks: 4 * MAX_THREADS })
  expect(ownerOf(control, 1, 4 * MAX_THREADS - 1)).toBe(MAX_THREADS)
  expect(control.subarray(CONTROL.running).every((word) => word === -7)).toBe(true)
})

test('a shared score begins as none, with the number of its question beside it', () => {
  const control = new Int32Array(CONTROL_WORDS).fill(-1)
  clearThreshold(control, 5, 2)
  const place = CONTROL.thresholds + 4
  // −Infinity, as assembly/heap.ts turns its bits
  const bits = new Int32Array(Float32Array.of(Number.NEGATIVE_INFINITY).buffer)[0]!
  expect([...control.subarray(place - 1, place + 3)]).toEqual([
    -1,
    (bits ^ ((bits >> 31) | 0x80000000)) | 0,
    5,
    -1,
  ])
})

test('its places do not overlap, for as many threads and chunks as there may be', () => {
  const { done, owners, running, thresholds } = CONTROL
  expect(CONTROL.count).toBeLessThan(done)
  expect(done + MAX_THREADS).toBeLessThanOrEqual(owners)
  expect(owners + 4 * MAX_THREADS).toBeLessThanOrEqual(running)
  expect(running + MAX_THREADS).toBeLessThanOrEqual(thresholds)
  expect(thresholds + 2 * 32).toBeLessThanOrEqual(CONTROL_WORDS)
  expect(4 * MAX_THREADS).toBeLessThan(1 << CHUNK_BITS)
})
