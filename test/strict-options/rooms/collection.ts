/** The options of `rowspace/collection`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'Collection.create options',
  'Collection.open options',
  'Collection.fromTable options',
  'Collection#add options',
  'Collection#set entry',
  'Collection#save options',
  'Collection#nearest options',
  'Collection#nearestBatch options',
  'Collection#table options',
]
