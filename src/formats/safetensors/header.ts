/**
 * The header of a safetensors file, read strictly.
 *
 * ```
 * | n: u64 LE | n bytes of JSON, padded with spaces | data: every byte belongs to exactly one tensor |
 * 0           8                                      8 + n
 * ```
 * Spec: https://huggingface.co/docs/safetensors (format), with the limits of the reference implementation.
 */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { TensorInfo } from '../format.ts'
import {
  invalidFormat,
  isCount,
  MAX_DIMENSIONS,
  quoted,
  safeProduct,
  shapeText,
  shownValue,
  truncated,
} from '../malformed.ts'
import { firstInvalid } from '../text/utf8.ts'
import { HeaderJsonError, type HeaderValue, headerEntries, isObject } from './header-json.ts'

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
  const bits = safeProduct([DTYPE_BITS.get(dtype) ?? Number.NaN, ...shape])
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
  const dataStart = 8 + length
  const text = decodeHeader(source, await readExactly(source, 8, dataStart, signal))
  let metadata: ReadonlyMap<string, string> = new Map()
  const tensors: StoredTensor[] = []
  try {
    for (const [name, entry] of headerEntries(text)) {
      if (name === '__metadata__') metadata = readMetadata(source, entry)
      else tensors.push(readTensor(source, name, entry, dataStart))
    }
  } catch (error) {
    if (!(error instanceof HeaderJsonError)) throw error
    throw invalidFormat(
      source,
      `its safetensors header is refused: ${error.message} (character ${error.offset}).`,
      { offset: error.offset },
    )
  }
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

function decodeHeader(source: ByteSource, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const offset = 8 + firstInvalid(bytes)
    throw invalidFormat(source, `its safetensors header is not UTF-8 at offset ${offset}.`, { offset })
  }
}

function readMetadata(source: ByteSource, metadata: HeaderValue): ReadonlyMap<string, string> {
  const entries = isObject(metadata) ? [...metadata] : undefined
  if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw invalidFormat(source, 'its safetensors header has a __metadata__ that does not map text to text.')
  }
  return new Map(entries)
}

function readTensor(source: ByteSource, name: string, entry: HeaderValue, dataStart: number): StoredTensor {
  const refuse = (problem: string) =>
    invalidFormat(source, `tensor ${quoted(name)} ${problem}.`, { tensor: name })
  if (!isObject(entry)) throw refuse('is not described by a JSON object')
  const dtype = entry.get('dtype')
  if (typeof dtype !== 'string' || !DTYPE_BITS.has(dtype)) {
    throw refuse(`has the dtype ${shownValue(dtype)}, which safetensors does not have`)
  }
  const shape = counts(entry.get('shape'))
  if (shape === undefined || shape.length > MAX_DIMENSIONS) {
    const shown = shape === undefined ? shownValue(entry.get('shape')) : `of ${shape.length} dimensions`
    throw refuse(`has the shape ${shown}; a list of at most ${MAX_DIMENSIONS} whole numbers was expected`)
  }
  const [begin, end, ...more] = counts(entry.get('data_offsets')) ?? []
  if (begin === undefined || end === undefined || more.length > 0) {
    throw refuse(`has the offsets ${shownValue(entry.get('data_offsets'))}; two whole numbers were expected`)
  }
  const bytes = tensorBytes(dtype, shape)
  const elements = safeProduct(shape)
  if (bytes === undefined || elements === undefined) {
    throw refuse(`has the shape ${shapeText(shape)} of ${dtype}, whose size cannot be counted`)
  }
  if (end - begin !== bytes) {
    throw refuse(
      `lies at bytes ${begin} to ${end}, that is ${end - begin}; its shape ${shapeText(shape)} of ${dtype} needs ${bytes}`,
    )
  }
  if (dataStart + end > source.size) throw truncated(source, `tensor ${quoted(name)}`, dataStart + end)
  return { name, dtype, shape, elements, start: dataStart + begin, end: dataStart + end }
}

/** A list of whole numbers, or undefined. */
function counts(value: HeaderValue | undefined): readonly number[] | undefined {
  return Array.isArray(value) && value.every(isCount) ? value : undefined
}

/** No overlap, no hole, nothing left over: what no tensor covers could be another file. */
function checkCoverage(source: ByteSource, tensors: readonly StoredTensor[], dataStart: number): void {
  let position = dataStart
  for (const tensor of tensors) {
    if (tensor.start !== position) {
      const kind = tensor.start < position ? 'overlaps the tensor before it' : 'leaves a hole before it'
      throw invalidFormat(
        source,
        `tensor ${quoted(tensor.name)} ${kind}: it starts at byte ${tensor.start}, expected ${position}.`,
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
