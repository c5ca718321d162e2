/** One table's memory and the core over it: every call of the core is made here, and nothing else is done. */
import { type CompiledModule, type CoreExports, instantiateCore, type LinearMemory } from './core.ts'
import {
  BLOCK_ROWS,
  layoutOf,
  MAX_MEMORY_BYTES,
  MIN_SCAN_BYTES,
  QUESTIONS,
  type TableLayout,
  type TableShape,
} from './layout.ts'
import { QuestionRecords, writeCodeBits, writeTableRecord } from './records.ts'
import type { Threads } from './threads.ts'

/** Codes of assembly/score.ts. */
const METRICS = { cosine: 0, dot: 1 } as const
/** What ranks the rows: the cosine of the angle, or the dot product. */
export type Metric = keyof typeof METRICS

/** What all queries of a search have in common. */
export interface KernelSearch {
  /** Rows to search: the first so many. */
  size: number
  /** How many of them have their bit in `mask`; only those are found. */
  allowed: number
  metric: Metric
  /** Rows wanted. */
  k: number
  /** The minimum score of a row in an answer, as float32; any if undefined. */
  minScore?: number | undefined
}

/** A query that was written by `askWithRow` or `askWithVector`. */
export interface KernelQuery {
  inverseNorm: number
  /** Ids that are not to be in its answer, ascending, each once. */
  excluded: ArrayLike<number>
}

/** Thrown when a table needs more than one memory can hold, or than the engine gives. */
export class MemoryExhaustedError extends Error {
  constructor(
    readonly byteLength: number,
    options?: ErrorOptions,
  ) {
    super(`${byteLength} bytes`, options)
  }
}

const PAGE = 65_536
/** Rows that the columns' means and spreads are taken from. */
const COLUMN_SAMPLE = 2048

function allocate(byteLength: number, shared: boolean): WebAssembly.Memory {
  if (byteLength > MAX_MEMORY_BYTES) throw new MemoryExhaustedError(byteLength)
  const pages = Math.ceil(byteLength / PAGE)
  try {
    // initial = maximum: it never grows, so no view of it ever ends
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared })
  } catch (cause) {
    throw new MemoryExhaustedError(byteLength, { cause })
  }
}

const ARRAYS = { f32: Float32Array, bf16: Uint16Array, f16: Uint16Array, int8: Int8Array } as const

/** Rows as they are kept. */
export type StoredRows = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int8Array<ArrayBuffer>

/** A memory with room for a table, and no core over it. */
export interface ReservedMemory {
  layout: TableLayout
  memory: LinearMemory
}

/** Memory for a shape; several threads get one that they share. Throws MemoryExhaustedError. */
export function reserveMemory(shape: TableShape): ReservedMemory {
  const layout = layoutOf(shape, BASE)
  return { layout, memory: allocate(layout.byteLength, shape.threads > 1) }
}

/** The rows of a table's memory, |V| × d numbers as they are kept, and a scale a row where they are int8. */
export function rowViews({ layout, memory }: ReservedMemory) {
  const { capacity, dimension, dtype, rows, rowScales } = layout
  const buffer = memory.buffer as ArrayBuffer
  return {
    rows: new ARRAYS[dtype](buffer, rows, capacity * dimension),
    rowScales: new Float32Array(buffer, rowScales, dtype === 'int8' ? capacity : 0),
  }
}

/**
 * The sample that tells whether 4 bits a code are enough: the first of every so many rows, the questions, and
 * the share that may be scored.
 */
const STRETCH = 128
const APART = 1024
const ASKED = 16
const FEW = 1 / 100

/** The id of no row: its key lies below that of every row of the same score. */
const NO_ROW = 0xffffffff

/** The core's static data ends below this; create() checks it. */
const BASE = 1024

