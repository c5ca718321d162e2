/** The options of `rowspace/hub`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = ['hubSource options']
