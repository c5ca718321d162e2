/**
 * Rows that are added and deleted in one table memory. A row's place stays until `compact`; a new row gets
 * the place after the last, so places are in the order of additions. Room doubles when it is full: the rows
 * move to a new memory.
 */
import { codeViews, measureColumns } from '../../bindings/codes.ts'
import { type CoreSource, readCore } from '../../bindings/core.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'
import { isRowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { writeRows } from '../core/write-rows.ts'
import { createMemory, type MemoryRequest } from '../table/load-core.ts'

/** d numbers. */
export type Vector = Float32Array | readonly number[]

/** The element types of rows that can be changed. */
export type RowType = 'f32' | 'bf16' | 'f16'

const NO_SCALES = new Float32Array(0)

type RowsRequest = Omit<MemoryRequest, 'dtype'> & { dtype: RowType }

export class CollectionRows {
  /** Places in use, those of deleted rows included. */
  used = 0
  /** The places of rows that are not deleted. */
  live: IdSet
  /** Increased when rows move. */
  generation = 0
  /** Places of deleted rows. */
  private removed = 0
  /** Rows whose norms float32 bounds cannot be trusted with (assembly/norm.ts): then codes are of no use. */
  private extreme = 0
  /** Rows that have codes. */
  private encoded = 0
  /** The number of rows when the codes' columns were measured. */
  private measured = 0

  private constructor(
    public memory: TableMemory,
    private readonly core: CoreSource | undefined,
    private readonly request: RowsRequest,
  ) {
    this.live = new IdSet(memory.layout.capacity)
  }

  /** Throws as createMemory. */
  static async create(core: CoreSource | undefined, request: RowsRequest): Promise<CollectionRows> {
    // every memory needs the core again, and a Response can be read once
    const read = core === undefined ? undefined : await readCore(core)
    return new CollectionRows(await createMemory(read, request), read, request)
  }

  get capacity(): number {
    return this.memory.layout.capacity
  }

  get dtype(): RowType {
    return this.request.dtype
  }

  get dimension(): number {
    return this.memory.layout.dimension
  }

  /** Rows that are not deleted. */
  get count(): number {
    return this.used - this.removed
  }

  /**
   * Makes room for so many places: for twice as many as there were if memory allows. Throws `OUT_OF_MEMORY`.
   */
  async reserve(capacity: number): Promise<void> {
    if (capacity <= this.capacity) return
    try {
      await this.resize(Math.max(capacity, 2 * this.capacity))
    } catch (error) {
      if (!isRowspaceError(error, 'OUT_OF_MEMORY')) throw error
      await this.resize(capacity)
    }
  }

  private async resize(capacity: number): Promise<void> {
    this.moveTo(await createMemory(this.core, { ...this.request, capacity }))
  }

  private moveTo(memory: TableMemory): void {
    const { used, dimension } = this
    memory.rows.set(this.memory.rows.subarray(0, used * dimension))
    memory.norms.set(this.memory.norms.subarray(0, used))
    if (memory.layout.hasCodes && this.memory.layout.hasCodes) {
      const [from, to] = [codeViews(this.memory, used), codeViews(memory, used)]
      for (const name of Object.keys(to) as (keyof typeof to)[]) to[name].set(from[name])
    } else {
      this.encoded = 0
      this.measured = 0
    }
    this.memory.dispose()
    this.memory = memory
    this.generation++
    const { live } = this
    this.live = IdSet.where(memory.layout.capacity, (place) => live.has(place))
    memory.mask.set(this.live.words)
  }

  /** The numbers of a row, as bits if they are bf16 or f16. */
  stored(place: number): Float32Array | Uint16Array {
    const { dimension, memory } = this
    const rows = memory.rows as Float32Array | Uint16Array
    return rows.subarray(place * dimension, (place + 1) * dimension)
  }

  /** Adds a row, for which there must be room. */
  append(vector: Vector): void {
    this.write(this.used, vector)
    this.setLive(this.used, true)
    this.used++
  }

  /** Overwrites a row. Its numbers must be finite as they are stored. */
  write(place: number, vector: Vector): void {
    const { dimension, dtype } = this
    if (dtype === 'f32') this.memory.rows.set(vector, place * dimension)
    else writeRows({ rows: vector, scales: undefined, dimension, dtype }, this.stored(place), NO_SCALES)
    this.finish(place)
  }

  remove(place: number): void {
    this.memory.emptyRow(place)
    this.finish(place)
    this.setLive(place, false)
    this.removed++
  }

  /** What follows from a row's numbers: its norm, and its codes if it had some. */
  private finish(place: number): void {
    const { norms } = this.memory
    if (Number.isNaN(norms[place])) this.extreme--
    this.memory.computeNorms(place, place + 1)
    if (Number.isNaN(norms[place])) this.extreme++
    else if (place < this.encoded) this.memory.encodeRows(place, place + 1)
  }

  private setLive(place: number, live: boolean): void {
    if (live) this.live.add(place)
    else this.live.delete(place)
    const word = place >>> 5
    this.memory.mask[word] = this.live.words[word] ?? 0
  }

  /** Makes missing codes before a search. Their columns are measured again whenever the rows have doubled. */
  prepare(): void {
    const { memory, used } = this
    memory.hasCodes = memory.layout.hasCodes && this.extreme === 0 && used > 0
    if (!memory.hasCodes) return
    if (used >= 2 * this.measured) {
      measureColumns(memory, used)
      this.measured = used
      this.encoded = 0
    }
    if (this.encoded < used) memory.encodeRows(this.encoded, used)
    this.encoded = used
  }

  /**
   * Accepts `count` rows that were read into the memory, with their norms, and with their codes if `coded`.
   */
  adopt(count: number, coded: boolean): void {
    const { norms } = this.memory
    this.extreme = 0
    for (let place = 0; place < count; place++) if (Number.isNaN(norms[place])) this.extreme++
    if (coded) this.encoded = this.measured = count
    this.setUsed(count)
  }

  private setUsed(count: number): void {
    this.used = count
    this.live = new IdSet(this.capacity)
    this.live.words.fill(0xffffffff, 0, count >>> 5)
    if (count % 32 > 0) this.live.words[count >>> 5] = 2 ** (count % 32) - 1
    this.memory.mask.set(this.live.words)
  }

  /**
   * Closes the gaps of deleted rows, of which there must be some. Returns the places of the others, in order.
   */
  compact(): Uint32Array {
    const { memory, dimension, live, used, count } = this
    const places = new Uint32Array(count)
    for (let place = 0, to = 0; place < used; place++) if (live.has(place)) places[to++] = place
    // a run of rows moves at once, because a move costs more than a row
    for (let to = 0, end = 0; to < count; to = end) {
      const from = places[to] ?? 0
      do end++
      while (end < count && places[end] === from + end - to)
      if (from === to) continue
      memory.rows.copyWithin(to * dimension, from * dimension, (from + end - to) * dimension)
      memory.norms.copyWithin(to, from, from + end - to)
    }
    memory.rows.fill(0, count * dimension, used * dimension)
    memory.norms.fill(0, count)
    this.removed = this.encoded = this.measured = 0
    this.generation++
    this.setUsed(count)
    return places
  }

  /** Frees memory if less than half is used, after compact. */
  async shrink(): Promise<void> {
    const capacity = Math.max(1, this.used)
    if (capacity * 2 < this.capacity) await this.resize(capacity)
  }

  dispose(): void {
    this.memory.dispose()
    this.generation++
  }
}