export class TableMemory {
  /**
   * |V| × d numbers as they are kept, bf16 and f16 as their bits. A view of the memory: what is written here
   * is in the table.
   */
  readonly rows: StoredRows
  /** A scale a row where rows are int8, else empty. */
  readonly rowScales: Float32Array<ArrayBuffer>
  /** 1/||row||, 0 for a row of zeros, NaN for a norm too large or small for float32. */
  readonly norms: Float32Array<ArrayBuffer>
  /** One bit a row: whether it may be in the answer. */
  readonly mask: Uint32Array<ArrayBuffer>
  /** The vectors that are asked with, d long each. */
  readonly queries: readonly Float32Array<ArrayBuffer>[]
  readonly ids: Uint32Array<ArrayBuffer>
  readonly cosines: Float32Array<ArrayBuffer>
  readonly dots: Float32Array<ArrayBuffer>
  readonly layout: TableLayout
  private readonly other: Float32Array<ArrayBuffer>
  private readonly scratch: Float32Array<ArrayBuffer>
  /** The room for heaps, as words. */
  private readonly heapWords: Uint32Array<ArrayBuffer>
  private readonly questions: QuestionRecords
  /** Whether searches go by the codes. */
  hasCodes = false
  /** Bits of a code. */
  codeBits: 4 | 8 = 8

  private constructor(
    /** For what else lies in bindings/. */
    readonly core: CoreExports,
    reserved: ReservedMemory,
    private readonly workers: Threads | undefined,
  ) {
    const { layout } = reserved
    const buffer = reserved.memory.buffer as ArrayBuffer
    const { capacity, dimension, scratchRows } = layout
    this.layout = layout
    const { rows, rowScales } = rowViews(reserved)
    this.rows = rows
    this.rowScales = rowScales
    this.norms = new Float32Array(buffer, layout.norms, capacity)
    this.mask = new Uint32Array(buffer, layout.mask, Math.ceil(capacity / 32))
    this.queries = Array.from(
      { length: QUESTIONS },
      (_, index) => new Float32Array(buffer, layout.queries + index * layout.queryBytes, dimension),
    )
    this.other = new Float32Array(buffer, layout.other, dimension)
    this.scratch = new Float32Array(buffer, layout.scratch, scratchRows * dimension)
    this.ids = new Uint32Array(buffer, layout.ids, capacity)
    this.cosines = new Float32Array(buffer, layout.cosines, capacity)
    this.dots = new Float32Array(buffer, layout.dots, capacity)
    this.heapWords = new Uint32Array(buffer, layout.heaps, layout.heapBytes / 4)
    this.questions = new QuestionRecords(buffer, layout)
    writeTableRecord(buffer, layout)
  }

  /** Several threads need a core compiled by compileSharedCore. Throws what import throws. */
  static async create(module: CompiledModule, reserved: ReservedMemory): Promise<TableMemory> {
    const { layout, memory } = reserved
    const core = await instantiateCore(module, memory)
    if (core.memoryBase() > BASE)
      throw new Error(`the core's static data ends at ${core.memoryBase()}, not below ${BASE}`)
    if (layout.threads === 1) return new TableMemory(core, reserved, undefined)
    // a part of its own: most apps search by one thread
    const { Threads } = await import('./threads.ts')
    return new TableMemory(core, reserved, new Threads(core, layout, module, memory))
  }

  /** Computes the inverse norms of rows [from, to); returns the first row that is not finite, or `to`. */
  computeNorms(from: number, to: number): number {
    return this.core.inverseNorms(this.layout.table, from, to) >>> 0
  }

  /** Copies a row into a query; returns its inverse norm. */
  askWithRow(id: number, index = 0): number {
    const { table, ids } = this.layout
    this.ids[0] = id
    this.core.gather(table, ids, 1, this.queryAt(index))
    return this.norms[id]!
  }

  /** Copies a vector into a query; returns its inverse norm, +Infinity if it is not finite. */
  askWithVector(vector: ArrayLike<number>, index = 0): number {
    this.queries[index]!.set(vector)
    return this.core.inverseNorm(this.queryAt(index), this.layout.dimension)
  }

  private queryAt(index: number): number {
    return this.layout.queries + index * this.layout.queryBytes
  }

  /**
   * Makes the codes of the first `size` rows, after computeNorms. Only where the layout has room for them. Of
   * 4 bits where a sample says that they leave few rows, or as asked for.
   */
  encode(size: number, bits?: 4 | 8): void {
    if (this.layout.dtype === 'int8') {
      // rows are their own codes, of 8 bits
      this.core.adoptRows(this.layout.table, size, this.rounding)
    } else {
      this.startCodes(size, bits ?? (this.fourBitsPay(size) ? 4 : 8))
      this.encodeRows(0, size)
    }
    this.hasCodes = true
  }

