/** The options of `rowspace/formats`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'openSource options',
  'openTableFile options',
  'writeFileAtomically options',
  'writeSafetensors options',
]
