/** Text and words are read in time that grows linearly with the file, hostile files too. */
import { describe, expect, test } from 'vitest'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { expectLinear } from '../growth.ts'
import { ascii, join, readTable } from './files.ts'

/** Numbers 0 … size − 1, each made into text. */
const each = (size: number, make: (index: number) => string) =>
  Array.from({ length: size }, (_, index) => make(index)).join('')

const numbers = (count: number) => ' 0.5'.repeat(count)
// nearly the longest word that is read
const LETTERS = 'x'.repeat(16_000)

/** One record of word2vec binary. */
const record = (word: string, row: Float32Array) => join([ascii(`${word} `), new Uint8Array(row.buffer)])

const ROWS: Record<string, [make: (size: number) => Uint8Array, size: number]> = {
  'GloVe text, many rows': [(size) => ascii(each(size, (row) => `w${row}${numbers(10)}\n`)), 3_000],
  'GloVe text, one row': [(size) => ascii(`w${numbers(size)}\n`), 60_000],
  'word2vec text, words with many spaces': [
    (size) => ascii(`${size} 2\n${each(size, (row) => `${'a '.repeat(90)}${row}x 1 2\n`)}`),
    3_000,
  ],
  'GloVe text, long words': [(size) => ascii(each(size, (row) => `${LETTERS}${row} 1 2\n`)), 60],
  'word2vec text, many rows': [
    (size) => ascii(`${size} 10\n${each(size, (row) => `w${row}${numbers(10)}\n`)}`),
    3_000,
  ],
  'word2vec text, one row': [(size) => ascii(`1 ${size}\nw${numbers(size)}\n`), 300_000],
  'word2vec text, one word again and again': [
    (size) => ascii(`${size} 2\n${each(size, () => 'w 1 2\n')}`),
    10_000,
  ],
  'word2vec binary, many rows': [
    (size) =>
      join([
        ascii(`${size} 10\n`),
        ...Array.from({ length: size }, (_, row) => record(`w${row}`, new Float32Array(10))),
      ]),
    10_000,
  ],
  'word2vec binary, one row': [
    (size) => join([ascii(`1 ${size}\n`), record('w', new Float32Array(size))]),
    2_000_000,
  ],
  'word2vec binary, long words': [
    (size) =>
      join([
        ascii(`${size} 1\n`),
        ...Array.from({ length: size }, (_, row) => record(`${LETTERS}${row}`, new Float32Array(1))),
      ]),
    60,
  ],
}

/** With room for its rows: fresh memory costs time that is not the reader's. */
async function prepared(bytes: Uint8Array): Promise<{ bytes: Uint8Array; target: Float32Array }> {
  const { size, dimension } = await openTableFile(bytes)
  return { bytes, target: new Float32Array(size * dimension) }
}

async function load({ bytes, target }: { bytes: Uint8Array; target: Float32Array }): Promise<void> {
  await (await openTableFile(bytes)).load(target)
}

describe('rows', () => {
  test.each(Object.entries(ROWS))('%s', async (_, [make, size]) => {
    await expectLinear({ make: async (each) => prepared(make(each)), run: load }, size)
  })
})

const REJECTED: Record<string, [make: (size: number) => Uint8Array, size: number]> = {
  'a number that ends in a letter': [(size) => ascii(`1 1\nw ${'1'.repeat(size)}x\n`), 200_000],
  'a long row, then a short one': [(size) => ascii(`w${numbers(size)}\nw${numbers(size - 1)}\n`), 20_000],
  'a long row, then one that is too long': [
    (size) => ascii(`2 ${size}\nw${numbers(size)}\nv${numbers(size + 1)}\n`),
    60_000,
  ],
  'spaces alone': [(size) => ascii(`1 2\n${' '.repeat(size)}`), 200_000],
  'a word without an end': [(size) => ascii(`1 1\n${'a'.repeat(size)}`), 200_000],
  'line ends alone': [(size) => ascii(`9 9\n${'\n'.repeat(size)}`), 200_000],
  'a line without an end': [(size) => ascii(`w 1 2\n${'a'.repeat(size)}`), 2_000_000],
  'bytes of no known kind': [(size) => ascii('%PDF\n'.repeat(size)), 200_000],
}

describe('files that are rejected', () => {
  test.each(Object.entries(REJECTED))('%s', async (_, [make, size]) => {
    const run = (bytes: Uint8Array) =>
      readTable(bytes).then(
        () => expect.fail('should have been rejected'),
        () => {},
      )
    await expectLinear({ make, run }, size)
  })
})

/** Rows of one number with words beside them. */
function withWords(size: number, name: string, words: Uint8Array): ByteSource {
  const source = bytesSource(new Uint8Array(4 * size), 'vectors.f32')
  return { ...source, sibling: async (beside) => (beside === name ? bytesSource(words, name) : undefined) }
}

describe('words beside rows', () => {
  const lists: Record<string, (size: number) => string[]> = {
    'many words': (size) => Array.from({ length: size * 100 }, (_, id) => `w${id}`),
    'one word again and again': (size) => Array(size * 100).fill('the'),
    'long words': (size) => Array.from({ length: size }, (_, id) => `${LETTERS}${id}`),
  }

  test.each(Object.entries(lists))('a JSON list of %s', async (_, list) => {
    const make = (size: number) => {
      const words = list(size)
      return withWords(words.length, 'words.json', ascii(JSON.stringify(words)))
    }
    const run = async (source: ByteSource) =>
      (await openTableFile(source, { format: 'raw-f32' })).load(new Float32Array(source.size / 4))
    await expectLinear({ make, run }, 100)
  })
})
