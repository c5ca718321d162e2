/**
 * GGUF: the token embedding of a model as llama.cpp has it.
 *
 * ```
 * token_embd.weight F32, F16, BF16   kept as they come
 *                   Q8_0             blocks of 32 numbers, x = scale · code with a binary16 scale each: widened to float32, exactly
 * tokenizer.ggml.tokens              a token a row
 * ```
 */
import { type BlockOptions, readBlocks } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { chooseTensor } from '../choose-tensor.ts'
import type {
  FileRows,
  FormatReader,
  LoadedRows,
  LoadOptions,
  OpenOptions,
  StoredType,
  TableFile,
  WrittenTokens,
} from '../format.ts'
import { checkTarget, copyNumbers, ProgressReporter } from '../loading.ts'
import { invalidFormat, quoted, unsupported } from '../malformed.ts'
import { halfOf, NUMBER_TYPES, rowsOfNumbers, widenNumbers } from '../widen.ts'
import { GGUF_MAGIC, type GgufHeader, type GgufTensor, readGgufHeader } from './header.ts'

export const ggufReader: FormatReader = {
  name: 'gguf',
  recognises: (head) => GGUF_MAGIC.every((byte, index) => head[index] === byte),
  async open(source: ByteSource, _head: Uint8Array, options: OpenOptions): Promise<TableFile> {
    return new GgufTable(source, await readGgufHeader(source, options), options)
  },
}

const STORED_TYPES: ReadonlyMap<string, StoredType> = new Map([
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['Q8_0', 'q8_0'],
])

class GgufTable implements TableFile {
  readonly format = 'gguf'
  readonly dtype: StoredType
  readonly size: number
  readonly dimension: number
  readonly elementType?: 'bf16' | 'f16'
  readonly headerBytes: number
  readonly tensors: readonly GgufTensor[]
  readonly tensor: string
  readonly parameters: number
  readonly writtenTokens?: WrittenTokens
  /** Not of Q8_0, whose blocks are read in long runs. */
  readonly openRows?: () => Promise<FileRows>
  readonly #source: ByteSource
  readonly #rows: GgufTensor

  constructor(source: ByteSource, header: GgufHeader, options: OpenOptions) {
    const rows = chooseTensor(source, header.tensors, options.tensor)
    this.dtype = storedType(source, rows)
    if (this.dtype === 'bf16' || this.dtype === 'f16') this.elementType = this.dtype
    this.#source = source
    this.#rows = rows
    this.size = rows.shape[0]!
    this.dimension = rows.shape[1]!
    this.headerBytes = header.headerBytes
    this.tensors = [...header.tensors.values()]
    this.tensor = rows.name
    this.parameters = this.tensors.reduce((sum, { elements }) => sum + elements, 0)
    const type = NUMBER_TYPES.get(rows.dtype)
    if (type !== undefined) {
      const read = rowsOfNumbers(source, rows.start, type, this.dimension)
      this.openRows = async () => ({ tokens: undefined, read })
    }
    if (header.tokens !== undefined) {
      this.writtenTokens = { list: header.tokens, script: scriptOf(header.tokenizer) }
    }
    if (rows.elements === 0) {
      throw invalidFormat(
        source,
        `tensor ${quoted(rows.name)} has the shape [${rows.shape}]: there are no rows in it.`,
      )
    }
  }

  async load(target: Float32Array, options: LoadOptions = {}): Promise<LoadedRows> {
    return this.#load(target, options, (blockOptions) => {
      const { dtype, start } = this.#rows
      if (dtype === 'F32') return copyNumbers(this.#source, start, target, blockOptions)
      if (dtype === 'Q8_0') return widenBlocks(this.#source, start, target, blockOptions)
      return widenNumbers(this.#source, start, NUMBER_TYPES.get(dtype)!, target, this.dimension, blockOptions)
    })
  }

  async loadBits(target: Uint16Array, options: LoadOptions = {}): Promise<LoadedRows> {
    return this.#load(target, options, (blockOptions) =>
      copyNumbers(this.#source, this.#rows.start, target, blockOptions),
    )
  }

  async #load(
    target: Float32Array | Uint16Array,
    options: LoadOptions,
    fill: (options: BlockOptions) => Promise<void>,
  ): Promise<LoadedRows> {
    checkTarget(target, this.size, this.dimension)
    const progress = new ProgressReporter(options, this.#rows.end! - this.#rows.start)
    await fill(progress.blockOptions(options))
    return progress.finish({ size: this.size, tokens: undefined, duplicates: 0 })
  }
}

function storedType(source: ByteSource, rows: GgufTensor): StoredType {
  const stored = STORED_TYPES.get(rows.dtype)
  if (stored !== undefined) return stored
  throw unsupported(
    source,
    `tensor ${quoted(rows.name)} is ${rows.dtype} [${rows.shape}]; rows of ${[...STORED_TYPES.keys()].join(', ')} are read. Take the model's F16, BF16 or Q8_0 file.`,
    { tensor: rows.name, dtype: rows.dtype },
  )
}

/** How a tokenizer of this kind writes its tokens; `bert` and `t5` files have ▁ for a space, as llama's. */
function scriptOf(tokenizer: string | undefined): WrittenTokens['script'] {
  if (tokenizer === 'gpt2') return 'byte-level'
  return tokenizer === 'rwkv' || tokenizer === undefined ? 'plain' : 'sentencepiece'
}

/** A block: a binary16 scale and 32 codes. */
const BLOCK_NUMBERS = 32
const BLOCK_BYTES = 34
const BLOCKS_AT_ONCE = 30_720

/** A product has 11 + 8 bits at most, and float32 holds 24: nothing is rounded. */
async function widenBlocks(
  source: ByteSource,
  start: number,
  target: Float32Array,
  options: BlockOptions,
): Promise<void> {
  const end = start + (target.length / BLOCK_NUMBERS) * BLOCK_BYTES
  let filled = 0
  for await (const bytes of readBlocks(source, start, end, {
    ...options,
    blockBytes: BLOCKS_AT_ONCE * BLOCK_BYTES,
  })) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let offset = 0; offset < bytes.length; offset += BLOCK_BYTES) {
      const scale = halfOf(view.getUint16(offset, true))
      for (let place = 2; place < BLOCK_BYTES; place++)
        target[filled++] = scale * view.getInt8(offset + place)
    }
  }
}
