/** The options of `rowspace/formats`. */
import { openTableFile } from '../../../src/formats/open.ts'
import { writableRows } from '../../../src/formats/writable.ts'
import { writeSafetensors } from '../../../src/formats/write-safetensors.ts'
import { openSource } from '../../../src/sources/open.ts'
import { join } from '../../formats/files.ts'
import type { Calls } from '../calls.ts'

const table = writableRows(Float32Array.of(1, 2), 2)
const file = join(writeSafetensors(table))

export const calls: Calls = {
  'openTableFile options': {
    options: { encodingErrors: 'replace', tensor: 'embeddings' },
    call: async (options) => (await openTableFile(file, options)).close(),
  },
  'openSource options': { options: { retries: 2 }, call: (options) => openSource(file, options) },
  'writeSafetensors options': {
    options: { dtype: 'f16', metadata: { a: 'b' } },
    call: (options) => writeSafetensors(table, options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = ['writeFileAtomically options']
