/** Writes safetensors: a table, or any list of tensors. */
import type { ElementType } from '../../core/element-types.ts'
import { RowspaceError } from '../../core/errors.ts'
import { oneOf, readChecked } from '../../core/strict-options.ts'
import { describe, invalidArgument } from '../../core/values.ts'
import { bfloat16Bits, float16Bits, quantise } from '../../core/write-rows.ts'
import { bytesOf, checkWritable, rowBlocks, type WritableTable } from '../writable.ts'
import { dtypeBits, tensorBytes } from './header.ts'
import { EMBEDDINGS, SCALES, TOKENS } from './reader.ts'

/** A tensor for `encodeSafetensors`. */
export interface TensorToWrite {
  /** Its name, unique in the file. */
  readonly name: string
  /** A safetensors dtype: 'F32', 'I8', 'U8' … */
  readonly dtype: string
  /** The number of elements along each dimension, the outermost first. */
  readonly shape: readonly number[]
  /** Little-endian, row-major; in chunks where the whole should not be held twice. */
  readonly bytes: Uint8Array | Iterable<Uint8Array>
}

/**
 * The bytes of a safetensors file, in chunks. Tensors of wider elements come first (as the reference
 * implementation has it), and the header is padded with spaces to a multiple of 8 bytes, so that every tensor
 * is aligned to its element.
 *
 * @param metadata free text by name, put into the header
 * @throws `INVALID_ARGUMENT` for a name that comes twice, an unknown dtype, or bytes that do not fit dtype
 *   and shape
 */
export function encodeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata?: Readonly<Record<string, string>>,
): Generator<Uint8Array, void, void> {
  if (!Array.isArray(tensors)) {
    throw wrong(
      'encodeSafetensors() takes a list of tensors, { name, dtype, shape, bytes }, and returns the ' +
        `bytes of a file in chunks; got ${describe(tensors)}. Write the chunks with ` +
        'writeFileAtomically(path, chunks).',
    )
  }
  checkMetadata(metadata)
  const sized: SizedTensor[] = tensors.map((tensor) => ({ ...tensor, size: checkedSize(tensor) }))
  checkNames(sized)
  sized.sort((a, b) => dtypeBits(b.dtype) - dtypeBits(a.dtype))
  return fileChunks(encodeHeader(sized, metadata), sized)
}

function wrong(message: string, details?: Record<string, unknown>): RowspaceError {
  return new RowspaceError('INVALID_ARGUMENT', message, details)
}

type SizedTensor = TensorToWrite & { readonly size: number }

function* fileChunks(header: Uint8Array, tensors: readonly SizedTensor[]): Generator<Uint8Array, void, void> {
  yield header
  for (const tensor of tensors) yield* checkedBytes(tensor)
}

function checkMetadata(metadata: unknown): void {
  if (metadata === undefined) return
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw invalidArgument('metadata must be an object of strings', metadata)
  }
  const odd = Object.entries(metadata).find(([, value]) => typeof value !== 'string')
  if (odd === undefined) return
  throw wrong(`metadata must hold strings alone; ${describe(odd[0])} is ${describe(odd[1])}.`)
}

