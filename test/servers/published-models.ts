/**
 * Five published models: the names, shapes and types of all their tensors and the files they come in; the
 * counts are those of cli/models.ts. Tensors are laid over the files in the order of the model, each file
 * getting an equal share.
 */
import { MODELS } from '../../cli/models.ts'
import type { HubSpec, RepositoryFile } from './hub-spec.ts'
import { gpt2File, type TensorSpec } from './model-names.ts'

export interface PublishedModel {
  /** `owner/name` on the hub. */
  repository: string
  rows: number
  dimension: number
  dtype: 'f32' | 'bf16'
  table: string
  seed: number
  tensors: TensorSpec[]
  /**
   * The numbers of the whole checkpoint as it is published, buffers left out; the second copy of a tied table
   * counted.
   */
  published: number
  /** Files it comes in, and digits of their number. */
  files: number
  digits: number
  configuration: object
}

const EMBED = 'model.embed_tokens.weight'

class Tensors {
  readonly list: TensorSpec[] = []
  constructor(private readonly prefix: string = '') {}
  add(name: string, ...shape: number[]): void {
    this.list.push({ name: `${this.prefix}${name}.weight`, dtype: 'BF16', shape })
  }
  /** FP8 with a scale for each 128 x 128. */
  addScaled(name: string, rows: number, columns: number): void {
    const path = `${this.prefix}${name}.weight`
    const scales = [Math.ceil(rows / 128), Math.ceil(columns / 128)]
    this.list.push({ name: path, dtype: 'F8_E4M3', shape: [rows, columns] })
    this.list.push({ name: `${path}_scale_inv`, dtype: 'F32', shape: scales })
  }
}

interface Shape {
  dimension: number
  layers: number
  heads: number
  keyHeads: number
  headSize: number
  inner: number
  norms: string[]
  headNorms: boolean
  untied: boolean
}

/** Gemma 3, Qwen3 and Ministral differ in their norms alone. */
function transformer(rows: number, shape: Shape): TensorSpec[] {
  const { dimension: d, headSize } = shape
  const all = new Tensors()
  all.add('model.embed_tokens', rows, d)
  for (let layer = 0; layer < shape.layers; layer++) {
    const own = new Tensors(`model.layers.${layer}.`)
    for (const norm of shape.norms) own.add(norm, d)
    own.add('self_attn.q_proj', shape.heads * headSize, d)
    own.add('self_attn.k_proj', shape.keyHeads * headSize, d)
    own.add('self_attn.v_proj', shape.keyHeads * headSize, d)
    own.add('self_attn.o_proj', d, shape.heads * headSize)
    if (shape.headNorms) {
      own.add('self_attn.q_norm', headSize)
      own.add('self_attn.k_norm', headSize)
    }
    own.add('mlp.gate_proj', shape.inner, d)
    own.add('mlp.up_proj', shape.inner, d)
    own.add('mlp.down_proj', d, shape.inner)
    all.list.push(...own.list)
  }
  all.add('model.norm', d)
  if (shape.untied) all.add('lm_head', rows, d)
  return all.list
}

/**
 * DeepSeek V3.2: latent attention with an indexer, three dense layers, 58 of 256 experts, and one that
 * predicts a second token.
 */
function deepSeek(rows: number): TensorSpec[] {
  const d = 7_168
  const all = new Tensors()
  all.add('model.embed_tokens', rows, d)
  for (let layer = 0; layer <= 61; layer++) {
    const own = new Tensors(`model.layers.${layer}.`)
    if (layer === 61) {
      own.add('embed_tokens', rows, d)
      for (const norm of ['enorm', 'hnorm', 'shared_head.norm']) own.add(norm, d)
      own.add('eh_proj', d, 2 * d)
      own.add('shared_head.head', rows, d)
    }
    own.add('input_layernorm', d)
    own.add('post_attention_layernorm', d)
    own.addScaled('self_attn.q_a_proj', 1_536, d)
    own.add('self_attn.q_a_layernorm', 1_536)
    own.addScaled('self_attn.q_b_proj', 24_576, 1_536)
    own.addScaled('self_attn.kv_a_proj_with_mqa', 576, d)
    own.add('self_attn.kv_a_layernorm', 512)
    own.addScaled('self_attn.kv_b_proj', 32_768, 512)
    own.addScaled('self_attn.o_proj', d, 16_384)
    own.addScaled('self_attn.indexer.wq_b', 8_192, 1_536)
    own.addScaled('self_attn.indexer.wk', 128, d)
    const norm = `model.layers.${layer}.self_attn.indexer.k_norm`
    own.list.push({ name: `${norm}.weight`, dtype: 'F32', shape: [128] })
    own.list.push({ name: `${norm}.bias`, dtype: 'F32', shape: [128] })
    own.add('self_attn.indexer.weights_proj', 64, d)
    const parts = layer < 3 ? ['mlp'] : ['mlp.shared_experts']
    if (layer >= 3) {
      own.add('mlp.gate', 256, d)
      const bias = `model.layers.${layer}.mlp.gate.e_score_correction_bias`
      own.list.push({ name: bias, dtype: 'F32', shape: [256] })
      for (let expert = 0; expert < 256; expert++) parts.push(`mlp.experts.${expert}`)
    }
    const inner = layer < 3 ? 18_432 : 2_048
    for (const part of parts) {
      own.addScaled(`${part}.gate_proj`, inner, d)
      own.addScaled(`${part}.up_proj`, inner, d)
      own.addScaled(`${part}.down_proj`, d, inner)
    }
    all.list.push(...own.list)
  }
  all.add('model.norm', d)
  all.add('lm_head', rows, d)
  return all.list
}

