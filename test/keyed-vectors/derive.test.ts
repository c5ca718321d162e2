/** Tables made of the rows of another. */
import { expect, test } from 'vitest'
import { KeyedVectors } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { makeTable } from '../oracle/tables.ts'
import { compass } from './compass.ts'

test('tables of other tables', async () => {
  const vectors = await compass()
  const some = await vectors.vectorsForAll(['west', 'up', 'north', 'west'])
  expect([some.length, some.table.token(0), some.table.token(1)]).toEqual([2, 'west', 'north'])
  const normalize = await vectors.unitNormalizeAll()
  expect([...normalize.getVector('north'), ...normalize.getVector('nothing')]).toEqual([0, 1, 0, 0])
  for (const counts of [
    [1, 5, 2, 5, 0],
    new Map([
      ['east', 1],
      ['between', 5],
      ['north', 2],
      ['west', 5],
    ]),
  ]) {
    const sorted = await vectors.sortByDescendingFrequency(counts)
    expect([0, 1, 2, 3, 4].map((id) => sorted.table.token(id))).toEqual([
      'between',
      'west',
      'north',
      'east',
      'nothing',
    ])
    expect([...sorted.getVector('west')]).toEqual([-1, 0])
  }
})

test('tables of more rows than are copied at once', async () => {
  const size = 2500
  const { flat } = makeTable(size, 3, 'grid', 8)
  flat.fill(Number.NaN, 3 * 1500, 3 * 1500 + 1)
  const table = await EmbeddingTable.from(flat, { dimension: 3, nonFinite: 'skip' })
  const counts = Array.from({ length: size }, (_, id) => id)
  const sorted = (await new KeyedVectors(table).sortByDescendingFrequency(counts)).table
  for (let id = 0; id < size; id++) expect(sorted.row(id)).toEqual(table.row(size - 1 - id))
  expect([sorted.skipped, sorted.isSkipped(size - 1 - 1500)]).toEqual([1, true])
})
