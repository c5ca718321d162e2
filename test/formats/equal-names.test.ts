/** Names that come twice: where a row's place is its token's id every row stays; word2vec and GloVe files drop the later rows, as gensim does. */
import { describe, expect, test } from 'vitest'
import { writableRows } from '../../src/formats/writable.ts'
import { writeSafetensors } from '../../src/formats/write-safetensors.ts'
import { openTable } from '../../src/open.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { SourceLike } from '../../src/sources/open.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { ascii, join } from './files.ts'
import { bytesOf } from './gguf-files.ts'
import { npy, wordArray, zip } from './packed-files.ts'

const WORDS = ['a', 'b', 'a', 'c', 'b']
const ROWS = Float32Array.of(1, 0, 0, 2, 3, 1, 4, 4, 5, 6)
const ARRAY = npy('<f4', [5, 2], ROWS)

function beside(bytes: Uint8Array, name: string, words: string): ByteSource {
  const sibling = async (asked: string) => (asked === name ? bytesSource(ascii(words), name) : undefined)
  return { ...bytesSource(bytes, 'vectors.npy'), sibling }
}

const KEPT: Record<string, () => Promise<SourceLike> | SourceLike> = {
  safetensors: () => join(writeSafetensors(writableRows(ROWS, 2, WORDS))),
  'safetensors of int8': () => join(writeSafetensors(writableRows(ROWS, 2, WORDS), { dtype: 'int8' })),
  'safetensors of bf16': () => join(writeSafetensors(writableRows(ROWS, 2, WORDS), { dtype: 'bf16' })),
  'raw rows': () => beside(bytesOf(ROWS), 'words.json', JSON.stringify(WORDS)),
  'npy with words.json': () => beside(ARRAY, 'words.json', JSON.stringify(WORDS)),
  'npy with words.txt': () => beside(ARRAY, 'words.txt', WORDS.join('\n')),
  npz: () =>
    zip([
      { name: 'vectors.npy', bytes: ARRAY },
      { name: 'words.npy', bytes: wordArray(WORDS) },
    ]),
}

describe('rows that stay', () => {
  test.each(Object.entries(KEPT))('%s', async (format, make) => {
    using table = await openTable(await make())
    expect(table).toMatchObject({ size: 5, duplicates: 0 })
    expect(WORDS.map((_, id) => table.token(id))).toEqual(WORDS)
    expect(WORDS.map((word) => table.id(word))).toEqual([0, 1, 0, 3, 1])
    if (format !== 'safetensors of int8') expect(table.gather([0, 1, 2, 3, 4])).toEqual(ROWS)
    expect(table.nearest(4, { k: 5 }).toArray()).toHaveLength(4)
  })

  test('under names that the caller gives', async () => {
    for (const source of [ARRAY, join(writeSafetensors(writableRows(ROWS, 2)))]) {
      using table = await openTable(source, { tokens: WORDS })
      expect(table).toMatchObject({ size: 5, duplicates: 0 })
      expect(table.row(4)).toEqual(Float32Array.of(5, 6))
      expect([table.token(4), table.id('b')]).toEqual(['b', 1])
    }
  })
})

test("the caller's names come before the file's", async () => {
  const given = ['v', 'w', 'x', 'y', 'z']
  using table = await openTable(join(writeSafetensors(writableRows(ROWS, 2, WORDS))), { tokens: given })
  expect(given.map((word) => table.id(word))).toEqual([0, 1, 2, 3, 4])
  expect(() => table.id('a')).toThrow(/not a token/)
})

test.each([
  ['word2vec text', (lines: string) => ascii(`5 2\n${lines}`)],
  ['GloVe text', (lines: string) => ascii(lines)],
  [
    'word2vec binary',
    () =>
      join([
        ascii('5 2\n'),
        ...WORDS.flatMap((word, id) => [ascii(`${word} `), bytesOf(ROWS.slice(2 * id, 2 * id + 2))]),
      ]),
  ],
])('%s drops the later rows', async (_, make) => {
  const lines = WORDS.map((word, id) => `${word} ${ROWS.subarray(2 * id, 2 * id + 2).join(' ')}\n`).join('')
  using table = await openTable(make(lines))
  expect(table).toMatchObject({ size: 3, duplicates: 2 })
  expect([0, 1, 2].map((id) => table.token(id))).toEqual(['a', 'b', 'c'])
  expect(table.gather([0, 1, 2])).toEqual(Float32Array.of(1, 0, 0, 2, 4, 4))
})
