/** GGUF files made for tests, from the specification: what they say can be made to be wrong. */
import { ascii, join } from './files.ts'
import { ORACLE } from './ggml-oracle.ts'

/** A metadata value: text, a list of text, or a number of a type with its bytes. */
export type GgufValue = string | readonly string[] | { type: number; bytes: Uint8Array }

export interface GgufTensorSpec {
  name: string
  /** As the numpy world writes it: rows first. */
  shape: readonly number[]
  /** The number of the type. */
  type: number
  bytes: Uint8Array
  /** Where it says that it lies, from the start of the data; where it lies unless given. */
  offset?: number
}

export interface GgufSpec {
  magic?: string
  version?: number
  tensors: readonly GgufTensorSpec[]
  metadata?: readonly (readonly [string, GgufValue])[]
  alignment?: number
  tensorCount?: number
  entryCount?: number
}

export const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
export const u64 = (value: number) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
export const text = (value: string) => {
  const bytes = ascii(value)
  return join([u64(bytes.length), bytes])
}

/** A list with its head: the type of its elements and how many there are. */
export const list = (element: number, count: number, bytes: Uint8Array): GgufValue => ({
  type: 9,
  bytes: join([u32(element), u64(count), bytes]),
})

function valueBytes(value: GgufValue): Uint8Array {
  if (typeof value === 'string') return join([u32(8), text(value)])
  if ('bytes' in value) return join([u32(value.type), value.bytes])
  return join([u32(9), u32(8), u64(value.length), ...value.map(text)])
}

export function gguf(spec: GgufSpec): Uint8Array {
  const { magic = 'GGUF', version = 3, tensors, alignment = 32 } = spec
  const padded = (bytes: number) => Math.ceil(bytes / alignment) * alignment
  const metadata = [...(spec.metadata ?? [])]
  if (spec.alignment !== undefined) metadata.push(['general.alignment', { type: 4, bytes: u32(alignment) }])
  let end = 0
  const described = tensors.map(({ name, shape, type, bytes, offset }) => {
    const place = offset ?? end
    end = padded(end + bytes.length)
    return join([text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(type), u64(place)])
  })
  const head = join([
    ascii(magic),
    u32(version),
    u64(spec.tensorCount ?? tensors.length),
    u64(spec.entryCount ?? metadata.length),
    ...metadata.flatMap(([key, value]) => [text(key), valueBytes(value)]),
    ...described,
  ])
  const body = new Uint8Array(padded(head.length) + end)
  body.set(head)
  let position = padded(head.length)
  for (const { bytes } of tensors) {
    body.set(bytes, position)
    position += padded(bytes.length)
  }
  return body
}

export const F32 = 0
export const F16 = 1
export const Q8_0 = 8
export const Q4_K = 12
export const IQ3_S = 21
export const BF16 = 30

/** The bytes of numbers, of any type. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)

/** `rows` rows of `dimension` numbers as Q8_0, from any codes and scales. */
export function q8Rows(codes: Int8Array, scales: Uint16Array): Uint8Array {
  const chunks: Uint8Array[] = []
  scales.forEach((scale, block) => {
    chunks.push(Uint8Array.of(scale & 255, scale >> 8), bytesOf(codes.subarray(block * 32, block * 32 + 32)))
  })
  return join(chunks)
}

/** Three rows of 256 numbers of a quantised type, with tokens. */
export function quantisedGguf(name: string): Uint8Array {
  const type = ORACLE[name]
  if (type === undefined) throw new Error(`There is no ${name}.`)
  const bytes = Uint8Array.from({ length: (3 * 256 * type.bytes) / type.numbers }, (_, at) => (at * 37) % 120)
  return gguf({
    metadata: [['tokenizer.ggml.tokens', ['a', 'b', 'c']]],
    tensors: [{ name: 'token_embd.weight', shape: [3, 256], type: type.id, bytes }],
  })
}

/**
 * A small model as llama.cpp's converter writes one: an embedding, a norm, an output, tokens with scores and
 * merges.
 */
export function smallGguf(rows = 12, dimension = 8): Uint8Array {
  const numbers = Float32Array.from({ length: rows * dimension }, (_, index) => Math.sin(index + 1))
  const tokens = Array.from({ length: rows }, (_, id) => (id % 2 === 0 ? `Ġword${id}` : `part${id}`))
  return gguf({
    metadata: [
      ['general.architecture', 'llama'],
      ['llama.context_length', { type: 4, bytes: u32(2048) }],
      ['llama.rope.freq_base', { type: 6, bytes: bytesOf(Float32Array.of(10_000)) }],
      ['tokenizer.ggml.model', 'gpt2'],
      ['tokenizer.ggml.tokens', tokens],
      ['tokenizer.ggml.token_type', list(5, rows, bytesOf(Int32Array.from({ length: rows }, () => 1)))],
      ['tokenizer.ggml.merges', ['a b', 'c d']],
      ['tokenizer.ggml.add_bos_token', { type: 7, bytes: Uint8Array.of(0) }],
    ],
    tensors: [
      {
        name: 'output.weight',
        shape: [rows, dimension],
        type: F32,
        bytes: bytesOf(numbers.slice().reverse()),
      },
      { name: 'token_embd.weight', shape: [rows, dimension], type: F32, bytes: bytesOf(numbers) },
      {
        name: 'blk.0.attn_norm.weight',
        shape: [dimension],
        type: F32,
        bytes: bytesOf(new Float32Array(dimension)),
      },
    ],
  })
}
