/** The codes of a table without its rows: in one memory, or in several where they are more than 4 GiB. */

import { commonParts, rowParts } from '../../bindings/code-parts.ts'
import { layoutOf, MAX_MEMORY_BYTES } from '../../bindings/layout.ts'
import { type OpenRow, openRows } from '../../bindings/open-rows.ts'
import { writeCodeBits } from '../../bindings/records.ts'
import type { KernelSearch } from '../../bindings/search.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'
import { BLOCK_ROWS, MEMORY_BASE } from '../../build/core-constants.ts'
import { IdSet } from '../core/id-set.ts'
import type { TableOptions } from '../core/options.ts'
import { type CoreSource, createMemory } from '../table/load-core.ts'
import type { CodeBits } from './index-layout.ts'

/** What codes are made for, and how they are scanned. */
export interface CodesShape {
  size: number
  dimension: number
  bits: CodeBits
  threads: TableOptions['threads']
}

/** A memory, and the first of its rows. */
interface CodePart {
  readonly memory: TableMemory
  readonly first: number
  readonly size: number
  /** A bit for each of its rows. */
  readonly all: Uint32Array
}

/** A vector, and the ids that its answer leaves out, ascending. */
export interface CodeQuery {
  readonly vector: Float32Array
  readonly excluded: ArrayLike<number>
}

/** What queries have in common, and the rows that they may find: all if undefined. */
export interface CodeSearch extends Pick<KernelSearch, 'metric' | 'k' | 'minScore'> {
  readonly allowed: IdSet | undefined
}

export class StoredCodes {
  private constructor(
    readonly size: number,
    /** All rows. */
    readonly live: IdSet,
    private readonly parts: readonly CodePart[],
  ) {}

  /**
   * Room for codes, to be filled through `targets`.
   *
   * @param mostBytes bytes that one memory may have
   * @throws RowspaceError `OUT_OF_MEMORY` with the bytes that a memory needs
   */
  static async create(
    core: CoreSource | undefined,
    { size, dimension, bits, threads }: CodesShape,
    mostBytes = MAX_MEMORY_BYTES,
  ): Promise<StoredCodes> {
    const capacity = rowsOfMemory(size, dimension, mostBytes)
    const shape = { capacity, dimension, dtype: 'f32', codes: true, codesAlone: true, threads } as const
    const live = IdSet.where(size, () => true)
    const parts: CodePart[] = []
    try {
      for (let first = 0; first < size; first += capacity) {
        const memory = await createMemory(core, shape)
        const part = { memory, first, size: Math.min(capacity, size - first) }
        const all = wordsOf(live, part)
        parts.push({ ...part, all })
        memory.codeBits = bits
        writeCodeBits(memory.rows.buffer, memory.layout, bits)
        memory.hasCodes = true
        memory.mask.set(all)
      }
      return new StoredCodes(size, live, parts)
    } catch (error) {
      for (const { memory } of parts) memory.dispose()
      throw error
    }
  }

  /** Where the bytes of an index go: by the name of a tensor, views that follow one another. */
  targets(): ReadonlyMap<string, readonly Uint8Array[]> {
    const targets = new Map<string, Uint8Array[]>()
    for (const { memory, size } of this.parts) {
      for (const [name, bytes] of rowParts(memory, size)) {
        const views = targets.get(name)
        if (views === undefined) targets.set(name, [bytes])
        else views.push(bytes)
      }
    }
    const [first] = this.parts
    if (first !== undefined) for (const [name, bytes] of commonParts(first.memory)) targets.set(name, [bytes])
    return targets
  }

  /** What all parts share is read into the first: now they all have it. */
  shareCommonParts(): void {
    const [first, ...others] = this.parts
    if (first === undefined) return
    const shared = commonParts(first.memory)
    for (const { memory } of others)
      for (const [name, bytes] of commonParts(memory)) bytes.set(shared.get(name) ?? [])
  }

  /** A memory to ask how many queries there is room for at once. All have as much. */
  get first(): TableMemory {
    const [first] = this.parts
    if (first === undefined) throw new RangeError('a table has one row at least')
    return first.memory
  }

  /** 1/||row||, as the index has it. */
  inverseNorm(id: number): number | undefined {
    const { layout, norms } = this.first
    if (id < layout.capacity) return norms[id]
    const part = this.parts[Math.floor(id / layout.capacity)]
    return part?.memory.norms[id - part.first]
  }

  /**
   * For each query the rows that codes leave open, in no order. Undefined for a query whose norm is out of
   * the range of bounds. There must be room for the queries.
   */
  openRows(queries: readonly CodeQuery[], search: CodeSearch): (OpenRow[] | undefined)[] {
    let found: (OpenRow[] | undefined)[] = []
    for (const part of this.parts) {
      const some = openRowsOf(part, queries, search)
      found = part.first === 0 ? some : some.map((rows, index) => rows && found[index]?.concat(rows))
    }
    return found
  }

  dispose(): void {
    for (const { memory } of this.parts) memory.dispose()
  }
}

/** Rows of a memory: as few memories as there can be, and rows in whole blocks where there are several. */
function rowsOfMemory(size: number, dimension: number, mostBytes: number): number {
  const shape = { dimension, dtype: 'f32', codes: true, codesAlone: true, threads: 1 } as const
  let rows = size
  for (let count = 2; rows > BLOCK_ROWS; count++) {
    if (layoutOf({ ...shape, capacity: rows }, MEMORY_BASE).byteLength <= mostBytes) break
    rows = Math.ceil(size / count / BLOCK_ROWS) * BLOCK_ROWS
  }
  return rows
}

/** The words of a set that a part has. */
function wordsOf({ words }: IdSet, { first, size }: Pick<CodePart, 'first' | 'size'>): Uint32Array {
  return words.subarray(first / 32, Math.ceil((first + size) / 32))
}

function openRowsOf(
  part: CodePart,
  queries: readonly CodeQuery[],
  { allowed, metric, k, minScore }: CodeSearch,
): (OpenRow[] | undefined)[] {
  const { memory, first, size, all } = part
  const written = queries.map(({ vector, excluded }, place) => ({
    inverseNorm: memory.queryByVector(vector, place),
    excluded: idsWithin(excluded, first, size),
  }))
  if (allowed !== undefined) memory.mask.set(wordsOf(allowed, part))
  const search = { size, allowed: size, metric, k: Math.min(k, size), minScore }
  const found = openRows(memory, written, search)
  if (allowed !== undefined) memory.mask.set(all)
  if (first === 0) return found
  for (const rows of found) for (const row of rows ?? []) row.id += first
  return found
}

/** The ids of a part, as it has them. */
function idsWithin(ids: ArrayLike<number>, first: number, size: number): ArrayLike<number> {
  if (first === 0 && (ids.length === 0 || (ids[ids.length - 1] ?? 0) < size)) return ids
  return Array.from(ids, (id) => id - first).filter((id) => id >= 0 && id < size)
}
