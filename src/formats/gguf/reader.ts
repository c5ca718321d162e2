/**
 * GGUF: the token embedding of a model as llama.cpp has it.
 *
 * ```
 * token_embd.weight F32, F16, BF16   as they are
 *                   Q8_0             blocks of 32 codes and a binary16 scale: widened to float32, exactly
 * tokenizer.ggml.tokens              one token per row
 * ```
 */
import { chooseTensor } from '../choose-tensor.ts'
import type { FormatReader, WrittenTokens } from '../format.ts'
import { BF16, F16, F32, Q8_0 } from '../number-types.ts'
import { numberTypeOf, tensorTable } from '../tensor-table.ts'
import { GGUF_MAGIC, readGgufHeader } from './header.ts'

export const ggufReader: FormatReader = {
  name: 'gguf',
  recognises: (head) => GGUF_MAGIC.every((byte, index) => head[index] === byte),
  async open(source, _head, options) {
    const header = await readGgufHeader(source, options)
    const tensor = chooseTensor(source, header.tensors, options.tensor)
    const type = numberTypeOf(source, tensor, TYPES, "Take the model's F16, BF16 or Q8_0 file.")
    const table = tensorTable('gguf', header, { source, tensor, type })
    if (header.tokens === undefined) return table
    return { ...table, writtenTokens: { list: header.tokens, script: scriptOf(header.tokenizer) } }
  },
}

const TYPES = new Map(Object.entries({ F32, F16, BF16, Q8_0 }))

/** How a tokenizer of this kind writes its tokens; `bert` and `t5` files have ▁ for a space, as llama's. */
function scriptOf(tokenizer: string | undefined): WrittenTokens['script'] {
  if (tokenizer === 'gpt2') return 'byte-level'
  return tokenizer === 'rwkv' || tokenizer === undefined ? 'plain' : 'sentencepiece'
}
