/**
 * The header of a GGUF file.
 *
 * ```
 * | GGUF | version: u32 | tensors: u64 | entries: u64 | metadata | tensors | padding | data |
 * 0      4              8              16             24           name, shape, type, offset
 * ```
 * All little-endian. Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import type { ByteSource } from '../../sources/source.ts'
import type { ReaderOptions } from '../format.ts'
import { invalidFormat, MAX_TENSORS, quoted, safeProduct, truncated, unsupported } from '../malformed.ts'
import { inOrder, type PlacedTensor } from '../tensor-table.ts'
import { Cursor } from './cursor.ts'
import { type GgufMetadata, MIN_ENTRY_BYTES, readGgufMetadata, readGgufText } from './metadata.ts'
import { GGUF_TYPES } from './types.ts'

export interface GgufHeader extends GgufMetadata {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, PlacedTensor>
  /** Bytes before the data. */
  readonly headerBytes: number
}

export const GGUF_MAGIC: readonly number[] = [0x47, 0x47, 0x55, 0x46]

const FIXED_BYTES = 24
const MAX_DIMENSIONS = 4
/** Metadata entries: models have some fifty. */
const MAX_ENTRIES = 65_536
/** Bytes that describe a tensor at least: the length of its name, no dimension, type and offset. */
const MIN_TENSOR_BYTES = 24

/**
 * Reads and checks the header.
 *
 * @throws `TRUNCATED` if the file is shorter than its counts say, `UNSUPPORTED` for another version or byte
 *   order, `INVALID_FORMAT` for any other lie
 */
export async function readGgufHeader(source: ByteSource, options: ReaderOptions = {}): Promise<GgufHeader> {
  const cursor = new Cursor(source, options.signal)
  await cursor.need(FIXED_BYTES, 'a GGUF header')
  const magic = cursor.bytes(GGUF_MAGIC.length)
  if (GGUF_MAGIC.some((byte, index) => magic[index] !== byte)) {
    throw invalidFormat(source, 'it does not begin with GGUF.')
  }
  checkVersion(source, cursor.u32())
  const tensorCount = cursor.u64()
  const entryCount = cursor.u64()
  cursor.checkLeft(
    tensorCount * MIN_TENSOR_BYTES + entryCount * MIN_ENTRY_BYTES,
    `a header of ${tensorCount} tensors and ${entryCount} metadata entries`,
  )
  if (tensorCount > MAX_TENSORS || entryCount > MAX_ENTRIES) {
    throw invalidFormat(
      source,
      `it claims ${tensorCount} tensors and ${entryCount} metadata entries; at most ${MAX_TENSORS} and ` +
        `${MAX_ENTRIES} are read.`,
    )
  }
  const metadata = await readGgufMetadata(cursor, entryCount, options.encodingErrors ?? 'strict')
  const described: Described[] = []
  for (let index = 0; index < tensorCount; index++) described.push(await readTensor(cursor, index))
  const dataStart = Math.ceil(cursor.position / metadata.alignment) * metadata.alignment
  const placed = described.map((tensor) => placeTensor(source, tensor, dataStart, metadata.alignment))
  const tensors = inOrder(source, placed, dataStart, metadata.alignment)
  return { ...metadata, tensors, headerBytes: Math.min(dataStart, source.size) }
}

function checkVersion(source: ByteSource, version: number): void {
  if (version === 2 || version === 3) return
  if (version !== 0 && (version & 0xffff) === 0) {
    throw unsupported(source, 'it is a big-endian GGUF file; little-endian ones are read.', { version })
  }
  throw unsupported(source, `GGUF version ${version}; versions 2 and 3 are known.`, { version })
}

/** A tensor as the header has it. */
interface Described {
  readonly name: string
  readonly dimensions: readonly number[]
  readonly type: number
  readonly offset: number
}

async function readTensor(cursor: Cursor, index: number): Promise<Described> {
  const name = await readGgufText(cursor, `the name of tensor ${index}`)
  const what = `the description of tensor ${quoted(name)}`
  await cursor.need(4, what)
  const count = cursor.u32()
  if (count > MAX_DIMENSIONS) {
    const problem = `tensor ${quoted(name)} claims ${count} dimensions; GGUF has ${MAX_DIMENSIONS} at most.`
    throw invalidFormat(cursor.source, problem, { tensor: name })
  }
  await cursor.need(count * 8 + 12, what)
  const dimensions = Array.from({ length: count }, () => cursor.u64())
  return { name, dimensions, type: cursor.u32(), offset: cursor.u64() }
}

/** GGUF names the dimensions from the innermost out; everybody else the other way. */
function placeTensor(
  source: ByteSource,
  { name, dimensions, type: id, offset }: Described,
  dataStart: number,
  alignment: number,
): PlacedTensor {
  const shape = [...dimensions].reverse()
  const invalid = (problem: string) =>
    invalidFormat(source, `tensor ${quoted(name)} ${problem}.`, { tensor: name })
  const elements = safeProduct(shape)
  if (elements === undefined) throw invalid(`has the shape [${shape}], whose size cannot be counted`)
  const type = GGUF_TYPES.get(id)
  const start = dataStart + offset
  if (!Number.isSafeInteger(start) || offset % alignment !== 0) {
    throw invalid(`lies at offset ${offset}, which is no multiple of the alignment ${alignment}`)
  }
  const tensor = { name, dtype: type?.name ?? `type ${id}`, shape, elements, start }
  if (type === undefined) {
    if (start > source.size) throw truncated(source, `tensor ${quoted(name)}`, start)
    return { ...tensor, end: undefined }
  }
  const bytes = safeProduct([elements / type.block, type.bytes])
  if ((shape.at(-1) ?? 1) % type.block !== 0 || bytes === undefined) {
    throw invalid(
      `has the shape [${shape}], which are no whole blocks of ${type.block} numbers (${type.name})`,
    )
  }
  if (start + bytes > source.size) throw truncated(source, `tensor ${quoted(name)}`, start + bytes)
  return { ...tensor, end: start + bytes }
}
