/** Writes word2vec text and word2vec binary. Both read back bit-equal here. */

import { RowspaceError } from '../../core/errors.ts'
import { describe } from '../../core/values.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { bytesOf, checkWritable, rowBlocks, type WritableTable } from '../writable.ts'
import { shortestDecimal } from './decimal.ts'
import { endsInNumber } from './lines.ts'

/**
 * The table as word2vec text, in chunks. Numbers are the shortest decimals that read back as the same float32.
 *
 * A word with a space is written as it is: rowspace reads it back (the last d fields are the vector), readers that split
 * at the first space, gensim among them, do not.
 *
 * @throws `NO_TOKENS` if the table has none, `INVALID_ARGUMENT` for what is not a table and for a word that comes twice or would not read
 *   back: empty, with a line end or half a surrogate pair, ending in a space, or in a space and a number. At the call, before any chunk
 */
export function writeWord2vecText(table: WritableTable): Generator<Uint8Array, void, void> {
  checkWritable(table, 'writeWord2vecText()')
  return textChunks(table, checkedWords(table, problemInText))
}

function* textChunks(table: WritableTable, words: readonly string[]): Generator<Uint8Array, void, void> {
  const encoder = new TextEncoder()
  yield encoder.encode(`${table.size} ${table.dimension}\n`)
  for (const { start, rows } of rowBlocks(table)) {
    yield encoder.encode(textRows(words, start, rows, table.dimension))
  }
}

/**
 * The table as word2vec binary, in chunks; rows end without a line end, as gensim writes them.
 *
 * @throws as `writeWord2vecText`, and `INVALID_ARGUMENT` for a word with a space, which would end it: use text or safetensors
 */
export function writeWord2vecBinary(table: WritableTable): Generator<Uint8Array, void, void> {
  checkWritable(table, 'writeWord2vecBinary()')
  return binaryChunks(table, checkedWords(table, problemInBinary))
}

function* binaryChunks(table: WritableTable, words: readonly string[]): Generator<Uint8Array, void, void> {
  yield new TextEncoder().encode(`${table.size} ${table.dimension}\n`)
  for (const { start, rows } of rowBlocks(table)) {
    yield binaryRows(words, start, bytesOf(rows), 4 * table.dimension)
  }
}

function textRows(words: readonly string[], start: number, rows: Float32Array, dimension: number): string {
  let text = ''
  for (let base = 0; base < rows.length; base += dimension) {
    text += words[start + base / dimension]
    for (let column = 0; column < dimension; column++) text += ` ${shortestDecimal(rows[base + column]!)}`
    text += '\n'
  }
  return text
}

/** The records of some rows in one piece: a piece a row would be a write a row. */
function binaryRows(
  words: readonly string[],
  start: number,
  bytes: Uint8Array,
  rowBytes: number,
): Uint8Array {
  const encoder = new TextEncoder()
  const count = bytes.length / rowBytes
  const encoded = words.slice(start, start + count).map((word) => encoder.encode(`${word} `))
  const piece = new Uint8Array(encoded.reduce((sum, word) => sum + word.length, bytes.length))
  let offset = 0
  encoded.forEach((word, row) => {
    piece.set(word, offset)
    piece.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), offset + word.length)
    offset += word.length + rowBytes
  })
  return piece
}

const HALF_PAIR = /\p{Surrogate}/u

/** What keeps a word out of both formats, as the end of "The word … ". */
function problemInBoth(word: string): string | undefined {
  if (word === '') return 'is empty'
  if (HALF_PAIR.test(word)) return 'holds half a surrogate pair'
  if (new TextEncoder().encode(word).length > MAX_WORD_LENGTH)
    return `is longer than ${MAX_WORD_LENGTH} bytes`
  return undefined
}

function problemInBinary(word: string): string | undefined {
  return /[ \n]/.test(word) ? 'holds a space or a line end' : problemInBoth(word)
}

function problemInText(word: string): string | undefined {
  if (word.includes('\n')) return 'holds a line end'
  if (/[ \t]$/.test(word)) return 'ends in a space or a tab'
  if (/[ \t]/.test(word)) {
    const bytes = new TextEncoder().encode(word)
    if (endsInNumber(bytes, 0, bytes.length)) return 'ends in a number'
  }
  return problemInBoth(word)
}

/** A copy of the table's tokens, each of which can be written and is the only one. */
function checkedWords(
  table: WritableTable,
  problemOf: (word: string) => string | undefined,
): readonly string[] {
  if (!table.tokens) {
    throw new RowspaceError(
      'NO_TOKENS',
      'word2vec files need a word for each row, and this table has no tokens: write safetensors.',
    )
  }
  const seen = new Set<string>()
  const words = [...table.tokens]
  words.forEach((word, row) => {
    const problem = seen.has(word) ? 'comes twice' : problemOf(word)
    if (problem !== undefined) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `The word ${describe(word)} of row ${row} ${problem}, which this format cannot hold: write safetensors.`,
        { word, row },
      )
    }
    seen.add(word)
  })
  return words
}
