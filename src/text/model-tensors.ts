/** The tensors of a static model: its rows as a table, its weights and its mapping as arrays. */

import type { ElementType } from '../core/element-types.ts'
import { RowspaceError } from '../core/errors.ts'
import { TABLE_OPTIONS } from '../core/options.ts'
import { pickOptions } from '../core/strict-options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { invalidFormat, unsupported } from '../formats/malformed.ts'
import { halfOf, NUMBER_TYPES } from '../formats/number-types.ts'
import { readSafetensorsHeader, type StoredTensor } from '../formats/safetensors/header.ts'
import { widenRows } from '../formats/widen.ts'
import { readExactly, readStraight } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import { EmbeddingTable, type TableOptions } from '../table/embedding-table.ts'
import type { ModelTokenizer } from '../tokenizers/model-tokenizer.ts'

export interface ModelTensors {
  table: EmbeddingTable
  weights: Float32Array | undefined
  mapping: Uint32Array | undefined
}

/**
 * The types that rows are stored in without widening to float32. I8 rows are whole numbers without scales.
 */
const STORED_TYPES: ReadonlyMap<string, ElementType> = new Map([
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['I8', 'int8'],
])

export async function readModelTensors(
  source: ByteSource,
  tokenizer: ModelTokenizer,
  options: TableOptions & { signal?: AbortSignal | undefined },
): Promise<ModelTensors> {
  const { signal } = options
  const { tensors } = await readSafetensorsHeader(source, signal)
  const rows = tensors.get('embeddings') ?? tensors.get('embedding.weight') ?? tensors.get('0')
  if (rows === undefined || rows.shape.length !== 2) {
    throw new RowspaceError(
      'NOT_FOUND',
      `${source.name} has no two-dimensional tensor "embeddings": it is not a static model ` +
        `(there are ${[...tensors.keys()].slice(0, 12).join(', ')}).`,
      { source: source.name },
    )
  }
  const dtype = STORED_TYPES.get(rows.dtype)
  const widened = dtype === undefined ? NUMBER_TYPES.get(rows.dtype) : undefined
  if (dtype === undefined && widened === undefined) {
    const known = [...new Set([...STORED_TYPES.keys(), ...NUMBER_TYPES.keys()])].join(', ')
    throw unsupported(source, `tensor "${rows.name}" is ${rows.dtype}; these are read: ${known}`, {
      tensor: rows.name,
      dtype: rows.dtype,
    })
  }
  const [size, dimension] = rows.shape as [number, number]
  const weights = checkedWeights(source, await readNumbers(source, tensors.get('weights'), signal))
  const mapping = checkedMapping(source, await readNumbers(source, tensors.get('mapping'), signal), size)
  const tokens = mapping?.length ?? size
  if (weights !== undefined && weights.length !== tokens) {
    throw invalidFormat(source, `there are ${weights.length} weights for ${tokens} tokens.`)
  }
  const table = await EmbeddingTable.fill(
    { size, dimension, dtype: dtype ?? 'f32' },
    async (target, scales) => {
      if (dtype === 'int8') scales.fill(1)
      if (widened !== undefined && target instanceof Float32Array) {
        const placed = { source, start: rows.start, type: widened, size, dimension }
        await widenRows(placed, target, { signal })
      } else {
        const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
        await readStraight(source, rows.start, bytes, { signal })
      }
      return mapping === undefined ? { tokens: vocabularyOf(tokenizer, size) } : {}
    },
    pickOptions<TableOptions>(options, TABLE_OPTIONS),
  )
  return { table, weights, mapping }
}

/** A tensor of one dimension as numbers; undefined where there is none. */
async function readNumbers(
  source: ByteSource,
  tensor: StoredTensor | undefined,
  signal: AbortSignal | undefined,
): Promise<number[] | undefined> {
  if (tensor === undefined) return undefined
  const bytes = await readExactly(source, tensor.start, tensor.end, signal)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const readers: Record<string, (place: number) => number> = {
    F64: (place) => view.getFloat64(place * 8, true),
    F32: (place) => view.getFloat32(place * 4, true),
    F16: (place) => halfOf(view.getUint16(place * 2, true)),
    I64: (place) => Number(view.getBigInt64(place * 8, true)),
    I32: (place) => view.getInt32(place * 4, true),
  }
  const read = readers[tensor.dtype]
  if (read !== undefined && tensor.shape.length === 1) {
    return Array.from({ length: tensor.elements }, (_, place) => read(place))
  }
  throw unsupported(
    source,
    `tensor "${tensor.name}" is ${tensor.dtype} [${tensor.shape}]; ` +
      'one dimension of F64, F32, F16, I64 or I32 is read.',
    { tensor: tensor.name, dtype: tensor.dtype },
  )
}

function checkedWeights(
  source: ByteSource,
  numbers: readonly number[] | undefined,
): Float32Array | undefined {
  if (numbers === undefined) return undefined
  const weights = Float32Array.from(numbers)
  const odd = weights.findIndex((weight) => !Number.isFinite(weight))
  if (odd < 0) return weights
  throw invalidFormat(
    source,
    `the weight of token ${odd} is ${numbers[odd]}; every weight must be finite as float32.`,
  )
}

function checkedMapping(
  source: ByteSource,
  numbers: readonly number[] | undefined,
  rows: number,
): Uint32Array | undefined {
  if (numbers === undefined) return undefined
  const odd = numbers.findIndex((row) => !(Number.isInteger(row) && row >= 0 && row < rows))
  if (odd < 0) return Uint32Array.from(numbers)
  throw invalidFormat(
    source,
    `the mapping gives token ${odd} the row ${numbers[odd]}; there are ${rows} rows.`,
  )
}

/** The tokens of the tokenizer as names of rows. */
function vocabularyOf(tokenizer: ModelTokenizer, size: number): Vocabulary {
  const names: (string | undefined)[] = []
  for (const [token, id] of tokenizer.tokens) names[id] = token
  const rowOf = (id: number | undefined) => (id !== undefined && id < size ? id : undefined)
  return {
    size,
    idOf: (token) => rowOf(tokenizer.tokens.get(token)),
    tokenOf: (id) => names[id],
    tokenize: (text) =>
      tokenizer.encode(text).map((id) => ({
        text: names[id] ?? '',
        id: id === tokenizer.unknownId ? undefined : rowOf(id),
      })),
  }
}
