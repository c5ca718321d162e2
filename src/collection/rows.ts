/**
 * Rows that come and go in one table memory. A row's place stays until `compact`; a new row gets the place after the last,
 * so places are in the order in which rows came. Room doubles when it is full: the rows move to a new memory.
 */
import { codeViews } from '../../bindings/code-views.ts'
import { type CoreSource, readCore } from '../../bindings/core.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'
import { writeRows } from '../core/element-types.ts'
import { isRowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { createMemory, type MemoryRequest } from '../table/load-core.ts'
import type { Vector } from './options.ts'

const NO_SCALES = new Float32Array(0)

export type RowsRequest = Omit<MemoryRequest, 'dtype'> & { dtype: 'f32' | 'bf16' | 'f16' }

export class CollectionRows {
  /** Places that were given out, those of deleted rows among them. */
  used = 0
  /** The places of rows that are there. */
  live: IdSet
  /** Raised when rows move. */
  generation = 0
  /** Places of deleted rows. */
  private removed = 0
  /** Rows whose norm no float32 bound can be trusted with (assembly/norm.ts): while there are any, codes are of no use. */
  private extreme = 0
  /** Rows that have codes. */
  private encoded = 0
  /** Rows there were when the codes' columns were measured. */
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
    // every memory needs the core once more, and an answer to fetch can be read once
    const kept = core === undefined ? undefined : await readCore(core)
    return new CollectionRows(await createMemory(kept, request), kept, request)
  }

  get capacity(): number {
    return this.memory.layout.capacity
  }

  get dtype(): RowsRequest['dtype'] {
    return this.request.dtype
  }

  get dimension(): number {
    return this.memory.layout.dimension
  }

  /** Rows that are there. */
  get count(): number {
    return this.used - this.removed
  }

  /** Makes room for so many places: twice as many as there were, or what is asked for where memory is short. Throws `OUT_OF_MEMORY`. */
  async reserve(capacity: number): Promise<void> {
    if (capacity <= this.capacity) return
    this.moveTo(await this.allocate(capacity, Math.max(capacity, 2 * this.capacity)))
  }

  private async allocate(least: number, wanted: number): Promise<TableMemory> {
    try {
      return await createMemory(this.core, { ...this.request, capacity: wanted })
    } catch (error) {
      if (wanted === least || !isRowspaceError(error, 'OUT_OF_MEMORY')) throw error
      return createMemory(this.core, { ...this.request, capacity: least })
    }
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
    const { words } = this.live
    this.live = new IdSet(memory.layout.capacity)
    this.live.words.set(words.subarray(0, this.live.words.length))
    memory.mask.set(this.live.words)
  }

  /** The place of a new row, for which there must be room. */
  append(vector: Vector): number {
    const place = this.used++
    this.write(place, vector)
    this.setLive(place, true)
    return place
  }

  /** Overwrites a row. Its numbers must be finite as they are kept. */
  write(place: number, vector: Vector): void {
    const { memory, dimension } = this
    const { dtype } = memory.layout
    const target = memory.rows.subarray(place * dimension, (place + 1) * dimension)
    writeRows({ rows: vector, scales: undefined, dimension, dtype }, target, NO_SCALES)
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
    this.memory.mask[place >>> 5] = this.live.words[place >>> 5]!
  }

  /** Makes the codes that are missing, before a search. Their columns are measured anew whenever the rows have doubled. */
  prepare(): void {
    const { memory, used } = this
    memory.hasCodes = memory.layout.hasCodes && this.extreme === 0 && used > 0
    if (!memory.hasCodes) return
    if (used >= 2 * this.measured) {
      memory.measureColumns(used)
      this.measured = used
      this.encoded = 0
    }
    if (this.encoded < used) memory.encodeRows(this.encoded, used)
    this.encoded = used
  }

  /** Takes over `count` rows that were read into the memory, with their norms, and with their codes where `coded`. */
  adopt(count: number, coded: boolean): void {
    this.used = count
    for (let place = 0; place < count; place++) {
      this.live.add(place)
      if (Number.isNaN(this.memory.norms[place])) this.extreme++
    }
    this.memory.mask.set(this.live.words)
    if (coded) this.encoded = this.measured = count
  }

  /** Closes the gaps of deleted rows. Returns the places that were kept, in order. */
  compact(): Uint32Array {
    const { memory, dimension } = this
    const kept: number[] = []
    for (let place = 0; place < this.used; place++) if (this.live.has(place)) kept.push(place)
    if (kept.length < this.used) {
      for (const [to, from] of kept.entries()) {
        memory.rows.copyWithin(to * dimension, from * dimension, (from + 1) * dimension)
        memory.norms[to] = memory.norms[from]!
      }
      memory.rows.fill(0, kept.length * dimension, this.used * dimension)
      memory.norms.fill(0, kept.length)
      this.used = kept.length
      this.removed = 0
      this.encoded = this.measured = 0
      this.generation++
      this.live = IdSet.where(this.capacity, (place) => place < kept.length)
      memory.mask.set(this.live.words)
    }
    return Uint32Array.from(kept)
  }

  /** Gives back room where less than half is used, after compact. */
  async shrink(): Promise<void> {
    const room = Math.max(1, this.used)
    if (room * 2 < this.capacity) this.moveTo(await this.allocate(room, room))
  }

  dispose(): void {
    this.memory.dispose()
    this.generation++
  }
}