const TWO_NORMS = ['input_layernorm', 'post_attention_layernorm']
const FOUR_NORMS = [...TWO_NORMS, 'pre_feedforward_layernorm', 'post_feedforward_layernorm']

/** All five, with `part` of their rows (1 for all, 10 for a tenth). */
export function publishedModels(part: number): PublishedModel[] {
  const rows = (model: number) => Math.ceil(MODELS[model]!.vocabulary / part)
  const tensors = [
    gpt2File(1, { rows: rows(0) }).tensors,
    transformer(rows(1), {
      dimension: 640,
      layers: 18,
      heads: 4,
      keyHeads: 1,
      headSize: 256,
      inner: 2_048,
      norms: FOUR_NORMS,
      headNorms: true,
      untied: false,
    }),
    transformer(rows(2), {
      dimension: 2_048,
      layers: 28,
      heads: 16,
      keyHeads: 8,
      headSize: 128,
      inner: 6_144,
      norms: TWO_NORMS,
      headNorms: true,
      untied: true,
    }),
    transformer(rows(3), {
      dimension: 4_096,
      layers: 36,
      heads: 32,
      keyHeads: 8,
      headSize: 128,
      inner: 12_288,
      norms: TWO_NORMS,
      headNorms: false,
      untied: true,
    }),
    deepSeek(rows(4)),
  ]
  const files = [1, 1, 2, 4, 163]
  return MODELS.map(({ repository, dimension, checkpoint }, index) => ({
    repository,
    rows: rows(index),
    dimension,
    dtype: index === 0 ? 'f32' : 'bf16',
    table: index === 0 ? 'wte.weight' : EMBED,
    seed: index + 1,
    tensors: tensors[index]!,
    // Qwen3 stores its tied table twice
    published: checkpoint + (index === 2 ? 151_936 * 2_048 : 0),
    files: files[index]!,
    digits: index === 4 ? 6 : 5,
    configuration: { tie_word_embeddings: index < 3 },
  }))
}

const BYTES = { F32: 4, BF16: 2, F8_E4M3: 1 } as const
export const elementsOf = ({ shape }: TensorSpec): number =>
  shape.reduce((product, length) => product * length, 1)

/** The repository as the hub has it: one file, or parts and their index. */
export function repositoryOf(model: PublishedModel): HubSpec['models'][string] {
  const { tensors, table, seed, files, digits } = model
  const configuration = { kind: 'text', text: JSON.stringify(model.configuration) } as const
  if (files === 1) {
    const spec = { tensors, table, seed }
    return { files: { 'model.safetensors': { kind: 'model', spec }, 'config.json': configuration } }
  }
  const total = tensors.reduce((sum, tensor) => sum + elementsOf(tensor) * BYTES[tensor.dtype], 0)
  const name = (file: number) =>
    `model-${String(file + 1).padStart(5, '0')}-of-${String(files).padStart(digits, '0')}.safetensors`
  const parts = new Map<string, TensorSpec[]>()
  const map: Record<string, string> = {}
  let position = 0
  for (const tensor of tensors) {
    const file = name(Math.floor((position / total) * files))
    parts.set(file, [...(parts.get(file) ?? []), tensor])
    map[tensor.name] = file
    position += elementsOf(tensor) * BYTES[tensor.dtype]
  }
  const index = JSON.stringify({ metadata: { total_size: total }, weight_map: map })
  const entries: [string, RepositoryFile][] = [...parts].map(([file, tensors]) => [
    file,
    { kind: 'model', spec: { tensors, table, seed } },
  ])
  return {
    files: {
      'model.safetensors.index.json': { kind: 'text', text: index },
      'config.json': configuration,
      ...Object.fromEntries(entries),
    },
  }
}
