/** One table's memory with a core over it: its parts as arrays, and how rows and queries get in and out. */
import type { CompiledModule, CoreExports } from './core.ts'
import { instantiateCore } from './core.ts'
import { QUESTIONS, type TableLayout } from './layout.ts'
import { type ReservedMemory, rowViews, type StoredRows } from './memory.ts'
import { QuestionRecords, writeTableRecord } from './records.ts'
import type { LinkRelaxed, RelaxedKernels } from './relaxed.ts'
import type { StartThreads, Threads } from './threads.ts'

export class TableMemory {
  /**
   * |V| × d numbers as they are stored, bf16 and f16 as their bits. A view of the memory: what is written
   * here is in the table.
   */
  readonly rows: StoredRows
  /** A scale per row where rows are int8, else empty. */
  readonly rowScales: Float32Array<ArrayBuffer>
  /** 1/||row||, 0 for a row of zeros, NaN for a norm too large or small for float32. */
  readonly norms: Float32Array<ArrayBuffer>
  /** One bit per row: whether it may be in the answer. */
  readonly mask: Uint32Array<ArrayBuffer>
  /** The vectors of queries, d long each. */
  readonly queries: readonly Float32Array<ArrayBuffer>[]
  readonly ids: Uint32Array<ArrayBuffer>
  readonly cosines: Float32Array<ArrayBuffer>
  readonly dots: Float32Array<ArrayBuffer>
  readonly layout: TableLayout
  /** The second vector of a similarity. */
  readonly other: Float32Array<ArrayBuffer>
  /** The room for heaps, as words. */
  readonly heapWords: Uint32Array<ArrayBuffer>
  readonly questions: QuestionRecords
  /** Whether the codes are made, and searches go by them. */
  hasCodes = false
  /** Bits of a code. */
  codeBits: 4 | 8 = 8
  private readonly scratch: Float32Array<ArrayBuffer>

  private constructor(
    readonly core: CoreExports,
    reserved: ReservedMemory,
    /** The other threads that search, where there are any. */
    readonly workers: Threads | undefined,
    /** Faster kernels for codes, where the engine has them. */
    readonly relaxed: RelaxedKernels | undefined,
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
      (_, index) => new Float32Array(buffer, this.queryAt(index), dimension),
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

  /** Where several threads search, `module` comes from compileSharedCore. */
  static async create(
    module: CompiledModule,
    reserved: ReservedMemory,
    startThreads?: StartThreads,
    link?: LinkRelaxed,
  ): Promise<TableMemory> {
    const { layout, memory } = reserved
    const core = await instantiateCore(module, memory)
    const relaxed = link?.(core, layout, memory)
    const threads = startThreads?.(core, layout, memory, module, relaxed?.module)
    return new TableMemory(core, reserved, threads, relaxed)
  }

  /** Threads that search: 1, and the workers that run. */
  get threads(): number {
    return this.workers?.running ?? 1
  }

  /** Ends the workers. The memory itself is given back once nothing refers to it. */
  dispose(): void {
    this.workers?.dispose()
  }

  /** Computes the inverse norms of rows [from, to); returns the first row that is not finite, or `to`. */
  computeNorms(from: number, to: number): number {
    return this.core.inverseNorms(this.layout.table, from, to) >>> 0
  }

  /** Makes the codes of rows [from, to), which are not int8, once their columns are measured (codes.ts). */
  encodeRows(from: number, to: number): void {
    this.core.encodeRows(this.layout.table, from, to)
    this.relaxed?.update(from, to)
  }

  /** Copies a row into a query; returns its inverse norm. */
  queryByRow(id: number, index = 0): number {
    const { table, ids } = this.layout
    this.ids[0] = id
    this.core.gather(table, ids, 1, this.queryAt(index))
    return this.norms[id]!
  }

  /** Copies a vector into a query; returns its inverse norm, +Infinity if it is not finite. */
  queryByVector(vector: ArrayLike<number>, index = 0): number {
    this.queries[index]!.set(vector)
    return this.core.inverseNorm(this.queryAt(index), this.layout.dimension)
  }

  private queryAt(index: number): number {
    return this.layout.queries + index * this.layout.queryBytes
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
    this.rowScales.fill(0, id, id + 1)
  }

  /**
   * Copies the rows of `ids` into `target`, one after the other, by way of a scratch that stays in the cache.
   */
  gather(ids: ArrayLike<number>, target: Float32Array): void {
    const { table, dimension, scratchRows, capacity } = this.layout
    const step = Math.min(scratchRows, capacity)
    for (let done = 0; done < ids.length; done += step) {
      const count = Math.min(step, ids.length - done)
      for (let i = 0; i < count; i++) this.ids[i] = ids[done + i] ?? 0
      this.core.gather(table, this.layout.ids, count, this.layout.scratch)
      target.set(this.scratch.subarray(0, count * dimension), done * dimension)
    }
  }
}
