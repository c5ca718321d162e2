/** Memory for a table, before there is a core over it. */
import { MEMORY_BASE } from '../build/core-constants.ts'
import type { LinearMemory } from './core.ts'
import { layoutOf, MAX_MEMORY_BYTES, type TableLayout, type TableShape } from './layout.ts'

const PAGE = 65_536
const ARRAYS = { f32: Float32Array, bf16: Uint16Array, f16: Uint16Array, int8: Int8Array } as const

/** Rows as they are stored. */
export type StoredRows = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int8Array<ArrayBuffer>

/** A memory with room for a table, and no core over it. */
export interface ReservedMemory {
  layout: TableLayout
  memory: LinearMemory
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

/** Memory for a shape; several threads get one that they share. Throws MemoryExhaustedError. */
export function reserveMemory(shape: TableShape): ReservedMemory {
  const layout = layoutOf(shape, MEMORY_BASE)
  const { byteLength } = layout
  if (byteLength > MAX_MEMORY_BYTES) throw new MemoryExhaustedError(byteLength)
  const pages = Math.ceil(byteLength / PAGE)
  try {
    // initial = maximum: it never grows, so no view of it ever ends
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: shape.threads > 1 })
    return { layout, memory }
  } catch (cause) {
    throw new MemoryExhaustedError(byteLength, { cause })
  }
}

/**
 * The rows of a table's memory, |V| × d numbers as they are stored, and a scale per row where they are int8.
 */
export function rowViews({ layout, memory }: ReservedMemory) {
  const { capacity, dimension, dtype, rows, rowScales, rowBytes } = layout
  const buffer = memory.buffer as ArrayBuffer
  return {
    rows: new ARRAYS[dtype](buffer, rows, rowBytes === 0 ? 0 : capacity * dimension) as StoredRows,
    rowScales: new Float32Array(buffer, rowScales, dtype === 'int8' ? capacity : 0),
  }
}
