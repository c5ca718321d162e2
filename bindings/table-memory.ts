/** One table's memory and the core over it: every call of the core is made here, and nothing else is done. */
import { type CoreExports, instantiateCore } from './core.ts'
import { layoutOf, MAX_MEMORY_BYTES, type TableLayout, type TableShape } from './layout.ts'

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

/** The core's static data ends below this; create() checks it. */
const BASE = 1024

export class TableMemory {
  /** |V| × d float32. A view of the memory: what is written here is in the table. */
  readonly rows: Float32Array<ArrayBuffer>
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

  private constructor(
    private readonly core: CoreExports,
    buffer: ArrayBuffer,
    readonly layout: TableLayout,
  ) {
    const { capacity, dimension, scratchRows } = layout
    this.rows = new Float32Array(buffer, layout.rows, capacity * dimension)
    this.norms = new Float32Array(buffer, layout.norms, capacity)
    this.mask = new Uint32Array(buffer, layout.mask, Math.ceil(capacity / 32))
    this.query = new Float32Array(buffer, layout.query, dimension)
    this.other = new Float32Array(buffer, layout.other, dimension)
    this.scratch = new Float32Array(buffer, layout.scratch, scratchRows * dimension)
    this.ids = new Uint32Array(buffer, layout.ids, capacity)
    this.cosines = new Float32Array(buffer, layout.cosines, capacity)
    this.dots = new Float32Array(buffer, layout.dots, capacity)
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
    const { rows, dimension, norms } = this.layout
    return this.core.inverseNorms(rows, dimension, from, to, norms) >>> 0
  }

  /** Copies a row into the query; returns its inverse norm. */
  askWithRow(id: number): number {
    const { rows, dimension, ids, query } = this.layout
    this.ids[0] = id
    this.core.gather(rows, dimension, ids, 1, query)
    return this.norms[id]!
  }

  /** Copies a vector into the query; returns its inverse norm, +Infinity if it is not finite. */
  askWithVector(vector: ArrayLike<number>): number {
    this.query.set(vector)
    return this.core.inverseNorm(this.layout.query, this.layout.dimension)
  }

  /**
   * The best k rows among the first `size` whose bit in `mask` is set, left in `ids`, `cosines` and `dots`,
   * best first. Returns how many there are.
   */
  search(size: number, inverseQueryNorm: number, metric: Metric, k: number): number {
    const { rows, dimension, norms, mask, query, heap, ids } = this.layout
    const code = METRICS[metric]
    const count = this.core.scan(
      rows,
      dimension,
      norms,
      mask,
      0,
      size,
      query,
      inverseQueryNorm,
      code,
      heap,
      0,
      k,
    )
    this.core.sortedIds(heap, count, ids)
    this.measure(inverseQueryNorm, count)
    return count
  }

  /** Writes both measures of the first `count` rows named in `ids`. */
  measure(inverseQueryNorm: number, count: number): void {
    const { rows, dimension, norms, query, ids, cosines, dots } = this.layout
    this.core.measure(rows, dimension, norms, query, inverseQueryNorm, ids, count, cosines, dots)
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

  /** Copies the rows of `ids` into `target`, one after the other, by way of a scratch that stays in the cache. */
  gather(ids: ArrayLike<number>, target: Float32Array): void {
    const { rows, dimension, scratchRows } = this.layout
    const step = Math.min(scratchRows, this.layout.capacity)
    for (let done = 0; done < ids.length; done += step) {
      const count = Math.min(step, ids.length - done)
      for (let i = 0; i < count; i++) this.ids[i] = ids[done + i]!
      this.core.gather(rows, dimension, this.layout.ids, count, this.layout.scratch)
      target.set(this.scratch.subarray(0, count * dimension), done * dimension)
    }
  }
}