  private startCodes(size: number, bits: 4 | 8): void {
    this.codeBits = bits
    writeCodeBits(this.rows.buffer, this.layout, bits)
    this.measureColumns(size)
  }

  /**
   * Asks rows of a sample for their nearest there, by codes of 4 bits: whether these rule nearly all others
   * out. The sample is an eighth of the table, so its nearest is about as far away as the 8th of all.
   */
  private fourBitsPay(size: number): boolean {
    const whole = size - (size % APART)
    if (whole < ASKED * APART) return false
    this.startCodes(size, 4)
    this.mask.fill(-1)
    for (let from = 0; from < whole; from += APART) this.encodeRows(from, from + STRETCH)
    let rescored = 0
    for (let asked = 0; asked < ASKED; asked++) {
      const id = Math.floor((asked * whole) / ASKED / APART) * APART
      const inverseNorm = this.askWithRow(id)
      this.trySample(whole, inverseNorm, undefined)
      this.answer(0, 2)
      this.trySample(whole, inverseNorm, this.cosines[1])
      rescored += this.rescored(0)
    }
    return rescored < (whole / APART) * STRETCH * ASKED * FEW
  }

  /** The row asked with and the nearest of the others. */
  private trySample(whole: number, inverseNorm: number, minScore: number | undefined): void {
    const { table, questions } = this.layout
    this.questions.write(0, { metric: METRICS.cosine, k: 2, inverseNorm })
    this.startHeap(0, 2, minScore)
    this.core.planQuestion(table, questions)
    for (let from = 0; from < whole; from += APART) {
      this.core.scanQuestions(table, questions, 1, from, from + STRETCH, BLOCK_ROWS, BLOCK_ROWS)
    }
  }

  /** Finds what all codes are relative to; those there were are good no more. */
  measureColumns(size: number): void {
    this.core.measureColumns(this.layout.table, size, Math.max(1, Math.floor(size / COLUMN_SAMPLE)))
  }

  /** Makes the codes of rows [from, to), which are not int8. */
  encodeRows(from: number, to: number): void {
    this.core.encodeRows(this.layout.table, from, to, this.rounding)
  }

  /** ρ of assembly/certify.ts */
  private get rounding(): number {
    return (Math.ceil(this.layout.dimension / 16) + 6 + 40) * 2 ** -24
  }

  /**
   * Searches for the best k rows of each query, which is written already. `answer` reads what was found. There must be room: one
   * query has it where k ≤ size − its excluded rows.
   */
  search(queries: readonly KernelQuery[], search: KernelSearch): void {
    // the lists of excluded rows lie at the end of the room for heaps
    let end = this.layout.heaps + this.layout.heapBytes
    let index = 0
    for (const { inverseNorm, excluded } of queries) {
      end -= 4 * excluded.length
      this.prepare(index++, search, inverseNorm, end, excluded)
    }
    this.scan(queries.length, search.size, search.k)
  }

  /** Whether so many queries of this k, with so many excluded rows in all, can be asked at once. */
  hasRoom(queries: number, k: number, excluded: number): boolean {
    return queries <= QUESTIONS && queries * (8 + 8 * k) + 4 * excluded <= this.layout.heapBytes
  }

  /** Scans all rows for the first `count` questions, by several threads where that pays. */
  private scan(count: number, size: number, k: number): void {
    if (k === 0) return
    const { table, questions, rowBytes, codeStride } = this.layout
    const bytes = size * count * (this.hasCodes ? codeStride : rowBytes)
    if (this.workers === undefined || bytes < MIN_SCAN_BYTES) {
      this.core.scanQuestions(table, questions, count, 0, size, BLOCK_ROWS, BLOCK_ROWS)
    } else {
      this.workers.scan(count, size, k, (index) => this.questions.heapAt(index, k))
    }
  }

  /** Threads that search: 1, and the workers that run. */
  get threads(): number {
    return this.workers?.running ?? 1
  }

