/**
 * The tensors of real models by their names, shapes and types, and the numbers of their tables, made from a
 * seed.
 */

export interface TensorSpec {
  name: string
  dtype: 'F32' | 'BF16' | 'F8_E4M3'
  shape: number[]
}

/** A safetensors file. `table` names the tensor that has numbers. */
export interface ModelFileSpec {
  tensors: TensorSpec[]
  table: string
  seed: number
  /** Rows of the table, in float32, that are not made from the seed: their bytes in base64, by id. */
  rows?: Record<number, string>
}

const WORD = new Uint32Array(1)
const FLOAT = new Float32Array(WORD.buffer)

/** Number `index` of the table of a seed, in (−1, 1), exact in bf16. */
export function numberAt(seed: number, index: number): number {
  WORD[0] = bitsAt(seed, index)
  return FLOAT[0]!
}

/** The same as the bits of its float32. */
export function bitsAt(seed: number, index: number): number {
  let hash = Math.imul(index + 1 + Math.imul(seed, 0x27d4eb2f), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  hash ^= hash >>> 13
  // the 7 bits of fraction that bf16 keeps, a sign, and an exponent of −1 or −2
  return (0x3f000000 | ((hash >>> 9) & 0x7f0000) | (hash & 0x80000000)) - ((hash & 1) << 23)
}

/** GPT-2's tensors as openai-community/gpt2 has them, in its order; smaller where the caller says so. */
export function gpt2File(seed: number, { rows = 50_257, dimension = 768, layers = 12 } = {}): ModelFileSpec {
  const tensors: TensorSpec[] = []
  const add = (name: string, ...shape: number[]) => tensors.push({ name, dtype: 'F32', shape })
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `h.${layer}`
    add(`${prefix}.attn.bias`, 1, 1, 1024, 1024)
    add(`${prefix}.attn.c_attn.bias`, 3 * dimension)
    add(`${prefix}.attn.c_attn.weight`, dimension, 3 * dimension)
    add(`${prefix}.attn.c_proj.bias`, dimension)
    add(`${prefix}.attn.c_proj.weight`, dimension, dimension)
    for (const norm of ['ln_1', 'ln_2']) {
      add(`${prefix}.${norm}.bias`, dimension)
      add(`${prefix}.${norm}.weight`, dimension)
    }
    add(`${prefix}.mlp.c_fc.bias`, 4 * dimension)
    add(`${prefix}.mlp.c_fc.weight`, dimension, 4 * dimension)
    add(`${prefix}.mlp.c_proj.bias`, dimension)
    add(`${prefix}.mlp.c_proj.weight`, 4 * dimension, dimension)
  }
  add('ln_f.bias', dimension)
  add('ln_f.weight', dimension)
  add('wpe.weight', 1024, dimension)
  add('wte.weight', rows, dimension)
  return { tensors, table: 'wte.weight', seed }
}
