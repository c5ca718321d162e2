/**
 * Kernels with relaxed SIMD for the codes of a table (assembly/relaxed/), for the engines that have it: Node
 * 22 and later, Chromium from 114. A part of its own, loaded where a table has codes.
 */
import {
  QUESTION_BYTES,
  TABLE_CODE_BITS,
  TABLE_CODE_SUMS,
  TABLE_CODED_NORMS,
  TABLE_MAX_K,
  TABLE_QUERIES,
  TABLE_RELAXED,
  TABLE_WIDE_CODES,
  TABLE_WIDE_COLUMNS,
} from '../build/core-constants.ts'
import { inlineRelaxed } from '../build/relaxed.ts'
import type { CompiledModule, CoreExports, LinearMemory } from './core.ts'
import type { TableLayout } from './layout.ts'
import { BY_DOT, linkRelaxed, type RelaxedExports } from './link-relaxed.ts'

/** Links the kernels to a core over a table's memory. */
export type LinkRelaxed = (core: CoreExports, layout: TableLayout, memory: LinearMemory) => RelaxedKernels

type Kernel = RelaxedExports['productsOfFour']

/** By whether the memory is shared. */
const compiled = new Map<boolean, Promise<CompiledModule | undefined>>()

/** What links the kernels for so many threads; undefined where the engine has no relaxed SIMD. */
export async function loadRelaxed(threads: number): Promise<LinkRelaxed | undefined> {
  const isShared = threads > 1
  // another engine may have refused bytes made at run time (Cloudflare Workers): then there are no kernels
  const compiling = compiled.get(isShared) ?? compileRelaxed(isShared).catch(() => undefined)
  compiled.set(isShared, compiling)
  const module = await compiling
  return module && ((core, layout, memory) => new RelaxedKernels(core, layout, memory, module))
}

async function compileRelaxed(isShared: boolean): Promise<CompiledModule> {
  // not by deflated.ts: shared with this part, it would be one more file that all apps load
  const deflated = new Blob([Uint8Array.from(atob(inlineRelaxed), (char) => char.charCodeAt(0))])
  const inflated = deflated.stream().pipeThrough(new DecompressionStream('deflate'))
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer())
  if (!isShared) return WebAssembly.compile(bytes)
  const { withSharedMemory } = await import('./shared-memory.ts')
  return WebAssembly.compile(withSharedMemory(bytes))
}

/**
 * The trial: on how many rows, for at most how many milliseconds and calls each (a clock may be coarse), and
 * in how many rounds, because the engine optimizes the kernels only after some. On a busy machine that may
 * take longer, so later tables try again.
 */
const TRIAL_ROWS = 64
const TRIAL = 0.15
const MAX_CALLS = 64
const ROUNDS = 10
const MAX_TRIALS = 3
/** Tables that these kernels serve for fewer matches than this are not worth a trial. */
const MIN_TRIED_K = 8
/** Kernels by dot products are used where they are faster by this factor. */
const FASTER = 1.1

/**
 * Whether kernels by dot products have turned out faster on this processor, and how often they were tried.
 */
let isDotFaster = false
let trials = 0

export class RelaxedKernels {
  private readonly words: Uint32Array
  private readonly kernels: RelaxedExports
  private readonly place: number
  /** The addresses of the first four questions. */
  private readonly questions: readonly [number, number, number, number]
  /** Rows that the kernels know. */
  private known = 0

