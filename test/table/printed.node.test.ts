/** What console.log prints: one line, never the numbers. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Collection } from '../../src/collection/collection.ts'
import { KeyedVectors } from '../../src/keyed-vectors/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

const tokens = ['east', 'north']

test('a table is one line, and after dispose() too', async () => {
  const table = await EmbeddingTable.from([1, 0, 0, 1], { dimension: 2, tokens })
  expect(inspect(table)).toBe('EmbeddingTable(2 x 2, f32)')
  table.dispose()
  expect(inspect({ table })).toBe('{ table: EmbeddingTable(2 x 2, f32) }')
})

test('KeyedVectors name their table', async () => {
  using table = await EmbeddingTable.from([1, 0, 0, 1], { dimension: 2, dtype: 'bf16', tokens })
  expect(inspect(new KeyedVectors(table))).toBe('KeyedVectors(EmbeddingTable(2 x 2, bf16))')
})

test('a collection is one line', async () => {
  const collection = await Collection.create({ dimension: 2 })
  await collection.add({ key: 'a', vector: [1, 2] })
  expect(inspect(collection)).toBe('Collection(1 x 2, f32)')
  collection.dispose()
  expect(inspect(collection)).toBe('Collection(0 x 2, f32)')
})

test('matches are printed as the list that they are', async () => {
  using table = await EmbeddingTable.from([1, 0, 0, 1], { dimension: 2, tokens })
  expect(inspect(table.nearest('east'))).toBe(inspect([{ id: 1, token: 'north', cosine: 0, dot: 0 }]))
})
