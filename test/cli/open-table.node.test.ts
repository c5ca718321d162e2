/** What is noted on stderr when a table is opened. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openNamedRows, openNamedTable } from '../../cli/open-table.ts'
import { folder } from './command.ts'

afterEach(() => vi.restoreAllMocks())

function noted(): string[] {
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  return lines
}

function file(text: string): string {
  const path = join(folder(), 'table.txt')
  writeFileSync(path, text)
  return path
}

test.each([
  ['3 2\na 1 0\nb 0 1\nc 1 1\n', undefined],
  ['3 2\na 1 0\nb 0 1\na 1 1\n', '1 word comes twice; the first row counts.'],
  ['4 2\na 1 0\nb 0 1\na 1 1\nb 2 2\n', '2 words come twice; the first row counts.'],
  ['3 2\na 1 0\nb nan 1\nc 1 1\n', '1 rows are not finite and were left out.'],
])('%j: %s', async (text, note) => {
  const path = file(text)
  const expected = note === undefined ? [] : [`rowspace: ${path}: ${note}\n`]
  const lines = noted()
  using table = await openNamedTable(path, { nonFinite: 'skip', quiet: true })
  expect(table.dimension).toBe(2)
  expect(lines).toEqual(expected)
  lines.length = 0
  // text has no rows by place, so that the whole table is opened
  await openNamedRows(path, { nonFinite: 'skip', quiet: true })
  expect(lines).toEqual(expected)
})

test('a table on ClickHouse is not read, and its password not shown', async () => {
  const error = await openNamedTable('clickhouse://a:hush@host/db/t').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'UNSUPPORTED', details: { name: 'clickhouse://host/db/t' } })
})
