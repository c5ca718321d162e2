/** Which tensor of a file is the embedding table. */
import { RowspaceError } from '../core/errors.ts'
import type { ByteSource } from '../sources/source.ts'
import type { TensorInfo } from './format.ts'
import { quoted, shapeText, shortened } from './malformed.ts'
import { OUTPUT } from './tied.ts'

/** The names models give their token embedding, the likelier first. */
const KNOWN_NAMES: readonly string[] = [
  'embeddings', // rowspace's own, and what `pack` writes
  'wte.weight', // GPT-2
  'transformer.wte.weight',
  'model.embed_tokens.weight', // Llama, Qwen, Gemma, Mistral, DeepSeek
  'model.language_model.embed_tokens.weight', // models that also see
  'language_model.model.embed_tokens.weight',
  'language_model.embed_tokens.weight',
  'embed_tokens.weight',
  'language_model.embedding.word_embeddings.weight',
  'thinker.model.embed_tokens.weight',
  'text_model.embeddings.token_embedding.weight', // CLIP
  'decoder.embed_tokens.weight',
  'encoder.embed_tokens.weight',
  'model.decoder.embed_tokens.weight',
  'model.embedding.weight',
  'model.tok_embeddings.weight',
  'transformer.embedding.word_embeddings.weight', // ChatGLM
  'electra.embeddings.word_embeddings.weight',
  'albert.embeddings.word_embeddings.weight',
  'deberta.embeddings.word_embeddings.weight',
  'tok_embeddings.weight', // Mistral's own layout
  'token_embd.weight', // GGUF's name
  'tok_emb.weight',
  'embeddings.word_embeddings.weight', // BERT and its sentence models
  'bert.embeddings.word_embeddings.weight',
  'roberta.embeddings.word_embeddings.weight',
  'distilbert.embeddings.word_embeddings.weight',
  'model.embeddings.tok_embeddings.weight',
  'word_embeddings.weight',
  'transformer.word_embeddings.weight',
  'gpt_neox.embed_in.weight',
  'shared.weight', // T5
  'backbone.embedding.weight', // Mamba
  'embedding.weight',
  'embeddings.weight',
]

/**
 * The tensor of the given name; else the first there is of the names models use; else the only
 * two-dimensional tensor of floats; else the only two-dimensional tensor.
 *
 * @throws `NOT_FOUND` with the names there are, `INVALID_FORMAT` if the named one is not two-dimensional
 */
export function chooseTensor<T extends TensorInfo>(
  source: ByteSource,
  tensors: ReadonlyMap<string, T>,
  name: string | undefined,
): T {
  if (name !== undefined) return namedTensor(source, tensors, name)
  for (const known of KNOWN_NAMES) {
    const tensor = tensors.get(known)
    if (tensor && isTable(tensor)) return tensor
  }
  const tables = [...tensors.values()].filter(isTable)
  const floats = tables.filter((tensor) => /^B?F\d/.test(tensor.dtype))
  for (const [only, ...others] of [floats, tables]) {
    if (only !== undefined && others.length === 0) return only
  }
  throw notFound(source, tensors, 'none of its tensors has a name that models give their embedding table')
}

/** The likeliest of the names models use that is among `names`. */
export function firstKnownName(names: ReadonlyMap<string, unknown>): string | undefined {
  return KNOWN_NAMES.find((name) => names.has(name))
}

/** Whether rows of this name are tokens: a table's, or those of the layer that scores tokens. */
export function isTokenTable(name: string | undefined): boolean {
  return name !== undefined && (KNOWN_NAMES.includes(name) || OUTPUT.test(name))
}

function namedTensor<T extends TensorInfo>(
  source: ByteSource,
  tensors: ReadonlyMap<string, T>,
  name: string,
): T {
  const tensor = tensors.get(name)
  if (!tensor) throw notFound(source, tensors, `it has no tensor ${quoted(name)}`)
  if (isTable(tensor)) return tensor
  throw new RowspaceError(
    'INVALID_FORMAT',
    `${source.name}: tensor ${quoted(name)} has the shape ${shapeText(tensor.shape)}; a table has two ` +
      `dimensions. ${listTables(tensors)}`,
    { source: source.name, tensor: name, shape: tensor.shape },
  )
}

function isTable(tensor: TensorInfo): boolean {
  return tensor.shape.length === 2
}

function notFound(
  source: ByteSource,
  tensors: ReadonlyMap<string, TensorInfo>,
  problem: string,
): RowspaceError {
  return new RowspaceError('NOT_FOUND', `${source.name}: ${problem}. ${listTables(tensors)}`, {
    source: source.name,
    tensors: [...tensors.keys()],
  })
}

const LISTED = 20

function listTables(tensors: ReadonlyMap<string, TensorInfo>): string {
  const tables = [...tensors.values()].filter(isTable)
  if (tables.length === 0) return 'It has no two-dimensional tensor at all.'
  const shown = tables
    .slice(0, LISTED)
    .map(({ name, dtype, shape }) => `${shortened(name)} (${shortened(dtype)} [${shape}])`)
  const rest = tables.length > LISTED ? ` and ${tables.length - LISTED} more` : ''
  return `Name one of its two-dimensional tensors: ${shown.join(', ')}${rest}.`
}
