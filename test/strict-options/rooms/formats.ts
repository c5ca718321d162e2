/** The options of `rowspace/formats`. */

import { writeSafetensors } from '../../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../../src/formats/writable.ts'
import { openFastText } from '../../../src/open/fasttext-model.ts'
import { openSource } from '../../../src/open/open-source.ts'
import { openTableFile } from '../../../src/open/open-table-file.ts'
import { fastText } from '../../formats/fasttext-files.ts'
import { join } from '../../formats/files.ts'
import type { Calls } from '../types.ts'

const table = writableRows(Float32Array.of(1, 2), 2)
const file = join(writeSafetensors(table))
const model = fastText({ words: ['king', 'queen'], dimension: 2, buckets: 50 })
const fast = await openFastText(model)

export const calls: Calls = {
  'openTableFile options': {
    options: { encodingErrors: 'replace', tensor: 'embeddings' },
    call: async (options) => (await openTableFile(file, options)).close(),
  },
  'openFastText options': {
    options: { limit: 1, encoding: 'latin1' },
    call: async (options) => (await openFastText(model, options)).close(),
  },
  'FastTextModel#vector options': {
    options: { signal: new AbortController().signal },
    call: (options) => fast.vector('kings', options),
  },
  'openSource options': { options: { retries: 2 }, call: (options) => openSource(file, options) },
  'writeSafetensors options': {
    options: { dtype: 'f16', metadata: { a: 'b' } },
    call: (options) => writeSafetensors(table, options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = ['writeFileAtomically options']
