/** A table with codes whose kernels have relaxed SIMD, and what these make of its rows and queries. */
import { expect } from 'vitest'
import { codeViews, makeCodes } from '../../bindings/codes.ts'
import { BY_DOT } from '../../bindings/link-relaxed.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { RECORD_WORDS } from '../../bindings/records.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import {
  QUESTION_CERTIFIED,
  TABLE_BYTES,
  TABLE_CODE_SUMS,
  TABLE_CODED_NORMS,
  TABLE_RELAXED,
  TABLE_WIDE_COLUMNS,
} from '../../build/core-constants.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { type Hard, hardTable } from '../oracle/hard-tables.ts'
import { relaxedKernels } from '../relaxed-simd.ts'

/** Fields of a Question of assembly/records.ts. */
const FIELDS = { offset: 6, step: 7, norm: 8, slack: 9, wideShift: 16, lost: 17, fineStep: 18, fineLost: 19 }
/** A field of the Table there. */
const WIDE_COUNT = 19
const WIDE = 8

/** Undefined where the engine has no relaxed SIMD. */
export const link = await relaxedKernels()

export const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0)
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => sum(Array.from(a, (x, i) => x * b[i]!))

/** A table with codes and kernels with relaxed SIMD, of one way of adding up products. */
export async function codedTable(kind: Hard, size: number, dimension: number, bits: 4 | 8, byDot = false) {
  const { flat, rows } = hardTable(size, dimension, kind, dimension + size)
  const shape = { capacity: size, dimension, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape), undefined, link)
  memory.rows.set(flat)
  expect(memory.computeNorms(0, size)).toBe(size)
  makeCodes(memory, size, bits)
  memory.mask.fill(-1)
  const { buffer } = memory.rows
  const views = codeViews(memory, size)
  const { codeStride: stride, table } = memory.layout
  const record = new Uint32Array(buffer, table, TABLE_BYTES / 4)
  // whatever was measured to be faster here
  const relaxed = memory.relaxed as unknown as { place: number; prepare(size: number, queries: number): void }
  relaxed?.prepare(size, 4)
  record[TABLE_RELAXED] = relaxed?.place + (byDot ? BY_DOT : 0)
  const list = <List>(make: new (buffer: ArrayBuffer, at: number, length: number) => List, field: number) =>
    new make(buffer, record[field]!, size)
  return {
    ...views,
    memory,
    rows,
    size,
    dimension,
    bits,
    stride,
    means: views.columns.subarray(0, dimension),
    spreads: views.columns.subarray(stride, stride + dimension),
    codeSums: list(Int32Array, TABLE_CODE_SUMS),
    codedNorms: list(Float32Array, TABLE_CODED_NORMS),
    wideColumns: list(Uint32Array, TABLE_WIDE_COLUMNS).subarray(0, WIDE),
  }
}
export type Coded = Awaited<ReturnType<typeof codedTable>>

/** The codes of a row, as assembly/four-bits.ts draws those of 4 bits. */
export function codesOf({ codes, stride, dimension, bits, memory }: Coded, id: number): number[] {
  if (bits === 8) return [...codes.subarray(id * stride, id * stride + dimension)]
  const at = memory.layout.codes + (id >> 3) * 4 * stride + (id & 7) * 4
  return Array.from({ length: dimension }, (_, j) => {
    const four = new Int16Array(memory.rows.buffer, at + (j >> 3) * 32, 2)[(j >> 2) & 1]!
    const number = (j & 3) === 3 ? four >> 12 : ((four >> (4 * (j & 3))) & 15) - 8
    return 2 * number + 1
  })
}

/** Reads a number of the first question. */
export function question({ memory }: Coded) {
  const { buffer } = memory.rows
  const { questions, quantised, products } = memory.layout
  const floats = new Float32Array(buffer, questions, RECORD_WORDS)
  const words = new Uint32Array(buffer, questions, RECORD_WORDS)
  const fields = Object.entries(FIELDS).map(([name, at]) => [name, floats[at]!])
  return {
    ...(Object.fromEntries(fields) as Record<keyof typeof FIELDS, number>),
    wideShift: words[FIELDS.wideShift]!,
    certified: words[QUESTION_CERTIFIED]!,
    quantised: new Int8Array(buffer, quantised, memory.layout.quantisedBytes),
    products: (size: number) => new Int32Array(buffer, products, size).slice(),
  }
}

/** What a query of 6 or 8 bits stands for, of its own step; the rest of it; and what both lose. */
export function unpacked(table: Coded, v: readonly number[], scale: number) {
  const { dimension, bits, memory, wideColumns } = table
  const { quantised, step, wideShift, fineStep } = question(table)
  if (bits === 4) {
    const q = v.map((_, j) => quantised[(j & ~7) + (j & 1) * 4 + ((j & 7) >> 1)]!)
    return { q, fine: undefined, lost: Math.sqrt(sum(v.map((x, j) => (x - (q[j]! * step) / scale) ** 2))) }
  }
  const room = Math.ceil(dimension / 32) * 32
  const q = v.map((_, j) => (quantised[j]! - 32) * 2 ** wideShift)
  const fine = v.map((_, j) => quantised[room + j]! - 64)
  const { buffer, byteOffset } = quantised
  const hasWide = new Uint32Array(memory.rows.buffer, memory.layout.table)[WIDE_COUNT] === WIDE
  if (hasWide) {
    const words = new Int16Array(buffer, byteOffset + 2 * room, WIDE)
    for (const [place, column] of wideColumns.entries()) {
      expect(q[column], `column ${column}`).toBe(0)
      expect(fine[column]).toBe(0)
      q[column] = words[place]!
    }
  }
  const rest = v.map((x, j) => x - (q[j]! * step) / scale)
  const finest = rest.map((x, j) => x - (fine[j]! * fineStep) / scale)
  return { q, fine, lost: Math.sqrt(dot(rest, rest)), fineLost: Math.sqrt(dot(finest, finest)), hasWide }
}