  /** Ends the workers. The memory itself is given back once nothing refers to it. */
  dispose(): void {
    this.workers?.dispose()
  }

  /** Writes the answer of a query to `ids`, `cosines` and `dots`, best first. Returns how many rows. Only once per search. */
  answer(index: number, k: number): number {
    const { ids, cosines, dots, table } = this.layout
    let count = this.core.sortedIds(this.questions.heapAt(index, k), ids)
    // what `fillHeap` put there and no row took the place of
    while (this.ids[count - 1] === NO_ROW) count--
    this.core.measure(table, this.questions.at(index), ids, count, cosines, dots)
    return count
  }

  /** Rows that the last search for a query scored in full because the codes did not rule them out. */
  rescored(index: number): number {
    return this.questions.rescored(index)
  }

  /** Writes a question, by the codes where they pay, and empties its heap. */
  private prepare(
    index: number,
    search: KernelSearch,
    inverseNorm: number,
    excludedAt: number,
    excluded: ArrayLike<number>,
  ): void {
    const { metric, k, minScore } = search
    const excludedCount = excluded.length
    // one or a few: a loop is quicker than set(), which reads lists through their iterator
    const first = (excludedAt - this.layout.heaps) / 4
    for (let place = 0; place < excludedCount; place++) this.heapWords[first + place] = excluded[place] ?? 0
    this.questions.write(index, { metric: METRICS[metric], k, inverseNorm, excludedAt, excludedCount })
    this.startHeap(index, k, minScore)
    if (this.paysToCertify(search, inverseNorm)) {
      this.core.planQuestion(this.layout.table, this.questions.at(index))
    }
  }

  private startHeap(index: number, k: number, minScore: number | undefined): void {
    this.core.clearHeap(this.questions.heapAt(index, k))
    if (minScore !== undefined) this.questions.fillHeap(index, k, minScore)
  }

  /**
   * A plain scan reads the rows of the mask alone; and a large k, or a norm out of range, leaves nothing to
   * rule out.
   */
  private paysToCertify({ size, allowed, k }: KernelSearch, inverseNorm: number): boolean {
    return this.hasCodes && allowed * 8 >= size && k * 16 <= size && !Number.isNaN(inverseNorm)
  }

  /** Writes both measures of the first `count` rows named in `ids`. */
  measure(inverseQueryNorm: number, count: number): void {
    const { table, questions, ids, cosines, dots } = this.layout
    this.questions.write(0, { metric: METRICS.cosine, k: 0, inverseNorm: inverseQueryNorm })
    this.core.measure(table, questions, ids, count, cosines, dots)
  }

  /** The cosine of the query with a vector. */
  cosineWithVector(
    inverseQueryNorm: number,
    vector: ArrayLike<number>,
  ): { cosine: number; inverseNorm: number } {
    const { dimension, other, queries } = this.layout
    this.other.set(vector)
    const inverseNorm = this.core.inverseNorm(other, dimension)
    const cosine = this.core.cosine(other, queries, dimension, inverseNorm, inverseQueryNorm)
    return { cosine, inverseNorm }
  }

  /** A copy of one row. */
  row(id: number): Float32Array<ArrayBuffer> {
    const row = new Float32Array(this.layout.dimension)
    this.gather([id], row)
    return row
  }

  /** Makes a row zeros. */
  emptyRow(id: number): void {
    const { dimension } = this.layout
    this.rows.fill(0, id * dimension, (id + 1) * dimension)
    if (this.rowScales.length > 0) this.rowScales[id] = 0
  }

  /**
   * Copies the rows of `ids` into `target`, one after the other, by way of a scratch that stays in the cache.
   */
  gather(ids: ArrayLike<number>, target: Float32Array): void {
    const { table, dimension, scratchRows } = this.layout
    const step = Math.min(scratchRows, this.layout.capacity)
    for (let done = 0; done < ids.length; done += step) {
      const count = Math.min(step, ids.length - done)
      for (let i = 0; i < count; i++) this.ids[i] = ids[done + i]!
      this.core.gather(table, this.layout.ids, count, this.layout.scratch)
      target.set(this.scratch.subarray(0, count * dimension), done * dimension)
    }
  }
}
