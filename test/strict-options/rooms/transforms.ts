/** The options of `rowspace/transforms`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'allButTheTop options',
  'meanRemoval options',
  'principalComponents options',
  'whitening options',
  'Transform#table options',
]
