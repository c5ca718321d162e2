/**
 * Where a row's place is its token's id, rows of equal names stay, and the first one has the name. Text stays
 * as gensim does it.
 */
import { describe, expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, join, readTable } from './files.ts'
import { bytesOf } from './gguf-files.ts'
import { npy, wordArray, zip } from './packed-files.ts'

const WORDS = ['a', 'b', 'a', 'c', 'b']
const ROWS = Float32Array.from({ length: 10 }, (_, index) => index + 1)
const ARRAY = npy('<f4', [5, 2], ROWS)
const beside = (bytes: Uint8Array, name: string, text: string) => ({
  ...bytesSource(bytes),
  sibling: async (file: string) => (file === name ? bytesSource(ascii(text), file) : undefined),
})
const json = JSON.stringify(WORDS)

describe.each([
  ['safetensors', async () => join(writeSafetensors(writableRows(ROWS, 2, WORDS)))],
  ['npy, with a list', async () => beside(ARRAY, 'words.json', json)],
  ['npy, with lines', async () => beside(ARRAY, 'vocab.txt', WORDS.join('\n'))],
  [
    'npz',
    async () =>
      zip([
        { name: 'a.npy', bytes: ARRAY },
        { name: 'words.npy', bytes: wordArray(WORDS) },
      ]),
  ],
  [
    'npz, with a list beside it',
    async () => beside(await zip([{ name: 'a.npy', bytes: ARRAY }]), 'words.json', json),
  ],
  ['raw rows', async () => beside(bytesOf(ROWS), 'words.json', json)],
] as const)('%s', (_, make) => {
  test('every row keeps its place', async () => {
    using table = await openTable(await make())
    expect(table).toMatchObject({ size: 5, duplicates: 0 })
    expect(table.gather([0, 1, 2, 3, 4])).toEqual(ROWS)
    expect(['a', 'b', 'c'].map((word) => table.id(word))).toEqual([0, 1, 3])
    expect([0, 1, 2, 3, 4].map((id) => table.token(id))).toEqual(WORDS)
  })

  test('and is written again as it was read', async () => {
    const { rows, tokens } = await readTable(await make())
    const again = await readTable(join(writeSafetensors(writableRows(rows, 2, tokens))))
    expect(again).toMatchObject({ size: 5, tokens: WORDS })
  })
})

test.each([
  ['word2vec text', '5 2\n'],
  ['GloVe text', ''],
])('%s keeps the first row of a word', async (_, head) => {
  const lines = WORDS.map((word, row) => `${word} ${2 * row + 1} ${2 * row + 2}\n`)
  using table = await openTable(ascii(head + lines.join('')))
  expect(table).toMatchObject({ size: 3, duplicates: 2 })
  expect(table.gather([0, 1, 2])).toEqual(Float32Array.of(1, 2, 3, 4, 7, 8))
})
