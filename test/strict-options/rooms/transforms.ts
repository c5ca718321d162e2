/** The options of `rowspace/transforms`. */
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import {
  allButTheTop,
  meanRemoval,
  principalComponents,
  Transform,
  whitening,
} from '../../../src/transforms.ts'
import type { Calls } from '../types.ts'

const table = await EmbeddingTable.from([1, 2, 3, 4, 5, 1], { dimension: 2 })
const onProgress = () => {}

export const calls: Calls = {
  'allButTheTop options': { options: { components: 1 }, call: (options) => allButTheTop(table, options) },
  'meanRemoval options': { options: { onProgress }, call: (options) => meanRemoval(table, options) },
  'principalComponents options': {
    options: { dimension: 1, onProgress },
    call: (options) => principalComponents(table, options),
  },
  'whitening options': { options: { epsilon: 1 }, call: (options) => whitening(table, options) },
  'Transform#apply options': {
    options: { codes: false, onProgress },
    call: (options) => new Transform(new Float64Array(2), undefined, 2).apply(table, options),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
