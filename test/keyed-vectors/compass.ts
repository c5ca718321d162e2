/** A table to check by hand. */
import { KeyedVectors } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

const ROWS = [1, 0, 0.6, 0.8, 0, 2, -1, 0, 0, 0]
const TOKENS = ['east', 'between', 'north', 'west', 'nothing']

export const compass = async () =>
  new KeyedVectors(await EmbeddingTable.from(ROWS, { dimension: 2, tokens: TOKENS }))
