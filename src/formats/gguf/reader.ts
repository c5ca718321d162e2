/**
 * GGUF: the token embedding of a model as llama.cpp has it.
 *
 * ```
 * token_embd.weight F32, F16, BF16   as they are
 *                   Q8_0, Q4_K …     blocks of codes that share scales: widened to float32, exactly
 * tokenizer.ggml.tokens              one token per row
 * ```
 */
import { chooseTensor } from '../choose-tensor.ts'
import type { FormatReader, WrittenTokens } from '../format.ts'
import { numberTypeOf, tensorTable } from '../tensor-table.ts'
import { namedWords } from '../text/words-beside.ts'
import { GGUF_MAGIC, readGgufHeader } from './header.ts'
import { READABLE_TYPES } from './readable-types.ts'

export const ggufReader: FormatReader = {
  name: 'gguf',
  types: [...READABLE_TYPES.keys()],
  recognises: (head) => GGUF_MAGIC.every((byte, index) => head[index] === byte),
  async open(source, _head, options) {
    const header = await readGgufHeader(source, options)
    const tensor = chooseTensor(source, header.tensors, options.tensor)
    const type = numberTypeOf(source, tensor, READABLE_TYPES, REMEDY)
    const [size = 0] = tensor.shape
    const readTokens = namedWords(source, size, options)
    const table = tensorTable('gguf', header, { source, tensor, type, readTokens }, { limit: options.limit })
    if (header.tokens === undefined || readTokens !== undefined) return table
    return { ...table, writtenTokens: { list: header.tokens, script: scriptOf(header.tokenizer) } }
  },
}

const REMEDY =
  "Take the model's Q8_0, Q6_K or Q4_K_M file, or make one with llama-quantize --allow-requantize."

/** How a tokenizer of this kind writes its tokens; `bert` and `t5` files have ▁ for a space, as llama's. */
function scriptOf(tokenizer: string | undefined): WrittenTokens['script'] {
  if (tokenizer === 'gpt2') return 'byte-level'
  return tokenizer === 'rwkv' || tokenizer === undefined ? 'plain' : 'sentencepiece'
}
