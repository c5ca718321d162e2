/** The options of `rowspace/formats`. */
import { writableRows } from '../../../src/formats/writable.ts'
import { writeSafetensors } from '../../../src/formats/write-safetensors.ts'
import type { Calls } from '../calls.ts'

const table = writableRows(Float32Array.of(1, 2), 2)

export const calls: Calls = {
  'writeSafetensors options': {
    options: { dtype: 'f16', metadata: { a: 'b' } },
    call: (options) => writeSafetensors(table, options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'openSource options',
  'openTableFile options',
  'writeFileAtomically options',
]
