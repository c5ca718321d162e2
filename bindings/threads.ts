/**
 * Workers that share a table's memory, and the caller's part: it publishes a question, scans its own share,
 * waits for the others, and scans the share of one that does not answer. So every question ends, and with the
 * same answer, whatever happens to a worker.
 */
import { BLOCK_ROWS, QUESTION_NUMBER, QUESTION_RESCORED, QUESTION_SHARED } from '../build/core-constants.ts'
import type { CompiledModule, CoreExports, LinearMemory } from './core.ts'
import { MIN_BLOCK_ROWS, QUESTIONS, type TableLayout } from './layout.ts'
import { RECORD_WORDS } from './records.ts'
import {
  blocksOfChunk,
  CONTROL,
  CONTROL_WORDS,
  clearThreshold,
  close,
  MAX_QUESTION,
  ownerOf,
  publish,
  takeChunk,
} from './thread-control.ts'
import { startWorkers, type WorkerFile } from './workers.ts'

export { compileSharedCore } from './shared-core.ts'

/** Chunks a thread gets on average: more even out, fewer cost less. */
const CHUNKS_PER_THREAD = 4
/** A block is whole words of the mask. */
const BLOCK_STEP = 32
/** Milliseconds that workers may take longer than the caller did, before their share is done again. */
const PATIENCE = 20

/** Makes the threads of a table. */
export type StartThreads = (
  core: CoreExports,
  layout: TableLayout,
  memory: LinearMemory,
  module: CompiledModule,
  relaxed: CompiledModule | undefined,
) => Threads

/** Stops the workers of a table that was forgotten. */
const forgotten = new FinalizationRegistry<() => void>((stop) => stop())

export class Threads {
  private readonly control: Int32Array
  private readonly records: Uint32Array
  private readonly published: Uint32Array
  private readonly stop: () => void
  private question = 0

  constructor(
    private readonly core: CoreExports,
    private readonly layout: TableLayout,
    memory: LinearMemory,
    module: CompiledModule,
    relaxed: CompiledModule | undefined,
    file?: WorkerFile,
  ) {
    const { control, questions, workspaceBytes, published, threads } = layout
    this.control = new Int32Array(memory.buffer, control, CONTROL_WORDS)
    this.records = new Uint32Array(memory.buffer, questions, (threads * workspaceBytes) / 4)
    this.published = new Uint32Array(memory.buffer, published, QUESTIONS * RECORD_WORDS)
    this.stop = startWorkers(layout, { memory, module, relaxed }, file)
    forgotten.register(this, this.stop, this)
  }

  /** Threads that search, the caller's among them: fewer than requested until the workers have started. */
  get running(): number {
    const { threads } = this.layout
    let running = 1
    for (let thread = 1; thread < threads; thread++) {
      running += Atomics.load(this.control, CONTROL.running + thread)
    }
    return running
  }

  dispose(): void {
    forgotten.unregister(this)
    this.stop()
  }

  /**
   * As core.scanQuestions of all rows, of questions that are written and whose heaps (of k, at `heapOf`) are
   * empty. Returns the other threads that had a part in it.
   */
  scan(count: number, rows: number, k: number, heapOf: (index: number) => number): number[] {
    const { control } = this
    const begun = performance.now()
    const question = this.publish(count, rows)
    for (;;) {
      const chunk = takeChunk(control, question, 0)
      if (chunk < 0) break
      this.scanChunk(chunk, count)
    }
    this.finish(count)
    const { finished, missing } = this.waitForOthers(question, begun)
    for (const thread of finished) this.merge(thread, count, k, heapOf)
    for (const chunk of missing) this.scanChunk(chunk, count)
    if (missing.length > 0) this.finish(count)
    // what the caller scans alone next is shared with nobody
    for (let index = 0; index < count; index++) this.records[index * RECORD_WORDS + QUESTION_SHARED] = 0
    return finished
  }

  /** Makes the written questions the current one. Returns its number. */
  private publish(count: number, rows: number): number {
    this.question = (this.question % MAX_QUESTION) + 1
    close(this.control)
    for (let index = 0; index < count; index++) {
      clearThreshold(this.control, this.question, index)
      this.records[index * RECORD_WORDS + QUESTION_NUMBER] = this.question
      this.records[index * RECORD_WORDS + QUESTION_SHARED] =
        this.layout.control + 4 * (CONTROL.thresholds + 2 * index)
    }
    this.published.set(this.records.subarray(0, count * RECORD_WORDS))
    const maxChunks = this.layout.threads * CHUNKS_PER_THREAD
    const share = Math.min(Math.max(MIN_BLOCK_ROWS, rows / maxChunks), BLOCK_ROWS)
    const blockRows = Math.ceil(share / BLOCK_STEP) * BLOCK_STEP
    const chunks = Math.min(maxChunks, Math.ceil(rows / blockRows))
    publish(this.control, this.question, { count, rows, chunks, blockRows })
    return this.question
  }

  private scanChunk(chunk: number, count: number): void {
    const { table, questions } = this.layout
    const { from, to, block, step } = blocksOfChunk(this.control, chunk)
    this.core.scanQuestions(table, questions, count, from, to, block, step)
  }

  /** Scores the rows that chunks left open. */
  private finish(count: number): void {
    const { table, questions } = this.layout
    this.core.scanQuestions(table, questions, count, 0, 0, BLOCK_ROWS, BLOCK_ROWS)
  }

  /**
   * Waits until all chunks are scanned, or patience ends. Returns the threads that are done with chunks of
   * their own, whose heaps count (a thread that took none has the heap of an earlier question), and the
   * chunks of all others.
   */
  private waitForOthers(question: number, begun: number): { finished: number[]; missing: number[] } {
    const now = performance.now()
    const end = now + (now - begun) + PATIENCE
    for (let spin = 1; ; spin++) {
      const { finished, missing } = this.survey(question)
      if (missing.length === 0 || (spin % 64 === 0 && performance.now() > end)) return { finished, missing }
    }
  }

  /**
   * One look at each thread and then at each chunk: so no chunk is both found in a thread's heap and missing.
   */
  private survey(question: number): { finished: number[]; missing: number[] } {
    const { control, layout } = this
    const done = Array.from({ length: layout.threads }, (_, thread) => {
      return thread > 0 && Atomics.load(control, CONTROL.done + thread) === question
    })
    const finished = new Set<number>()
    const missing: number[] = []
    for (let chunk = 0; chunk < Atomics.load(control, CONTROL.chunks); chunk++) {
      const owner = ownerOf(control, question, chunk)
      if (owner === 0) continue
      if (done[owner] === true) finished.add(owner)
      else missing.push(chunk)
    }
    return { finished: [...finished], missing }
  }

  /** Takes over what a thread found. */
  private merge(thread: number, count: number, k: number, heapOf: (index: number) => number): void {
    const shift = thread * this.layout.workspaceBytes
    for (let index = 0; index < count; index++) {
      this.core.mergeHeap(heapOf(index), k, heapOf(index) + shift)
      const record = index * RECORD_WORDS + QUESTION_RESCORED
      this.records[record]! += this.records[record + shift / 4]!
    }
  }
}
