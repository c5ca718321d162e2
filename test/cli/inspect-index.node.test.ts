/** What `rowspace inspect` says of an index: of the one beside a table, and of one by its own name. */
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inspect } from '../../cli/commands/inspect.ts'
import { readArguments } from '../../cli/parsing/arguments.ts'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { type IndexOptions, writeIndex } from '../../src/stored/write-index.ts'
import { makeTable } from '../oracle/tables.ts'
import { fileOf } from '../stored/both.ts'
import { folder, rowspace } from './command.ts'

interface Inspected {
  indexes: {
    name: string
    bits: number
    bytes: number
    memory: number
    isOfTheseRows: boolean
    problem?: string
  }[]
}

async function inspected(...words: string[]) {
  const { text, document } = await inspect.run(readArguments(words, inspect))
  return { lines: text().split('\n'), document: document as Inspected }
}

async function tableWithIndex(options: IndexOptions = {}) {
  const path = join(folder(), 'rows.safetensors')
  writeFileSync(path, fileOf(makeTable(600, 24, 'plain', 6)))
  const index = `${path}.index.safetensors`
  await writeFileAtomically(index, writeIndex(path, options))
  return { path, index }
}

/** Of tokens: the end of each block of eight, and a checksum of each page of slots. */
const TOKENS_HELD = (75 + 10) * 4

test('a table without an index', async () => {
  const path = join(folder(), 'rows.safetensors')
  writeFileSync(path, fileOf(makeTable(600, 24, 'plain', 6)))
  const { lines, document } = await inspected(path)
  expect(document.indexes).toEqual([])
  expect(lines.some((line) => line.startsWith('  index'))).toBe(false)
})

test.each([
  ['int8', 8, 600 * 24],
  ['int4', 4, 600 * 12],
] as const)('an index of %s codes beside the table', async (codes, bits, codeBytes) => {
  const { path, index } = await tableWithIndex({ codes })
  const { lines, document } = await inspected(path)
  expect(document.indexes[0]).toEqual({
    name: index,
    bits,
    bytes: statSync(index).size,
    // codes, three numbers and a bit per row, four rows of columns, and four figures
    memory: codeBytes + 600 * 12 + 75 + 4 * 24 * 4 + 16 + TOKENS_HELD,
    isOfTheseRows: true,
  })
  expect(lines).toContainEqual(
    expect.stringMatching(
      new RegExp(`^  index +rows\\.safetensors\\.index\\.safetensors: ${bits} bits per number, [\\d.]+ kB; `),
    ),
  )
})

test('indexes of 8 and of 4 bits beside the table', async () => {
  const { path } = await tableWithIndex()
  await writeFileAtomically(`${path}.int4.index.safetensors`, writeIndex(path, { codes: 'int4' }))
  const { lines, document } = await inspected(path)
  expect(document.indexes.map(({ bits, isOfTheseRows }) => [bits, isOfTheseRows])).toEqual([
    [8, true],
    [4, true],
  ])
  expect(lines.filter((line) => line.startsWith('  index'))).toHaveLength(2)
})

test('an index of other rows, of fewer rows, and one that is cut short', async () => {
  const { path, index } = await tableWithIndex()
  const problem = async (...words: string[]) => {
    const { lines, document } = await inspected(...words)
    expect(document.indexes[0]?.isOfTheseRows).toBe(false)
    expect(lines.some((line) => line.trim() === document.indexes[0]?.problem)).toBe(true)
    return document.indexes[0]?.problem
  }
  expect(await problem(path, '--limit', '100')).toMatch(
    /was 600 x 24, and is 100 x 24\. Leave --limit out, or make an index with the same --limit\.$/,
  )
  writeFileSync(path, fileOf(makeTable(600, 24, 'plain', 7)))
  expect(await problem(path)).toMatch(/of other rows .* their checksum was/)
  writeFileSync(path, fileOf(makeTable(601, 24, 'plain', 6)))
  expect(await problem(path)).toMatch(/their shape was 600 x 24, and is 601 x 24/)
  truncateSync(index, 300)
  expect(await problem(path)).toMatch(/cut short/)
  truncateSync(index, 0)
  expect(await problem(path)).toMatch(/rows\.safetensors\.index\.safetensors/)
})

test('an index by its own name says what it is of, and is no table', async () => {
  const { path, index } = await tableWithIndex()
  const { lines, document } = await inspected(index)
  expect(document).toMatchObject({
    name: index,
    kind: 'index',
    bits: 8,
    rows: { size: 600, dimension: 24, dtype: 'f32', tensor: 'embeddings', bytes: statSync(path).size },
  })
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^ {2}index {4}8 bits per number, [\d.]+ kB$/),
    '  of rows  600 x 24, f32, tensor embeddings, in 64.8 kB',
    expect.stringMatching(/^ {2}memory {3}[\d.]+ kB to search by it \(--view\)$/),
  ])
  const { code, stderr } = rowspace('nearest', index, '#1')
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /is the index of a table's rows, not a table\. Open that table; --view finds an index/,
  )
})

test('an index that does not say of which rows', async () => {
  const { index } = await tableWithIndex()
  const text = readFileSync(index, 'latin1').replace('"sample', '"simple').replace('\\"size', '\\"sizE')
  writeFileSync(index, text, 'latin1')
  await expect(inspected(index)).rejects.toMatchObject({ code: 'INVALID_FORMAT' })
})
