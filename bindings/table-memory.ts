/** One table's memory and the core over it: every call of the core is made here, and nothing else is done. */
import { type CoreExports, instantiateCore } from './core.ts'
import { layoutOf, MAX_MEMORY_BYTES, type TableLayout, type TableShape } from './layout.ts'
import { QuestionRecord, writeTableRecord } from './records.ts'

/** Codes of assembly/score.ts. */
const METRICS = { cosine: 0, dot: 1 } as const
export type Metric = keyof typeof METRICS

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

function allocate(byteLength: number): WebAssembly.Memory {
  if (byteLength > MAX_MEMORY_BYTES) throw new MemoryExhaustedError(byteLength)
  const pages = Math.ceil(byteLength / PAGE)
  try {
    // initial = maximum: it never grows, so no view of it ever ends
    return new WebAssembly.Memory({ initial: pages, maximum: pages })
  } catch (cause) {
    throw new MemoryExhaustedError(byteLength, { cause })
  }
}

const ARRAYS = { f32: Float32Array, bf16: Uint16Array, f16: Uint16Array, int8: Int8Array } as const

/** Rows as they are kept. */
export type StoredRows = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int8Array<ArrayBuffer>

/** The core's static data ends below this; create() checks it. */
const BASE = 1024

export class TableMemory {
  /** |V| × d numbers as they are kept, bf16 and f16 as their bits. A view of the memory: what is written here is in the table. */
  readonly rows: StoredRows
  /** A scale a row where rows are int8, else empty. */
  readonly rowScales: Float32Array<ArrayBuffer>
  /** 1/||row||, 0 for a row of zeros, NaN for a norm too large or small for float32. */
  readonly norms: Float32Array<ArrayBuffer>
  /** One bit a row: whether it may be in the answer. */
  readonly mask: Uint32Array<ArrayBuffer>
  /** The vector that is asked with, d long. */
  readonly query: Float32Array<ArrayBuffer>
  readonly ids: Uint32Array<ArrayBuffer>
  readonly cosines: Float32Array<ArrayBuffer>
  readonly dots: Float32Array<ArrayBuffer>
  private readonly other: Float32Array<ArrayBuffer>
  private readonly scratch: Float32Array<ArrayBuffer>
  private readonly question: QuestionRecord
  private encoded = false
  /** Rows that the last search scored in full because the codes could not rule them out; 0 if it went without codes. */
  rescored = 0

  private constructor(
    private readonly core: CoreExports,
    buffer: ArrayBuffer,
    readonly layout: TableLayout,
  ) {
    const { capacity, dimension, scratchRows } = layout
    this.rows = new ARRAYS[layout.dtype](buffer, layout.rows, capacity * dimension)
    this.rowScales = new Float32Array(buffer, layout.rowScales, layout.dtype === 'int8' ? capacity : 0)
    this.norms = new Float32Array(buffer, layout.norms, capacity)
    this.mask = new Uint32Array(buffer, layout.mask, Math.ceil(capacity / 32))
    this.query = new Float32Array(buffer, layout.query, dimension)
    this.other = new Float32Array(buffer, layout.other, dimension)
    this.scratch = new Float32Array(buffer, layout.scratch, scratchRows * dimension)
    this.ids = new Uint32Array(buffer, layout.ids, capacity)
    this.cosines = new Float32Array(buffer, layout.cosines, capacity)
    this.dots = new Float32Array(buffer, layout.dots, capacity)
    this.question = new QuestionRecord(buffer, layout)
    writeTableRecord(buffer, layout)
  }

  /** Throws MemoryExhaustedError. */
  static async create(module: WebAssembly.Module, shape: TableShape): Promise<TableMemory> {
    const layout = layoutOf(shape, BASE)
    const memory = allocate(layout.byteLength)
    const core = await instantiateCore(module, memory)
    if (core.memoryBase() > BASE)
      throw new Error(`the core's static data ends at ${core.memoryBase()}, not below ${BASE}`)
    return new TableMemory(core, memory.buffer as ArrayBuffer, layout)
  }

  /** Computes the inverse norms of rows [from, to); returns the first row that is not finite, or `to`. */
  computeNorms(from: number, to: number): number {
    return this.core.inverseNorms(this.layout.table, from, to) >>> 0
  }

  /** Copies a row into the query; returns its inverse norm. */
  askWithRow(id: number): number {
    const { table, ids, query } = this.layout
    this.ids[0] = id
    this.core.gather(table, ids, 1, query)
    return this.norms[id]!
  }

  /** Copies a vector into the query; returns its inverse norm, +Infinity if it is not finite. */
  askWithVector(vector: ArrayLike<number>): number {
    this.query.set(vector)
    return this.core.inverseNorm(this.layout.query, this.layout.dimension)
  }

  /** Makes the codes of the first `size` rows, after computeNorms. Only where the layout has room for them. */
  encode(size: number): void {
    const { table, dimension, dtype } = this.layout
    // ρ of assembly/certify.ts
    const rounding = (Math.ceil(dimension / 16) + 6 + 40) * 2 ** -24
    if (dtype === 'int8') {
      this.core.adoptRows(table, size, rounding)
    } else {
      this.core.measureColumns(table, size, Math.max(1, Math.floor(size / COLUMN_SAMPLE)))
      this.core.encodeRows(table, 0, size, rounding)
    }
    this.encoded = true
  }

  /** Whether searches go by the codes. */
  get hasCodes(): boolean {
    return this.encoded
  }

  /**
   * The best k rows among the first `size` whose bit in `mask` is set (`allowed` of them), left in `ids`, `cosines` and
   * `dots`, best first. Returns how many there are.
   */
  search(size: number, allowed: number, inverseQueryNorm: number, metric: Metric, k: number): number {
    const { table, question, heap, ids } = this.layout
    this.question.write(METRICS[metric], k, inverseQueryNorm)
    this.core.clearHeap(heap)
    if (k > 0) {
      if (
        this.paysToCertify(size, allowed, inverseQueryNorm, k) &&
        this.core.planQuestion(table, question) !== 0
      ) {
        this.core.scanCodes(table, question, 0, size, heap)
      } else {
        this.core.scan(table, question, 0, size, heap)
      }
    }
    this.rescored = this.question.rescored
    const count = this.core.sortedIds(heap, ids)
    this.measure(inverseQueryNorm, count)
    return count
  }

  /** A plain scan reads the rows of the mask alone; and a large k, or a norm out of range, leaves nothing to rule out. */
  private paysToCertify(size: number, allowed: number, inverseQueryNorm: number, k: number): boolean {
    return this.encoded && allowed * 8 >= size && k * 16 <= size && !Number.isNaN(inverseQueryNorm)
  }

  /** Writes both measures of the first `count` rows named in `ids`. */
  measure(inverseQueryNorm: number, count: number): void {
    const { table, question, ids, cosines, dots } = this.layout
    this.question.write(METRICS.cosine, 0, inverseQueryNorm)
    this.core.measure(table, question, ids, count, cosines, dots)
  }

  /** The cosine of the query with a vector. */
  cosineWithVector(
    inverseQueryNorm: number,
    vector: ArrayLike<number>,
  ): { cosine: number; inverseNorm: number } {
    const { dimension, other, query } = this.layout
    this.other.set(vector)
    const inverseNorm = this.core.inverseNorm(other, dimension)
    const cosine = this.core.cosine(other, query, dimension, inverseNorm, inverseQueryNorm)
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

  /** Copies the rows of `ids` into `target`, one after the other, by way of a scratch that stays in the cache. */
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
