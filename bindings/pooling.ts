/** Pooled gather over a table's memory: bags of rows and weights go in, their scaled sums come out. */
import { QUESTIONS } from './layout.ts'
import type { TableMemory } from './table-memory.ts'

/** The factor that scales a sum to length 1. */
export const UNIT = 0
/** Leaves a sum as it is: more of its bag is to come. */
const UNSCALED = 1

/**
 * Sums of bags, `columns` numbers each, written to `target` one after the other. The room of the heaps holds
 * the bags (assembly/pool.ts), the places of queries hold the sums, the scratch rows that are not float32:
 * nothing is overwritten that lasts from one question to the next.
 */
export class Pooling {
  private readonly words: Uint32Array
  private readonly numbers: Float32Array
  /** The places of queries as one: sums lie `stride` numbers apart. */
  private readonly sums: Float32Array
  private readonly stride: number
  /** Each sum alone, made when it is first copied. */
  private readonly views: Float32Array[] = []
  /** Rows of a bag that go in at once. */
  private readonly maxRows: number
  /** Sums under way, and words of the bags that wait for the core. */
  private places = 0
  private bags = 0
  private end = 0
  private done = 0

  constructor(
    private readonly memory: TableMemory,
    private readonly columns: number,
    private readonly target: Float32Array,
  ) {
    const { layout, rows } = memory
    const length = layout.heapBytes >> 2
    this.stride = layout.queryBytes >> 2
    this.sums = new Float32Array(rows.buffer, layout.queries, QUESTIONS * this.stride).fill(0)
    this.words = new Uint32Array(rows.buffer, layout.heaps, length)
    this.numbers = new Float32Array(rows.buffer, layout.heaps, length)
    const room = (length >> 1) - 1
    // Stryker disable next-line ConditionalExpression: smaller parts of a bag give the same sums
    this.maxRows = layout.dtype === 'f32' ? room : Math.min(room, layout.scratchRows, layout.capacity)
  }

  /**
   * Σ weights[key] · row of each id and its key, times `factor`. Without weights all are 1; without keys ids
   * are the keys.
   */
  add(ids: Uint32Array, weights: Float32Array | undefined, factor: number, keys: Uint32Array = ids): void {
    if (this.places === QUESTIONS) this.flush()
    this.places++
    let from = 0
    for (; ids.length - from > this.maxRows; from += this.maxRows) {
      this.write(ids, keys, from, from + this.maxRows, weights, UNSCALED)
      this.run()
    }
    this.write(ids, keys, from, ids.length, weights, factor)
  }

  /** Does what waits. */
  flush(): void {
    this.run()
    const { sums, stride, columns, places, target, views } = this
    if (stride === columns) {
      target.set(sums.subarray(0, places * stride), this.done)
    } else {
      for (let start = views.length * stride; views.length < places; start += stride) {
        views.push(sums.subarray(start, start + columns))
      }
      for (let place = 0; place < places; place++) {
        target.set(views[place]!, this.done + place * columns)
      }
    }
    this.done += places * columns
    sums.fill(0, 0, places * stride)
    this.places = 0
  }

  private write(
    ids: Uint32Array,
    keys: Uint32Array,
    from: number,
    to: number,
    weights: Float32Array | undefined,
    factor: number,
  ): void {
    const { words, numbers, memory } = this
    const { layout, core } = memory
    const { rows, scratch, dtype } = layout
    const isFloat = dtype === 'f32'
    // what waits is of the places before this one; rows that are widened are in the way of others
    if (this.end + 2 + 2 * (to - from) > words.length || !isFloat) this.run(this.places - 1)
    if (!isFloat) {
      memory.ids.set(from === 0 && to === ids.length ? ids : ids.subarray(from, to))
      core.gather(layout.table, layout.ids, to - from, layout.scratch)
    }
    let end = this.end
    words[end++] = to - from
    numbers[end++] = factor
    const rowBytes = layout.dimension * 4
    for (let i = from; i < to; i++) {
      words[end] = isFloat ? rows + ids[i]! * rowBytes : scratch + (i - from) * rowBytes
      numbers[end + 1] = weights === undefined ? 1 : weights[keys[i]!]!
      end += 2
    }
    this.end = end
    this.bags++
  }

  /** Lets the core do the bags that wait: those of the last of `places`. */
  private run(places: number = this.places): void {
    if (this.bags === 0) return
    const { layout, core } = this.memory
    const target = layout.queries + (places - this.bags) * layout.queryBytes
    core.pool(layout.heaps, this.bags, this.columns, target, layout.queryBytes)
    this.bags = 0
    this.end = 0
  }
}
