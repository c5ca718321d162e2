/** Writes word2vec text and word2vec binary. Both read back bit-equal here. */
import { RowspaceError } from '../errors.ts'
import { shortestDecimal } from './decimal.ts'
import { bytesOf, checkTokens, rowBlocks, type WritableTable } from './writable.ts'

/**
 * The table as word2vec text, in pieces. Numbers are the shortest decimals that read back as the same float32.
 *
 * A word with a space is written as it is: rowspace reads it back (the last d fields are the vector), readers that split
 * at the first space, gensim among them, do not.
 *
 * @throws `NO_TOKENS` if the table has none, `INVALID_ARGUMENT` for a word that is empty, holds a line end or half a
 *   surrogate pair, or comes twice. All words are checked before the first piece.
 */
export function* writeWord2vecText(table: WritableTable): Generator<Uint8Array, void, void> {
  const words = checkedWords(table, /\n/, 'a line end')
  const encoder = new TextEncoder()
  yield encoder.encode(`${table.size} ${table.dimension}\n`)
  for (const { start, rows } of rowBlocks(table)) {
    yield encoder.encode(textRows(words, start, rows, table.dimension))
  }
}

/**
 * The table as word2vec binary, in pieces; rows end without a line end, as gensim writes them.
 *
 * @throws as `writeWord2vecText`, and `INVALID_ARGUMENT` for a word with a space, which would end it: use text or safetensors
 */
export function* writeWord2vecBinary(table: WritableTable): Generator<Uint8Array, void, void> {
  const words = checkedWords(table, /[ \n]/, 'a space or a line end')
  const encoder = new TextEncoder()
  yield encoder.encode(`${table.size} ${table.dimension}\n`)
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

function checkedWords(table: WritableTable, forbidden: RegExp, name: string): readonly string[] {
  const { tokens } = table
  if (!tokens) {
    throw new RowspaceError(
      'NO_TOKENS',
      'word2vec files need a word for each row, and this table has no tokens: write safetensors.',
    )
  }
  checkTokens(table, tokens)
  tokens.forEach((word, row) => {
    const problem =
      word === ''
        ? 'is empty'
        : forbidden.test(word)
          ? `holds ${name}`
          : HALF_PAIR.test(word)
            ? 'holds half a surrogate pair'
            : undefined
    if (!problem) return
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `The word ${JSON.stringify(word)} of row ${row} ${problem}, which this format cannot hold: write safetensors.`,
      { word, row },
    )
  })
  return tokens
}
