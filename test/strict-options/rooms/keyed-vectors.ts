/** The options of `rowspace/keyed-vectors`. */
import { KeyedVectors } from '../../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import type { Calls } from '../types.ts'

const tokens = ['a', 'b', 'c']
const vectors = new KeyedVectors(await EmbeddingTable.from([1, 2, 3, 4, 5, 1], { dimension: 2, tokens }))
const solver = { solve: () => ({ Status: 'Optimal', ObjectiveValue: 1 }) }

export const calls: Calls = {
  'KeyedVectors#getVector options': {
    options: { norm: true },
    call: (options) => vectors.getVector('a', options),
  },
  'KeyedVectors#getMeanVector options': {
    options: { weights: [2], preNormalize: false },
    call: (options) => vectors.getMeanVector(['a'], options),
  },
  'KeyedVectors#mostSimilar options': {
    options: { topn: 1, restrictVocab: 2 },
    call: (options) => vectors.mostSimilar('a', options),
  },
  'KeyedVectors#mostSimilarBatch options': {
    options: { clipStart: 1 },
    call: (options) => vectors.mostSimilarBatch(['a'], options),
  },
  'KeyedVectors#mostSimilarCosmul options': {
    options: { clipEnd: 2 },
    call: (options) => vectors.mostSimilarCosmul('a', options),
  },
  'KeyedVectors#similarByKey options': {
    options: { topn: 2 },
    call: (options) => vectors.similarByKey('a', options),
  },
  'KeyedVectors#similarByVector options': {
    options: { topn: 0 },
    call: (options) => vectors.similarByVector([1, 2], options),
  },
  'KeyedVectors#rankByCentrality options': {
    options: { useNorm: false },
    call: (options) => vectors.rankByCentrality(['a'], options),
  },
  'KeyedVectors#relativeCosineSimilarity options': {
    options: { topn: 2 },
    call: (options) => vectors.relativeCosineSimilarity('a', 'b', options),
  },
  'KeyedVectors#vectorsForAll options': {
    options: { codes: false },
    call: (options) => vectors.vectorsForAll(['a'], options),
  },
  'KeyedVectors#unitNormalizeAll options': {
    options: { threads: 1 },
    call: (options) => vectors.unitNormalizeAll(options),
  },
  'KeyedVectors#sortByDescendingFrequency options': {
    options: { nonFinite: 'skip' },
    call: (options) => vectors.sortByDescendingFrequency([1, 2, 3], options),
  },
  'KeyedVectors#evaluateWordAnalogies options': {
    options: { dummy4unknown: true, caseInsensitive: false },
    call: (options) => vectors.evaluateWordAnalogies(': s\na b c a\n', options),
  },
  'KeyedVectors#evaluateWordPairs options': {
    options: { delimiter: ' ', restrictVocab: 2 },
    call: (options) => vectors.evaluateWordPairs('a b 1\nb a 2\n', options),
  },
  'KeyedVectors#wmdistance options': {
    options: { norm: false, solver },
    call: (options) => vectors.wmdistance(['a'], ['b'], options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
