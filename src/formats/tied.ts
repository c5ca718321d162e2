/** Which tensors of a model repeat its table, or are no parameters at all. */
import type { ByteSource } from '../sources/source.ts'
import type { TableFile, TensorInfo } from './format.ts'
import { isObject, readJsonBeside } from './json-beside.ts'

/** The layer that turns vectors back into scores of tokens, by the names models give it. */
export const OUTPUT = /^(?:.*\.)?(?:lm_head|embed_out)\.weight$|^output\.weight$/

/** Comes before the output layer in GGUF files: where no layer follows it, llama.cpp takes the table. */
const GGUF_OUTPUT_NORM = 'output_norm.weight'

/** Whether a model's output layer is its table. */
export interface Tied {
  /** Whether the output layer shares the table's numbers; undefined where nothing says so. */
  readonly tied: boolean | undefined
  /** The tensor of the output layer, where the file has one of the table's shape. */
  readonly outputTensor: string | undefined
}

/**
 * Whether a model's output layer is its table: what `config.json` beside the file says
 * (`tie_word_embeddings`, true where a model's configuration does not mention it), else whether there is a
 * tensor for it. Some models store a tied layer twice.
 */
export async function readTied(
  file: TableFile & { readonly source: ByteSource },
  signal?: AbortSignal,
): Promise<Tied> {
  if (file.tensors === undefined) return { tied: undefined, outputTensor: undefined }
  const { size, dimension } = file
  const output = file.tensors.find(
    ({ name, shape }) =>
      OUTPUT.test(name) && name !== file.tensor && shape[0] === size && shape[1] === dimension,
  )
  const outputTensor = output?.name
  const configuration = await readConfiguration(file.source, signal)
  if (configuration === undefined) {
    const shares = file.tensors.some(({ name }) => name === GGUF_OUTPUT_NORM) ? true : undefined
    return { tied: outputTensor === undefined ? shares : false, outputTensor }
  }
  const { text_config: text } = configuration
  const said = configuration.tie_word_embeddings ?? (isObject(text) ? text.tie_word_embeddings : undefined)
  return { tied: typeof said === 'boolean' ? said : outputTensor === undefined, outputTensor }
}

/** Undefined where there is none that can be read: it is not part of the table. */
async function readConfiguration(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown> | undefined> {
  try {
    const file = await readJsonBeside(source, 'config.json', signal)
    return isObject(file?.value) ? file.value : undefined
  } catch (error) {
    if (signal?.aborted) throw error
    return undefined
  }
}

/** Causal masks, positions and frequencies, which some files hold among the weights: none was learned. */
export function isBuffer({ name, shape }: TensorInfo): boolean {
  if (/(?:^|\.)(?:attn|attention)\.(?:bias|masked_bias)$/.test(name))
    return shape.length === 4 || shape.length === 0
  return /(?:^|\.)(?:rotary_emb\.inv_freq|position_ids)$/.test(name)
}
