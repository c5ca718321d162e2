/** The options of `rowspace/keyed-vectors`. */
import type { Calls } from '../calls.ts'

export const calls: Calls = {}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = [
  'KeyedVectors#getVector options',
  'KeyedVectors#getMeanVector options',
  'KeyedVectors#mostSimilar options',
  'KeyedVectors#mostSimilarBatch options',
  'KeyedVectors#mostSimilarCosmul options',
  'KeyedVectors#similarByKey options',
  'KeyedVectors#similarByVector options',
  'KeyedVectors#rankByCentrality options',
  'KeyedVectors#relativeCosineSimilarity options',
  'KeyedVectors#vectorsForAll options',
  'KeyedVectors#unitNormalizeAll options',
  'KeyedVectors#sortByDescendingFrequency options',
  'KeyedVectors#evaluateWordAnalogies options',
  'KeyedVectors#evaluateWordPairs options',
  'KeyedVectors#wmdistance options',
]
