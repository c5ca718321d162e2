/**
 * When a search uses the workers, and how long the caller waits for them: a worker is played here, and the clock
 * set, since an answer is the same whoever scans the rows.
 */
import { readFileSync } from 'node:fs'
import * as workerThreads from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeCodes } from '../../bindings/codes.ts'
import type { CoreExports } from '../../bindings/core.ts'
import { type ReservedMemory, reserveMemory } from '../../bindings/memory.ts'
import { RECORD_WORDS } from '../../bindings/records.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { CONTROL, CONTROL_WORDS, takeChunk } from '../../bindings/thread-control.ts'
import { compileSharedCore, type StartThreads, Threads } from '../../bindings/threads.ts'
import { BLOCK_ROWS, QUESTION_RESCORED, QUESTION_SHARED } from '../../build/core-constants.ts'
import { searchSome } from '../oracle/kernel.ts'
import { makeTable } from '../oracle/tables.ts'
import { projectPath } from '../shared-data.ts'

const module = await compileSharedCore(readFileSync(projectPath('build/rowspace.wasm')))
const startThreads: StartThreads = (...given) => new Threads(...given)

/** No worker runs but those that a test plays. */
class Idle {
  on() {}
  once() {}
  unref() {}
  terminate() {}
}

beforeEach(() => {
  const builtin = process.getBuiltinModule.bind(process)
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
    name === 'node:worker_threads' ? { ...workerThreads, Worker: Idle } : builtin(name)) as never)
})
afterEach(() => vi.restoreAllMocks())

describe('the workers are used from 1 MiB on, of all queries together', () => {
  test.each([
    // as many rows and queries as make a MiB, and one row less: 256 bytes per row, 64 per code
    [undefined, 4096, 1],
    [undefined, 1024, 4],
    [8, 16_384, 1],
    [8, 4096, 4],
  ] as const)('codes of %s bits: %i rows, %i queries', async (bits, size, count) => {
    const scan = vi.spyOn(Threads.prototype, 'scan')
    const shape = { capacity: size, dimension: 64, dtype: 'f32', codes: true, threads: 2 } as const
    const memory = await TableMemory.create(module, reserveMemory(shape), startThreads)
    memory.rows.set(makeTable(size, 64, 'plain', 3).flat)
    memory.computeNorms(0, size)
    memory.mask.fill(-1)
    if (bits !== undefined) makeCodes(memory, size, bits)
    const norms = Array.from({ length: count }, (_, index) => memory.queryByRow(index, index))
    const params = { allowed: size, metric: 'dot', k: 1 } as const
    searchSome(memory, norms, { ...params, size: size - 1 })
    expect(scan).not.toHaveBeenCalled()
    searchSome(memory, norms, { ...params, size })
    expect(scan).toHaveBeenCalledOnce()
    memory.dispose()
  })
})

const ROWS = 100_000
const K = 7
/** Eight chunks of blocks of this many rows: two threads take four each. */
const STEP = 8 * BLOCK_ROWS

/**
 * Scans once, with thread 1 taking chunk 1 at the start. The clock says 0 at the start and 10 when the caller's share
 * is done, so that its patience ends at 10 + 10 + 20; then what `late` returns, look by look.
 */
function scanWith(late: (answer: () => void) => number) {
  const shape = { capacity: ROWS, dimension: 1, dtype: 'f32', codes: true, threads: 2 } as const
  const reserved: ReservedMemory = reserveMemory(shape)
  const { layout, memory } = reserved
  const control = new Int32Array(memory.buffer, layout.control, CONTROL_WORDS)
  const scanned: number[][] = []
  const merged: number[][] = []
  const core = {
    scanQuestions: (...args: number[]) => {
      if (scanned.length === 0) expect(takeChunk(control, 1, 1)).toBe(1)
      scanned.push(args)
    },
    mergeHeap: (...args: number[]) => void merged.push(args),
  }
  const threads = new Threads(core as unknown as CoreExports, layout, memory, module, undefined)
  const records = (thread: number) =>
    new Uint32Array(memory.buffer, layout.questions + thread * layout.workspaceBytes, 2 * RECORD_WORDS)
  records(0)[RECORD_WORDS + QUESTION_RESCORED] = 30
  records(1)[RECORD_WORDS + QUESTION_RESCORED] = 12
  const times = [0, 10]
  const answer = () => Atomics.store(control, CONTROL.done + 1, 1)
  vi.spyOn(performance, 'now').mockImplementation(() => times.shift() ?? late(answer))
  threads.scan(2, ROWS, K, (index) => 1000 + index)
  const { table, questions, workspaceBytes } = layout
  const chunk = (number: number) => [table, questions, 2, number * BLOCK_ROWS, ROWS, BLOCK_ROWS, STEP]
  const rest = [table, questions, 2, 0, 0, BLOCK_ROWS, BLOCK_ROWS]
  const own = [...[0, 2, 3, 4, 5, 6, 7].map(chunk), rest]
  const rescored = records(0)[RECORD_WORDS + QUESTION_RESCORED]
  const shared = [0, 1].map((index) => records(0)[index * RECORD_WORDS + QUESTION_SHARED])
  expect(shared, 'nothing is shared after the search').toEqual([0, 0])
  return { scanned, merged, rescored, own, lost: [chunk(1), rest], workspaceBytes }
}

test('a worker that answers when patience ends is waited for, and its heaps are taken over', () => {
  const { scanned, merged, rescored, own, workspaceBytes } = scanWith((answer) => {
    answer()
    return 40
  })
  expect(scanned).toEqual(own)
  expect(merged).toEqual([1000, 1001].map((heap) => [heap, K, heap + workspaceBytes]))
  expect(rescored).toBe(42)
})

test('the share of one that does not answer by then is scanned by the caller', () => {
  const { scanned, merged, rescored, own, lost } = scanWith(() => 40.1)
  expect(scanned).toEqual([...own, ...lost])
  expect(merged).toEqual([])
  expect(rescored).toBe(30)
})
