/** Tables as arguments of functions, and what a table made from another one's rows inherits. */
import { expect, test } from 'vitest'
import { checkTable } from '../../src/table/check-table.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { inheritedOptions, liveRows } from '../../src/table/live-rows.ts'

test('rows that were skipped stay skipped in a table that is made from them', async () => {
  const tokens = ['a', 'b', 'c']
  using whole = await EmbeddingTable.from([1, 2, 3], { dimension: 1, tokens })
  expect(inheritedOptions(whole)).toEqual({ nonFinite: 'reject', tokens: whole.vocabulary })
  using some = await EmbeddingTable.from([1, Number.NaN, 3], { dimension: 1, tokens, nonFinite: 'skip' })
  expect(inheritedOptions(some)).toEqual({ nonFinite: 'skip', tokens: some.vocabulary })
  expect([0, 1, 2].filter((id) => liveRows(some).has(id))).toEqual([0, 2])
})

test('a table is an EmbeddingTable that was not disposed of', async () => {
  const table = await EmbeddingTable.from([1], { dimension: 1 })
  expect(checkTable(table)).toBeUndefined()
  table.dispose()
  expect(() => checkTable(table)).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
  for (const [value, shown] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'Object'],
    [{ open: 1 }, 'Object'],
  ]) {
    expect(() => checkTable(value as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `a table must be an EmbeddingTable; got ${shown}.`,
      }),
    )
  }
})
