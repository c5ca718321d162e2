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
import { inOrder, type PlacedTensor } from '../tensor-table.ts'
import { firstInvalid } from '../text/utf8.ts'
import { type HeaderValue, headerEntries, isObject } from './header-json.ts'

/** The reference implementation's limit, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000

const DTYPES_BY_BITS: ReadonlyMap<number, readonly string[]> = new Map([
  [4, ['F4']],
  [6, ['F6_E2M3', 'F6_E3M2']],
  [8, ['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0']],
  [16, ['I16', 'U16', 'F16', 'BF16']],
  [32, ['I32', 'U32', 'F32']],
  [64, ['I64', 'U64', 'F64', 'C64']],
])

const DTYPE_BITS: ReadonlyMap<string, number> = new Map(
  [...DTYPES_BY_BITS].flatMap(([bits, dtypes]) => dtypes.map((dtype) => [dtype, bits] as const)),
)

/** A tensor of a known type. */
export interface StoredTensor extends PlacedTensor {
  readonly end: number
}

export interface SafetensorsHeader {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: ReadonlyMap<string, string>
  /** Bytes before the data. */
  readonly headerBytes: number
}

/** Bits of one element; NaN for an unknown dtype. */
export function dtypeBits(dtype: string): number {
  return DTYPE_BITS.get(dtype) ?? Number.NaN
}

/**
 * Bytes of a tensor, or undefined if `dtype` is unknown, a product is no safe integer or bits are left over.
 */
export function tensorBytes(dtype: string, shape: readonly number[]): number | undefined {
  const bytes = (safeProduct([dtypeBits(dtype), ...shape]) ?? Number.NaN) / 8
  return Number.isInteger(bytes) ? bytes : undefined
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
  const headerBytes = 8 + (await readHeaderLength(source, signal))
  const text = decodeHeader(source, await readExactly(source, 8, headerBytes, signal))
  let metadata: ReadonlyMap<string, string> = new Map()
  const found: StoredTensor[] = []
  for (const [name, entry] of headerEntries({ source, what: 'its safetensors header', text })) {
    if (name !== '__metadata__') found.push(readTensor(source, name, entry, headerBytes))
    else if (isMetadata(entry)) metadata = entry
    else
      throw invalidFormat(source, 'its safetensors header has a __metadata__ that does not map text to text.')
  }
  const tensors = inOrder(source, found, headerBytes, 1)
  const end = [...tensors.values()].at(-1)?.end ?? headerBytes
  if (end !== source.size) {
    const problem =
      `${source.size - end} bytes follow the last tensor; the file should end at byte ${end} and has ` +
      `${source.size}.`
    throw invalidFormat(source, problem, { expected: end, actual: source.size })
  }
  return { tensors, metadata, headerBytes }
}

async function readHeaderLength(source: ByteSource, signal: AbortSignal | undefined): Promise<number> {
  if (source.size < 8) throw truncated(source, 'the length of a safetensors header', 8)
  const bytes = await readExactly(source, 0, 8, signal)
  const exact = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  const length = Number(exact)
  if (length < 2 || length > MAX_HEADER_BYTES) {
    const problem = `its safetensors header claims ${exact} bytes; 2 to ${MAX_HEADER_BYTES} are allowed.`
    throw invalidFormat(source, problem, { headerBytes: length })
  }
  const end = 8 + length
  if (end > source.size) throw truncated(source, 'its safetensors header', end)
  return length
}

function decodeHeader(source: ByteSource, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const offset = 8 + firstInvalid(bytes)
    throw invalidFormat(source, `its safetensors header is not UTF-8 at offset ${offset}.`, { offset })
  }
}

function isMetadata(value: HeaderValue): value is ReadonlyMap<string, string> {
  return isObject(value) && [...value.values()].every((each) => typeof each === 'string')
}

function readTensor(source: ByteSource, name: string, entry: HeaderValue, dataStart: number): StoredTensor {
  const invalid = (problem: string) =>
    invalidFormat(source, `tensor ${quoted(name)} ${problem}.`, { tensor: name })
  if (!isObject(entry)) throw invalid('is not described by a JSON object')
  const dtype = entry.get('dtype')
  if (typeof dtype !== 'string' || !DTYPE_BITS.has(dtype)) {
    throw invalid(`has the dtype ${shownValue(dtype)}, which safetensors does not have`)
  }
  const shape = counts(entry.get('shape'))
  if (shape === undefined || shape.length > MAX_DIMENSIONS) {
    const shown = shape === undefined ? shownValue(entry.get('shape')) : `of ${shape.length} dimensions`
    throw invalid(`has the shape ${shown}; a list of at most ${MAX_DIMENSIONS} integers ≥ 0 was expected`)
  }
  const [begin, end, ...more] = counts(entry.get('data_offsets')) ?? []
  if (begin === undefined || end === undefined || more.length > 0) {
    throw invalid(`has the offsets ${shownValue(entry.get('data_offsets'))}; two integers ≥ 0 were expected`)
  }
  const bytes = tensorBytes(dtype, shape)
  if (bytes === undefined) {
    throw invalid(`has the shape ${shapeText(shape)} of ${dtype}, whose size cannot be counted`)
  }
  if (end - begin !== bytes) {
    throw invalid(
      `lies at bytes ${begin} to ${end}, that is ${end - begin}; its shape ${shapeText(shape)} of ` +
        `${dtype} needs ${bytes}`,
    )
  }
  if (dataStart + end > source.size) throw truncated(source, `tensor ${quoted(name)}`, dataStart + end)
  const elements = (bytes * 8) / dtypeBits(dtype)
  return { name, dtype, shape, elements, start: dataStart + begin, end: dataStart + end }
}

/** A list of integers ≥ 0, or undefined. */
function counts(value: HeaderValue | undefined): readonly number[] | undefined {
  return Array.isArray(value) && value.every(isCount) ? value : undefined
}
