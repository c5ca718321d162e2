/** The options of `rowspace/text`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'embed options',
  'pool options',
  'openStaticModel options',
  'StaticModel#embed options',
]
