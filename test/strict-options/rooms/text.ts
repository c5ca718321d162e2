/** The options of `rowspace/text`. */
import { encodeSafetensors } from '../../../src/formats/safetensors/writer.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { embed, openStaticModel, pool } from '../../../src/text.ts'
import { join } from '../../formats/files.ts'
import type { Calls } from '../types.ts'

const rows = new Float32Array([1, 2, 3, 4])
const table = await EmbeddingTable.from(rows, { dimension: 2, tokens: ['a', 'b'] })
const bytes = new Uint8Array(rows.buffer)
const file = join(encodeSafetensors([{ name: 'embeddings', dtype: 'F32', shape: [2, 2], bytes }]))
const tokenizer = { encode: () => [1], unknownId: undefined, medianTokenLength: 1, tokens: new Map() }
const model = await openStaticModel(file, { tokenizer })

export const calls: Calls = {
  'embed options': {
    options: { maxTokens: 3, normalize: true },
    call: (options) => embed(table, 'a b', options),
  },
  'pool options': { options: { dimension: 1 }, call: (options) => pool(table, [[0]], options) },
  'openStaticModel options': {
    options: { normalize: true, tokenizer },
    call: (options) => openStaticModel(file, options),
  },
  'StaticModel#embed options': { options: { maxTokens: 2 }, call: (options) => model.embed('a', options) },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
