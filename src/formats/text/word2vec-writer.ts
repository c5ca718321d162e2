/** Writes word2vec text and word2vec binary. Both read back bit-equal here. */

import { RowspaceError } from '../../core/errors.ts'
import { joinBytes } from '../../core/join-bytes.ts'
import { describe } from '../../core/values.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { checkWritable, rowBlocks, type WritableTable } from '../writable.ts'
import { shortestDecimal } from './decimal.ts'
import { endsInNumber } from './lines.ts'

/**
 * The table as word2vec text, in chunks. Numbers are the shortest decimals that read back as the same
 * float32.
 *
 * A word with a space is written as it is: rowspace reads it back (the last d fields are the vector), readers
 * that split at the first space, gensim among them, do not.
 *
 * @throws `NO_TOKENS` if the table has none, `INVALID_ARGUMENT` for what is not a table and for a word that
 *   comes twice or would not read back: empty, with a line end or half a surrogate pair, ending in a space,
 *   or in a space and a number. At the call, before any chunk
 */
export function writeWord2vecText(table: WritableTable): Generator<Uint8Array, void, void> {
  checkWritable(table, 'writeWord2vecText()')
  return chunks(table, checkedWords(table, problemInText), textRecord)
}

/**
 * The table as word2vec binary, in chunks; rows end without a line end, as gensim writes them.
 *
 * @throws as `writeWord2vecText`, and `INVALID_ARGUMENT` for a word with a space, which would end it: use
 *   text or safetensors
 */
export function writeWord2vecBinary(table: WritableTable): Generator<Uint8Array, void, void> {
  checkWritable(table, 'writeWord2vecBinary()')
  return chunks(table, checkedWords(table, problemInBinary), binaryRecord)
}

const ENCODER = new TextEncoder()

/** The header and then the records of many rows at once: a chunk per row would be a write per row. */
function* chunks(
  table: WritableTable,
  words: readonly string[],
  record: (word: string, row: Float32Array) => Uint8Array[],
): Generator<Uint8Array, void, void> {
  const { size, dimension } = table
  yield ENCODER.encode(`${size} ${dimension}\n`)
  for (const { start, rows } of rowBlocks(table)) {
    const inBlock = words.slice(start, start + rows.length / dimension)
    yield joinBytes(
      inBlock.flatMap((word, row) => record(word, rows.subarray(row * dimension, (row + 1) * dimension))),
    )
  }
}

function textRecord(word: string, row: Float32Array): Uint8Array[] {
  let line = word
  for (const value of row) line += ` ${shortestDecimal(value)}`
  return [ENCODER.encode(`${line}\n`)]
}

function binaryRecord(word: string, row: Float32Array): Uint8Array[] {
  return [ENCODER.encode(`${word} `), new Uint8Array(row.buffer, row.byteOffset, row.byteLength)]
}

const HALF_PAIR = /\p{Surrogate}/u

/** What keeps a word out of both formats, as the end of "The word … ". */
function problemInBoth(word: string): string | undefined {
  if (word === '') return 'is empty'
  if (HALF_PAIR.test(word)) return 'holds half a surrogate pair'
  if (ENCODER.encode(word).length > MAX_WORD_LENGTH) return `is longer than ${MAX_WORD_LENGTH} bytes`
  return undefined
}

function problemInBinary(word: string): string | undefined {
  return /[ \n]/.test(word) ? 'holds a space or a line end' : problemInBoth(word)
}

function problemInText(word: string): string | undefined {
  if (word.includes('\n')) return 'holds a line end'
  if (/[ \t]$/.test(word)) return 'ends in a space or a tab'
  if (/[ \t]/.test(word)) {
    const bytes = ENCODER.encode(word)
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
        `The word ${describe(word)} of row ${row} ${problem}, which this format cannot hold: write ` +
          'safetensors.',
        { word, row },
      )
    }
    seen.add(word)
  })
  return words
}