/** How `writeSafetensors` writes a table. */
export interface WriteSafetensorsOptions {
  /** The type to write numbers in: 'f32' unless given. */
  dtype?: ElementType | undefined
  /** Free text by name, put into the header. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * The table as safetensors: `embeddings` [V, d], and `tokens` where it has tokens. Float32 reads back
 * bit-equal; other types are rounded to the nearest, int8 to 127 steps each side with a float32 scale per row
 * (`scales`).
 *
 * Tokens may come twice: every row keeps its place, and the first one has the name.
 *
 * @returns the bytes of the file in chunks: write them with `writeFileAtomically(path, chunks)`
 * @throws `INVALID_ARGUMENT` and `LENGTH_MISMATCH` at the call for what is not a table; `NON_FINITE` naming
 *   row and column, when its chunk is made, for a number too large for `dtype`
 */
export function writeSafetensors(
  table: WritableTable,
  options: WriteSafetensorsOptions = {},
): Generator<Uint8Array, void, void> {
  checkWritable(table, 'writeSafetensors()')
  const keys = { dtype: oneOf('f32', 'bf16', 'f16', 'int8'), metadata: true } as const
  const { dtype = 'f32', metadata } = readChecked(options, keys, 'the options of writeSafetensors()')
  const { size, dimension, tokens } = table
  const shape = [size, dimension]
  const tensors: TensorToWrite[] = [
    { name: EMBEDDINGS, dtype: STORED[dtype], shape, bytes: rowBytes(table, dtype) },
  ]
  if (dtype === 'int8') tensors.push({ name: SCALES, dtype: 'F32', shape: [size], bytes: scaleBytes(table) })
  if (tokens) tensors.push(tokensTensor(tokens))
  return encodeSafetensors(tensors, metadata)
}

const STORED = { f32: 'F32', bf16: 'BF16', f16: 'F16', int8: 'I8' } as const satisfies Record<
  ElementType,
  string
>

/** `tokens` as the tensor that rowspace reads them from: the UTF-8 bytes of a JSON list. */
export function tokensTensor(tokens: readonly string[]): TensorToWrite {
  if (!Array.isArray(tokens) || tokens.some((token) => typeof token !== 'string')) {
    throw invalidArgument('tokens must be a list of strings', tokens)
  }
  const bytes = new TextEncoder().encode(JSON.stringify(tokens))
  return { name: TOKENS, dtype: 'U8', shape: [bytes.length], bytes }
}

function* rowBytes(table: WritableTable, dtype: ElementType): Generator<Uint8Array, void, void> {
  for (const { start, rows } of rowBlocks(table)) {
    if (dtype === 'f32') yield bytesOf(rows)
    else if (dtype === 'int8') yield codesOf(rows, table.dimension).codes
    else yield bitsOf(rows, dtype, start, table.dimension)
  }
}

/** The codes again, for their scales: wider numbers come first in the file. */
function* scaleBytes(table: WritableTable): Generator<Uint8Array, void, void> {
  for (const { rows } of rowBlocks(table)) yield bytesOf(codesOf(rows, table.dimension).scales)
}

function codesOf(rows: Float32Array, dimension: number): { codes: Uint8Array; scales: Float32Array } {
  const codes = new Int8Array(rows.length)
  const scales = new Float32Array(rows.length / dimension)
  for (let row = 0; row < scales.length; row++) {
    scales[row] = quantise(rows, row * dimension, dimension, codes)
  }
  return { codes: new Uint8Array(codes.buffer), scales }
}

/** Numbers of 16 bits whose exponent is all ones are infinite, or none. */
const INFINITE = { bf16: 0x7f80, f16: 0x7c00 } as const

function bitsOf(rows: Float32Array, dtype: 'bf16' | 'f16', start: number, dimension: number): Uint8Array {
  const toBits = dtype === 'bf16' ? bfloat16Bits : float16Bits
  const bits = Uint16Array.from(rows, toBits)
  const odd = bits.findIndex((each) => (each & INFINITE[dtype]) === INFINITE[dtype])
  if (odd < 0) return new Uint8Array(bits.buffer)
  const row = start + Math.floor(odd / dimension)
  const column = odd % dimension
  throw new RowspaceError(
    'NON_FINITE',
    `${rows[odd]} in row ${row}, column ${column}, is too large for ${dtype}: write bf16 or f32, or ` +
      'scale the rows down.',
    { row, column, value: rows[odd], dtype },
  )
}

function checkedSize(tensor: TensorToWrite): number {
  const { name, dtype, shape, bytes }: Partial<TensorToWrite> = tensor ?? {}
  if (typeof name !== 'string' || typeof dtype !== 'string' || !Array.isArray(shape) || !isBytes(bytes)) {
    throw invalidArgument(
      'A tensor is { name, dtype, shape, bytes }, its bytes a Uint8Array or chunks of them',
      tensor,
    )
  }
  const size = tensorBytes(dtype, shape)
  if (size === undefined) {
    const shown = describe(`[${shape.slice(0, 9)}${shape.length > 9 ? ',…' : ''}]`)
    const message = `Tensor ${describe(name)} cannot be ${describe(dtype)} with the shape ${shown}.`
    throw wrong(message, { name, dtype, shape })
  }
  if (bytes instanceof Uint8Array) checkLength(tensor, bytes.length, size)
  return size
}

function isBytes(bytes: unknown): bytes is TensorToWrite['bytes'] {
  return typeof bytes === 'object' && bytes !== null && Symbol.iterator in bytes
}

function checkNames(tensors: readonly TensorToWrite[]): void {
  const names = new Set(['__metadata__'])
  for (const { name } of tensors) {
    if (names.has(name)) throw wrong(`The tensor name "${name}" is taken.`, { name })
    names.add(name)
  }
}

/**
 * The header of a file with these tensors, one after the other in the order given.
 *
 * @param metadata free text by name
 */
export function encodeHeader(
  tensors: readonly (Pick<TensorToWrite, 'name' | 'dtype' | 'shape'> & { readonly size: number })[],
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const entries: [string, unknown][] = metadata ? [['__metadata__', metadata]] : []
  let offset = 0
  for (const { name, dtype, shape, size } of tensors) {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + size] }])
    offset += size
  }
  // Written entry by entry: an object would reorder names that are numbers and lose `__proto__`.
  const written = entries.map((pair) => pair.map((part) => JSON.stringify(part)).join(':'))
  const json = new TextEncoder().encode(`{${written.join(',')}}`)
  const length = Math.ceil(json.length / 8) * 8
  const header = new Uint8Array(8 + length).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(json, 8)
  return header
}

function* checkedBytes(tensor: SizedTensor): Generator<Uint8Array, void, void> {
  let written = 0
  for (const chunk of tensor.bytes instanceof Uint8Array ? [tensor.bytes] : tensor.bytes) {
    written += chunk.length
    if (written <= tensor.size) yield chunk
  }
  checkLength(tensor, written, tensor.size)
}

function checkLength({ name, dtype, shape }: TensorToWrite, actual: number, expected: number): void {
  if (actual === expected) return
  const message = `Tensor "${name}" has ${actual} bytes; ${dtype} [${shape}] needs ${expected}.`
  throw wrong(message, { name, expected, actual })
}
