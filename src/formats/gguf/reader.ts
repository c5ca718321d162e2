/**
 * GGUF: the token embedding of a model as llama.cpp has it.
 *
 * ```
 * token_embd.weight F32, F16, BF16   as they are
 *                   Q8_0, Q4_K …     blocks of codes that share scales: widened to float32, exactly
 * tokenizer.ggml.tokens              one token per row
 * ```
 */
import { closeAll } from '../../sources/source.ts'
import { chooseTensor } from '../choose-tensor.ts'
import type { FormatReader, ReaderOptions, TableFile, WrittenTokens } from '../format.ts'
import { numberTypeOf, tensorTable } from '../tensor-table.ts'
import { namedWords } from '../text/words-beside.ts'
import { GGUF_MAGIC } from './header.ts'
import { type GgufModel, openGgufModel } from './parts.ts'
import { READABLE_TYPES } from './readable-types.ts'

export const ggufReader: FormatReader = {
  name: 'gguf',
  types: [...READABLE_TYPES.keys()],
  takes: ['tensor', 'words'],
  recognises: (head) => GGUF_MAGIC.every((byte, index) => head[index] === byte),
  async open(source, _head, options) {
    const model = await openGgufModel(source, options)
    try {
      return ggufTable(model, options)
    } catch (error) {
      await closeAll(model.others)
      throw error
    }
  },
}

function ggufTable(model: GgufModel, options: ReaderOptions): TableFile {
  const { source: given, others, tokens, tokenizer } = model
  const tensor = chooseTensor(given, model.tensors, options.tensor)
  const { source } = tensor
  const type = numberTypeOf(source, tensor, READABLE_TYPES, REMEDY)
  const [size = 0] = tensor.shape
  const readTokens = namedWords(source, size, options)
  const table = tensorTable('gguf', model, { source, tensor, type, readTokens }, { limit: options.limit })
  const named = tokens !== undefined && readTokens === undefined
  return {
    ...table,
    ...(named && { writtenTokens: { list: tokens, script: scriptOf(tokenizer) } }),
    ...(others.length > 0 && { parts: others }),
    ...(others.length > 0 && options.shards !== 'table' && { fileBytes: model.fileBytes }),
  }
}

const REMEDY =
  "Take the model's Q8_0, Q6_K or Q4_K_M file, or make one with llama-quantize --allow-requantize."

/** How a tokenizer of this kind writes its tokens; `bert` and `t5` files have ▁ for a space, as llama's. */
function scriptOf(tokenizer: string | undefined): WrittenTokens['script'] {
  if (tokenizer === 'gpt2') return 'byte-level'
  return tokenizer === 'rwkv' || tokenizer === undefined ? 'plain' : 'sentencepiece'
}
