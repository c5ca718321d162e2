/** A table whose rows are in a file answers what every table that answers by promise must. */
import { expect, test } from 'vitest'
import { hardTable } from '../oracle/hard-tables.ts'
import { makeTable, type TestTable } from '../oracle/tables.ts'
import { expectSameCalls, expectSameTies, nearTies } from '../table/async-table.ts'
import { bothOf } from './both.ts'

test('rows by id and token, similarity, analogies, what is left out', async () => {
  const { stored, table } = await bothOf(makeTable(300, 20, 'plain', 4))
  await expectSameCalls(stored, table)
  expect(stored.dtype).toBe('f32')
  await stored.close()
})

test('near-ties that are in another order by their bounds', async () => {
  const flat = nearTies(6000)
  const rows = Array.from({ length: 6000 }, (_, id) => flat.subarray(id * 3, id * 3 + 3))
  const made: TestTable = { size: 6000, dimension: 3, flat, rows }
  const { stored, table } = await bothOf(made)
  await expectSameTies(stored, table)
  await stored.close()
  const hard = await bothOf(hardTable(500, 3, 'outliers', 2))
  await expectSameTies(hard.stored, hard.table)
})
