/** What is noted on stderr when a table is opened. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { pack } from '../../cli/commands/pack.ts'
import { openNamedRows, openNamedTable } from '../../cli/open-table.ts'
import { readArguments } from '../../cli/parsing/arguments.ts'
import { bytesOf, F32, gguf } from '../formats/gguf-files.ts'
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

test.each([
  [['a', 'b', 'c'], undefined],
  [['a'], '2 of 3 rows have no token: the table is padded.'],
  [['a', 'b', 'c', 'd', 'e'], '2 tokens of its tokenizer have no row.'],
])('the tokens of a model: %j', async (tokens, note) => {
  const path = join(folder(), 'model.gguf')
  const bytes = bytesOf(Float32Array.of(1, 0, 0, 1, 1, 1))
  const metadata: [string, string | string[]][] = [
    ['tokenizer.ggml.model', 'llama'],
    ['tokenizer.ggml.tokens', tokens],
  ]
  writeFileSync(
    path,
    gguf({ metadata, tensors: [{ name: 'token_embd.weight', shape: [3, 2], type: F32, bytes }] }),
  )
  const lines = noted()
  using table = await openNamedTable(path, { quiet: true })
  expect(table.id('a')).toBe(0)
  expect(lines).toEqual(note === undefined ? [] : [`rowspace: ${path}: ${note}\n`])
})

test('word2vec is written as float32 alone', async () => {
  const run = (...words: string[]) => pack.run(readArguments(words, pack))
  const to = join(folder(), 'x.bin')
  await expect(run('default', to, '--dtype', 'bf16')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
