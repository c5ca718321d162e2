/** Words of texts in another encoding than UTF-8. */
import { expect, test } from 'vitest'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { ascii, join, readTable, rejection } from './files.ts'

const EVERY = Uint8Array.from({ length: 256 }, (_, byte) => byte)
/** Those that a word may hold: no line end, no separator. */
const LETTERS = EVERY.filter((byte) => ![0x0a, 0x0d, 0x20, 0x09].includes(byte))
const WORD = String.fromCharCode(...LETTERS)
const NUMBER = new Uint8Array(Float32Array.of(1).buffer)

test.each([
  ['word2vec text', join([ascii('1 1\n'), LETTERS, ascii(' 1\n')])],
  ['GloVe text', join([LETTERS, ascii(' 1.5\n')])],
  ['word2vec binary', join([ascii('1 1\n'), LETTERS, ascii(' '), NUMBER])],
])('%s: each byte of a Latin-1 word is the letter of its number', async (_, bytes) => {
  expect((await readTable(bytes, { encoding: 'latin1' })).tokens).toEqual([WORD])
  const error = await rejection(readTable(bytes, { encoding: 'utf-8' }))
  expect(error.code).toBe('INVALID_ENCODING')
  expect(error.message).toContain("encoding: 'latin1'")
})

test('a long word', async () => {
  const long = new Uint8Array(16_383).fill(0xe9)
  const { tokens } = await readTable(join([long, ascii(' 1\n')]), { encoding: 'latin1' })
  expect(tokens).toEqual(['é'.repeat(16_383)])
})

test('other encodings are an error', async () => {
  const error = await rejection(openTableFile(ascii('a 1\n'), { encoding: 'latin2' as 'latin1' }))
  expect(error.message).toBe("encoding must be 'utf-8' or 'latin1'; got \"latin2\".")
})