  constructor(
    core: CoreExports,
    private readonly layout: TableLayout,
    memory: LinearMemory,
    /** For other threads, which link it themselves. */
    readonly module: CompiledModule,
  ) {
    const { kernels, place } = linkRelaxed(core, module, memory)
    this.kernels = kernels
    this.words = new Uint32Array(memory.buffer, layout.table)
    // never taken back: a thread late with an earlier question may still call the kernels
    this.words[TABLE_RELAXED] = place
    this.place = place
    const { questions } = layout
    this.questions = [
      questions,
      questions + QUESTION_BYTES,
      questions + 2 * QUESTION_BYTES,
      questions + 3 * QUESTION_BYTES,
    ]
    // the lists of assembly/relaxed/, of 64 bytes and up to three rows more than there are
    let at = layout.relaxed
    for (const [field, bytes] of [
      [TABLE_WIDE_COLUMNS, 0],
      [TABLE_WIDE_CODES, 8],
      [TABLE_CODED_NORMS, 4],
      [TABLE_CODE_SUMS, 4],
    ] as const) {
      this.words[field] = at
      at += layout.capacity * bytes + 64
    }
  }

  /** Before a search of the first `size` rows, which have codes, for so many queries. */
  prepare(size: number, queries: number): void {
    const { kernels, words } = this
    const { table } = this.layout
    words[TABLE_QUERIES] = queries
    if (size <= this.known) return
    if (this.known === 0 && words[TABLE_CODE_BITS] === 8) kernels.chooseColumns(table, size)
    kernels.addRows(table, this.known, size)
    kernels.measureRows(table, size)
    this.known = size
    if (!isDotFaster && words[TABLE_MAX_K]! >= MIN_TRIED_K && trials++ < MAX_TRIALS) {
      isDotFaster = this.compare(Math.min(size, TRIAL_ROWS))
    }
    if (isDotFaster) words[TABLE_RELAXED] = this.place + BY_DOT
  }

  /**
   * Whether kernels by dot products are faster. A wrong guess costs time and nothing else; kernels that give
   * other products (an engine whose relaxed SIMD was not finished had some) are never taken.
   */
  private compare(rows: number): boolean {
    const { words } = this
    const { productsOfFour, productsOfFourByDot } = this.kernels
    const bits = words[TABLE_CODE_BITS] ?? 8
    // what is read of codes of 4 bits is no matter
    words[TABLE_CODE_BITS] = 8
    const products = this.run(productsOfFour, rows)
    let [best, bestByDot] = [0, 0]
    if (this.run(productsOfFourByDot, rows).every((product, index) => product === products[index])) {
      for (let round = 0; round < ROUNDS; round++) {
        best = Math.max(best, this.speed(productsOfFour, rows))
        bestByDot = Math.max(bestByDot, this.speed(productsOfFourByDot, rows))
      }
    }
    words[TABLE_CODE_BITS] = bits
    return bestByDot > best * FASTER
  }

  /** Calls in a millisecond. Queries are what an earlier question left. */
  private speed(kernel: Kernel, rows: number): number {
    const { table } = this.layout
    const [a, b, c, d] = this.questions
    const start = performance.now()
    let calls = 0
    for (; calls < MAX_CALLS && performance.now() - start < TRIAL; calls++) kernel(table, a, b, c, d, 0, rows)
    return calls / (performance.now() - start)
  }

  /** The products of a kernel with queries of all kinds of bytes. */
  private run(kernel: Kernel, rows: number): Int32Array {
    const { table, dimension, quantised, quantisedBytes, products, productsBytes } = this.layout
    const { buffer } = this.words
    const queries = new Uint8Array(buffer, quantised, 4 * quantisedBytes)
    for (const place of queries.keys()) {
      queries[place] = place % quantisedBytes < dimension ? (place * 37) % 65 : 0
    }
    kernel(table, ...this.questions, 0, rows)
    return Int32Array.from({ length: 4 * rows }, (_, index) => {
      const at = products + Math.floor(index / rows) * productsBytes
      return new DataView(buffer).getInt32(at + (index % rows) * 4, true)
    })
  }

  /** After the codes of rows [from, to) changed. */
  update(from: number, to: number): void {
    this.kernels.addRows(this.layout.table, from, Math.min(to, this.known))
  }

  /** Before all codes are made anew. */
  forget(): void {
    this.known = 0
    this.words[TABLE_MAX_K] = 0
  }
}
