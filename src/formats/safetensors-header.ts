/**
 * The header of a safetensors file, read strictly.
 *
 * ```
 * | n: u64 LE | n bytes of JSON, padded with spaces | data: every byte belongs to exactly one tensor |
 * 0           8                                      8 + n
 * ```
 * Spec: https://huggingface.co/docs/safetensors (format), with the limits of the reference implementation.
 */
import { readExactly } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import type { TensorInfo } from './format.ts'
import { HeaderJsonError, isObject, parseHeaderJson } from './header-json.ts'
import { invalidFormat, isCount, safeProduct, truncated } from './malformed.ts'
import { firstInvalid } from './utf8.ts'

/** The reference implementation's limit, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000

/** Bits of one element. */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['BOOL', 8],
  ['U8', 8],
  ['I8', 8],
  ['F8_E5M2', 8],
  ['F8_E4M3', 8],
  ['F8_E8M0', 8],
  ['I16', 16],
  ['U16', 16],
  ['F16', 16],
  ['BF16', 16],
  ['I32', 32],
  ['U32', 32],
  ['F32', 32],
  ['I64', 64],
  ['U64', 64],
  ['F64', 64],
  ['C64', 64],
])

/** A tensor and where its bytes lie in the file: [start, end). */
export interface StoredTensor extends TensorInfo {
  readonly elements: number
  readonly start: number
  readonly end: number
}

export interface SafetensorsHeader {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: ReadonlyMap<string, string>
  /** Bytes before the data. */
  readonly headerBytes: number
}

/** Bytes of a tensor, or undefined if `dtype` is unknown, a product is no safe integer or bits are left over. */
export function tensorBytes(dtype: string, shape: readonly number[]): number | undefined {
  const bits = safeProduct(DTYPE_BITS.get(dtype) ?? Number.NaN, ...shape)
  return bits === undefined || bits % 8 !== 0 ? undefined : bits / 8
}

/**
 * Reads and checks the header of a safetensors file.
 *
 * @throws `TRUNCATED` if the file is shorter than the header says, `INVALID_FORMAT` for any other lie
 */
export async function readSafetensorsHeader(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<SafetensorsHeader> {
  const length = await readHeaderLength(source, signal)
  const bytes = await readExactly(source, 8, 8 + length, signal)
  const entries = parseHeader(source, bytes)
  const metadata = readMetadata(source, entries.get('__metadata__'))
  entries.delete('__metadata__')
  const dataStart = 8 + length
  const tensors = [...entries].map(([name, entry]) => readTensor(source, name, entry, dataStart))
  tensors.sort((a, b) => a.start - b.start || a.end - b.end)
  checkCoverage(source, tensors, dataStart)
  return {
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    metadata,
    headerBytes: dataStart,
  }
}

async function readHeaderLength(source: ByteSource, signal: AbortSignal | undefined): Promise<number> {
  if (source.size < 8) throw truncated(source, 'the length of a safetensors header', 8)
  const bytes = await readExactly(source, 0, 8, signal)
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw invalidFormat(
      source,
      `its safetensors header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed.`,
      {
        headerBytes: length,
      },
    )
  }
  if (length < 2n) {
    throw invalidFormat(
      source,
      `its safetensors header claims ${length} bytes; an empty JSON object has two.`,
      {
        headerBytes: Number(length),
      },
    )
  }
  const end = 8 + Number(length)
  if (end > source.size) throw truncated(source, 'its safetensors header', end)
  return Number(length)
}

function parseHeader(source: ByteSource, bytes: Uint8Array): Map<string, unknown> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const offset = 8 + firstInvalid(bytes)
    throw invalidFormat(source, `its safetensors header is not UTF-8 at offset ${offset}.`, { offset })
  }
  try {
    return parseHeaderJson(text)
  } catch (error) {
    if (!(error instanceof HeaderJsonError)) throw error
    throw invalidFormat(
      source,
      `its safetensors header is refused: ${error.message} (character ${error.offset}).`,
      {
        offset: error.offset,
      },
    )
  }
}

function readMetadata(source: ByteSource, metadata: unknown): Map<string, string> {
  if (metadata === undefined) return new Map()
  const entries = isObject(metadata) ? Object.entries(metadata) : undefined
  if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw invalidFormat(source, 'its safetensors header has a __metadata__ that does not map text to text.')
  }
  return new Map(entries)
}

function readTensor(source: ByteSource, name: string, entry: unknown, dataStart: number): StoredTensor {
  const refuse = (problem: string) => invalidFormat(source, `tensor "${name}" ${problem}.`, { tensor: name })
  if (!isObject(entry)) throw refuse('is not described by a JSON object')
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !DTYPE_BITS.has(dtype)) {
    throw refuse(`has the dtype ${JSON.stringify(dtype)}, which safetensors does not have`)
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw refuse(`has the shape ${JSON.stringify(shape)}; a list of whole numbers was expected`)
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw refuse(`has the offsets ${JSON.stringify(offsets)}; two whole numbers were expected`)
  }
  const bytes = tensorBytes(dtype, shape)
  if (bytes === undefined) throw refuse(`has the shape [${shape}] of ${dtype}, whose size cannot be counted`)
  const [begin, end] = offsets as [number, number]
  if (end - begin !== bytes) {
    throw refuse(
      `lies at bytes ${begin} to ${end}, that is ${end - begin}; its shape [${shape}] of ${dtype} needs ${bytes}`,
    )
  }
  if (dataStart + end > source.size) throw truncated(source, `tensor "${name}"`, dataStart + end)
  const elements = safeProduct(...shape)!
  return { name, dtype, shape, elements, start: dataStart + begin, end: dataStart + end }
}

/** No overlap, no hole, nothing left over: what no tensor covers could be another file. */
function checkCoverage(source: ByteSource, tensors: readonly StoredTensor[], dataStart: number): void {
  let position = dataStart
  for (const tensor of tensors) {
    if (tensor.start !== position) {
      const kind = tensor.start < position ? 'overlaps the tensor before it' : 'leaves a hole before it'
      throw invalidFormat(
        source,
        `tensor "${tensor.name}" ${kind}: it starts at byte ${tensor.start}, expected ${position}.`,
        { tensor: tensor.name, expected: position, actual: tensor.start },
      )
    }
    position = tensor.end
  }
  if (position !== source.size) {
    throw invalidFormat(
      source,
      `${source.size - position} bytes follow the last tensor; the file should end at byte ${position} and has ${source.size}.`,
      { expected: position, actual: source.size },
    )
  }
}
