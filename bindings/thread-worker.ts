/**
 * What runs in a worker: sleeps until a question is published, scans chunks of it, sleeps again. Bundled as
 * text by scripts/.
 */
// Stryker disable all: what runs is the bundled text in build/worker.ts, which has no mutants
import { QUESTION_BYTES, QUESTION_HEAP, QUESTION_PRODUCTS } from '../build/core-constants.ts'
import type { CompiledModule, CoreExports, LinearMemory } from './core.ts'
import { linkRelaxed } from './link-relaxed.ts'
import { blocksOfChunk, CONTROL, CONTROL_WORDS, isCurrent, STOP, takeChunk } from './thread-control.ts'

const RECORD_WORDS = QUESTION_BYTES / 4

/** What a worker is started with: a compiled core, the table's memory, and where things lie in it. */
export interface WorkerStart {
  module: CompiledModule
  /** The kernels with relaxed SIMD, where the engine has them. */
  relaxed: CompiledModule | undefined
  memory: LinearMemory
  /** Its number, from 1: 0 is the caller. */
  thread: number
  table: number
  control: number
  published: number
  questions: number
  workspaceBytes: number
}

/** Looks at the question's number so often before it sleeps: waking takes longer than many a question. */
const SPINS = 2000

function run(start: WorkerStart): void {
  const core = new WebAssembly.Instance(start.module, { env: { memory: start.memory } })
    .exports as unknown as CoreExports
  if (start.relaxed) linkRelaxed(core, start.relaxed, start.memory)
  const control = new Int32Array(start.memory.buffer, start.control, CONTROL_WORDS)
  const published = new Uint32Array(start.memory.buffer, start.published)
  const shift = start.thread * start.workspaceBytes
  const questions = new Uint32Array(start.memory.buffer, start.questions + shift)
  Atomics.store(control, CONTROL.running + start.thread, 1)
  let seen = 0
  for (;;) {
    let question = Atomics.load(control, CONTROL.question)
    for (let spin = 0; question === seen && spin < SPINS; spin++) {
      question = Atomics.load(control, CONTROL.question)
    }
    if (question === seen) Atomics.wait(control, CONTROL.question, seen)
    question = Atomics.load(control, CONTROL.question)
    if (question === STOP) return
    if (question === seen) continue
    seen = question
    answer(question)
  }

  /**
   * Nothing is copied before a chunk is taken: then the caller waits, and the question stands. A caller that
   * lost patience publishes the next one meanwhile; what was copied then is good only if the ticket is still
   * this question's.
   */
  function answer(question: number): void {
    let copied = 0
    for (;;) {
      const chunk = takeChunk(control, question, start.thread)
      if (chunk < 0) break
      const count = Atomics.load(control, CONTROL.count)
      const { from, to, block, step } = blocksOfChunk(control, chunk)
      if (copied === 0) copyQuestions(count)
      if (!isCurrent(control, question)) break
      if (copied === 0) clearHeaps(count)
      copied = count
      core.scanQuestions(start.table, start.questions + shift, count, from, to, block, step)
    }
    // whether or not it is still current: the list must not stay for the next
    if (copied > 0) core.scanQuestions(start.table, start.questions + shift, copied, 0, 0, 0, 0)
    Atomics.store(control, CONTROL.done + start.thread, question)
  }

  function clearHeaps(count: number): void {
    for (let record = 0; record < count * RECORD_WORDS; record += RECORD_WORDS) {
      core.clearHeap(questions[record + QUESTION_HEAP] ?? 0)
    }
  }

  function copyQuestions(count: number): void {
    questions.set(published.subarray(0, count * RECORD_WORDS))
    for (let record = 0; record < count * RECORD_WORDS; record += RECORD_WORDS) {
      for (const field of [QUESTION_PRODUCTS, QUESTION_HEAP]) {
        questions[record + field] = (questions[record + field] ?? 0) + shift
      }
    }
  }
}

// the same text runs in Node and in browsers; a bundler would turn an import or a require into something of
// its own
const node = globalThis.process?.getBuiltinModule?.('node:worker_threads')
if (node === undefined) globalThis.onmessage = ({ data }: MessageEvent<WorkerStart>) => run(data)
else run(node.workerData)
