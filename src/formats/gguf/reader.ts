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
import type { FormatReader, OpenOptions, StoredType, TableFile, WrittenTokens } from '../format.ts'
import { storedType, TensorTable } from '../tensor-table.ts'
import { halfOf } from '../widen.ts'
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
const REMEDY = "Take the model's F16, BF16 or Q8_0 file."

class GgufTable extends TensorTable<GgufTensor> {
  readonly format = 'gguf'
  readonly writtenTokens?: WrittenTokens

  constructor(source: ByteSource, header: GgufHeader, options: OpenOptions) {
    const rows = chooseTensor(source, header.tensors, options.tensor)
    super({ source, header, rows, dtype: storedType(source, rows, STORED_TYPES, REMEDY) })
    if (header.tokens !== undefined) {
      this.writtenTokens = { list: header.tokens, script: scriptOf(header.tokenizer) }
    }
  }

  protected override widen(target: Float32Array, options: BlockOptions): Promise<void> {
    if (this.dtype === 'q8_0') return widenBlocks(this.file, this.rows.start, target, options)
    return super.widen(target, options)
  }
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
