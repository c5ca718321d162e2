/**
 * What the threads of a table agree on, int32 each, in the table's memory. Read and written by Atomics alone.
 *
 * The rows of a question are cut into chunks, each of blocks that lie all over the table. A free thread takes
 * the next one by raising `ticket`, which holds the question's number as well, so that a thread that wakes
 * too late takes none. A thread that finds no chunk left writes the question's number to its place in `done`:
 * its heap then holds the best rows of all the chunks it owns.
 */
import { NO_THRESHOLD } from '../build/core-constants.ts'
import { MAX_THREADS } from './hardware.ts'

/** Places, in words. An enum, because bundles then hold the numbers alone. */
export enum CONTROL {
  /** The number of the current question; STOP ends a thread. Threads sleep on it. */
  question = 0,
  /** question << CHUNK_BITS | next chunk */
  ticket = 1,
  chunks = 2,
  /** Rows of a block. A chunk is every so many-th block of the table. */
  blockRows = 3,
  /** Rows in all. */
  rows = 4,
  /** Queries that are answered at once. */
  count = 5,
  /** By thread: the last question it is done with. */
  done = 64,
  /** By chunk, of which there are 512 at most: the thread that took it. */
  owners = 192,
  /** By thread: 1 while it runs. */
  running = 704,
  /** By query, two words: the word of assembly/shared-threshold.ts. */
  thresholds = 832,
}

/** Words of all this. */
export const CONTROL_WORDS = 1024
export const STOP = -1
export const CHUNK_BITS = 10
/** Questions are numbered from 1 up to this, and from 1 again. */
export const MAX_QUESTION = 2 ** (31 - CHUNK_BITS) - 1

/** An owner not known yet; no thread has this number. */
const NOBODY = MAX_THREADS

/**
 * What stands in `owners`: a thread that woke too late must not be taken for an owner of another question's
 * chunk.
 */
function ownerMark(question: number, thread: number): number {
  return question * (MAX_THREADS + 1) + thread
}

/**
 * Takes the next chunk of a question for `thread`: its number, or −1 if none is left or another question is
 * current.
 */
export function takeChunk(control: Int32Array, question: number, thread: number): number {
  for (;;) {
    const ticket = Atomics.load(control, CONTROL.ticket)
    const chunk = ticket & ((1 << CHUNK_BITS) - 1)
    if (ticket >>> CHUNK_BITS !== question || chunk >= Atomics.load(control, CONTROL.chunks)) return -1
    if (Atomics.compareExchange(control, CONTROL.ticket, ticket, ticket + 1) !== ticket) continue
    const nobody = ownerMark(question, NOBODY)
    const place = CONTROL.owners + chunk
    const before = Atomics.compareExchange(control, place, nobody, ownerMark(question, thread))
    return before === nobody ? chunk : -1
  }
}

/** The thread that took a chunk of a question, or one that there is not while it is not known. */
export function ownerOf(control: Int32Array, question: number, chunk: number): number {
  return Atomics.load(control, CONTROL.owners + chunk) - ownerMark(question, 0)
}

/** Whether a question is the current one. */
export function isCurrent(control: Int32Array, question: number): boolean {
  return Atomics.load(control, CONTROL.ticket) >>> CHUNK_BITS === question
}

/** Begins the shared threshold of a question that is not published yet. */
export function clearThreshold(control: Int32Array, question: number, index: number): void {
  const place = CONTROL.thresholds + 2 * index
  // the number first: from then on no thread that is late with another question writes here
  Atomics.store(control, place + 1, question)
  Atomics.store(control, place, NO_THRESHOLD)
}

/** Ends the current question, before anything of it is overwritten: no chunk of it can be taken any more. */
export function close(control: Int32Array): void {
  Atomics.store(control, CONTROL.ticket, 0)
}

/** Makes a question the current one: from now on its chunks can be taken. */
export function publish(
  control: Int32Array,
  question: number,
  { count, rows, chunks, blockRows }: { count: number; rows: number; chunks: number; blockRows: number },
): void {
  for (let chunk = 0; chunk < chunks; chunk++) {
    Atomics.store(control, CONTROL.owners + chunk, ownerMark(question, NOBODY))
  }
  Atomics.store(control, CONTROL.count, count)
  Atomics.store(control, CONTROL.rows, rows)
  Atomics.store(control, CONTROL.blockRows, blockRows)
  Atomics.store(control, CONTROL.chunks, chunks)
  Atomics.store(control, CONTROL.ticket, question << CHUNK_BITS)
  Atomics.store(control, CONTROL.question, question)
  Atomics.notify(control, CONTROL.question)
}

/** The blocks of a chunk: the first begins at `from`, the others each `step` rows on, all within `to`. */
export function blocksOfChunk(control: Int32Array, chunk: number) {
  const to = Atomics.load(control, CONTROL.rows)
  const block = Atomics.load(control, CONTROL.blockRows)
  return { from: chunk * block, to, block, step: block * Atomics.load(control, CONTROL.chunks) }
}
