/** Writes safetensors: a table, or any list of tensors. */
import { RowspaceError } from '../errors.ts'
import { EMBEDDINGS, TOKENS } from './safetensors.ts'
import { tensorBytes } from './safetensors-header.ts'
import { bytesOf, checkTokens, rowBlocks, type WritableTable } from './writable.ts'

export interface TensorToWrite {
  readonly name: string
  /** A safetensors dtype: 'F32', 'I8', 'U8' … */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Little-endian, row-major; in pieces where the whole should not be held twice. */
  readonly bytes: Uint8Array | Iterable<Uint8Array>
}

/**
 * The bytes of a safetensors file, in pieces. Tensors of wider elements come first (as the reference implementation has
 * it), and the header is padded with spaces to a multiple of 8 bytes, so that every tensor is aligned to its element.
 *
 * @param metadata free text by name, put into the header
 * @throws `INVALID_ARGUMENT` for a name that comes twice, an unknown dtype, or bytes that do not fit dtype and shape
 */
export function* encodeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata?: Readonly<Record<string, string>>,
): Generator<Uint8Array, void, void> {
  const sized = tensors.map((tensor) => ({ ...tensor, size: checkedSize(tensor) }))
  checkNames(tensors)
  const ordered = sized.sort((a, b) => alignment(b.dtype) - alignment(a.dtype))
  yield encodeHeader(ordered, metadata)
  for (const tensor of ordered) yield* checkedBytes(tensor, tensor.size)
}

/**
 * The table as safetensors: `embeddings` F32 [V, d], and `tokens` where it has tokens. Reads back bit-equal.
 *
 * @throws `INVALID_ARGUMENT` if two tokens are equal: a reader would keep only the first row
 */
export function writeSafetensors(
  table: WritableTable,
  metadata?: Readonly<Record<string, string>>,
): Generator<Uint8Array, void, void> {
  const { size, dimension, tokens } = table
  const tensors: TensorToWrite[] = [
    { name: EMBEDDINGS, dtype: 'F32', shape: [size, dimension], bytes: floatBytes(table) },
  ]
  if (tokens) {
    checkTokens(table, tokens)
    tensors.push(tokensTensor(tokens))
  }
  return encodeSafetensors(tensors, metadata)
}

/** `tokens` as the tensor that rowspace reads them from: the UTF-8 bytes of a JSON list. */
export function tokensTensor(tokens: readonly string[]): TensorToWrite {
  const bytes = new TextEncoder().encode(JSON.stringify(tokens))
  return { name: TOKENS, dtype: 'U8', shape: [bytes.length], bytes }
}

function* floatBytes(table: WritableTable): Generator<Uint8Array, void, void> {
  for (const block of rowBlocks(table)) yield bytesOf(block.rows)
}

function checkedSize({ name, dtype, shape }: TensorToWrite): number {
  const size = tensorBytes(dtype, shape)
  if (size !== undefined) return size
  throw new RowspaceError('INVALID_ARGUMENT', `Tensor "${name}" cannot be ${dtype} [${shape}].`, {
    name,
    dtype,
    shape,
  })
}

function checkNames(tensors: readonly TensorToWrite[]): void {
  const names = new Set(['__metadata__'])
  for (const { name } of tensors) {
    if (names.has(name)) {
      throw new RowspaceError('INVALID_ARGUMENT', `The tensor name "${name}" is taken.`, { name })
    }
    names.add(name)
  }
}

/** Bytes of one element, so that wider ones come first. */
function alignment(dtype: string): number {
  return tensorBytes(dtype, [8])! / 8
}

function encodeHeader(
  tensors: readonly (TensorToWrite & { size: number })[],
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const entries: [string, unknown][] = metadata ? [['__metadata__', metadata]] : []
  let offset = 0
  for (const { name, dtype, shape, size } of tensors) {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + size] }])
    offset += size
  }
  // Written entry by entry: an object would reorder names that are numbers and lose `__proto__`.
  const text = `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`
  const json = new TextEncoder().encode(text)
  const length = Math.ceil(json.length / 8) * 8
  const header = new Uint8Array(8 + length).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(json, 8)
  return header
}

function* checkedBytes(tensor: TensorToWrite, size: number): Generator<Uint8Array, void, void> {
  let written = 0
  for (const piece of tensor.bytes instanceof Uint8Array ? [tensor.bytes] : tensor.bytes) {
    written += piece.length
    if (written <= size) yield piece
  }
  if (written === size) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `Tensor "${tensor.name}" has ${written} bytes; ${tensor.dtype} [${tensor.shape}] needs ${size}.`,
    { name: tensor.name, expected: size, actual: written },
  )
}
