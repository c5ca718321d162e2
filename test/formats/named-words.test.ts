/** Words in a file that the caller names, for rows without words: gensim's vectors beside a pickle, say. */
import { expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, join, readTable, rejection } from './files.ts'
import { smallGguf } from './gguf-files.ts'
import { npy, wordArray, zip } from './packed-files.ts'

const ROWS = Float32Array.of(1, 2, 3, 4)
const VECTORS = npy('<f4', [2, 2], ROWS)
const LINES = ascii('one\ntwo\n')

test.each<[string, Uint8Array | Blob | ArrayBuffer]>([
  ['lines', LINES],
  ['lines that end in CR LF', ascii('one\r\ntwo\r\n')],
  ['a JSON list', ascii('["one", "two"]')],
  ['a File', new File(['one\ntwo'], 'words.txt')],
  ['a buffer', LINES.slice().buffer],
])('%s', async (_, words) => {
  expect((await readTable(VECTORS, { words })).tokens).toEqual(['one', 'two'])
})

test('come before those beside the file, which are not opened', async () => {
  const source = { ...bytesSource(VECTORS, 'x.kv.vectors.npy'), sibling: () => expect.fail('opened') }
  expect((await readTable(source, { words: LINES })).tokens).toEqual(['one', 'two'])
})

test('come before those in the file', async () => {
  const packed = join(writeSafetensors(writableRows(ROWS, 2, ['a', 'b'])))
  expect((await readTable(packed, { words: LINES })).tokens).toEqual(['one', 'two'])
  const archive = await zip([
    { name: 'vectors.npy', bytes: VECTORS },
    { name: 'words.npy', bytes: wordArray(['a', 'b']) },
  ])
  expect((await readTable(archive, { words: LINES })).tokens).toEqual(['one', 'two'])
  using model = await openTable(smallGguf(2), { words: LINES })
  expect(model.token(1)).toBe('two')
})

test('say how many bare rows there are', async () => {
  const bare = new Uint8Array(ROWS.buffer)
  const { file, tokens } = await readTable(bare, { words: LINES, format: 'raw-f32' })
  expect([file.size, file.dimension, tokens]).toEqual([2, 2, ['one', 'two']])
})

test('are cut as rows are, and must be as many as there are in the file', async () => {
  expect((await readTable(VECTORS, { words: LINES, limit: 1 })).tokens).toEqual(['one'])
  for (const bytes of [VECTORS, smallGguf(2), join(writeSafetensors(writableRows(ROWS, 2)))]) {
    const error = await rejection(readTable(bytes, { words: ascii('one\ntwo\nthree') }))
    expect(error.message).toMatch(/has 3 words for 2 rows: one per row is needed/)
  }
})

test('may be Latin-1', async () => {
  const words = Uint8Array.of(0xe9, 0x0a, 0x80)
  expect((await rejection(readTable(VECTORS, { words }))).code).toBe('INVALID_ENCODING')
  expect((await readTable(VECTORS, { words, encoding: 'latin1' })).tokens).toEqual(['é', '\x80'])
})

test('are not for files whose rows have words', async () => {
  for (const bytes of [ascii('1 1\na 1\n'), ascii('a 1\nb 2\n')]) {
    const error = await rejection(readTable(bytes, { words: LINES }))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('whose rows have words of their own')
  }
})

test('a table in place of words is an error, and so is nothing at all', async () => {
  const table = await rejection(readTable(VECTORS, { words: ascii('one 1 2\ntwo 3 4\n') }))
  expect(table.message).toContain('numbers follow its words')
  expect((await rejection(readTable(VECTORS, { words: new Uint8Array() }))).message).toContain(
    '0 words for 2',
  )
  expect((await rejection(openTableFile(VECTORS, { words: 5 as never }))).code).toBe('INVALID_ARGUMENT')
})
