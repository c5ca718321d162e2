/**
 * word2vec text, which fastText's .vec is too: a line `V d`, then V lines `word v1 … vd`. Format:
 * https://code.google.com/archive/p/word2vec (`-binary 0`), https://fasttext.cc/docs/en/english-vectors.html
 */
import type { FormatReader } from '../format.ts'
import { maxLineBytes, textTable } from './rows.ts'
import { sniffText } from './sniff.ts'
import { checkWord2vecHeader, endOfRows } from './word2vec-header.ts'

export const word2vecTextReader: FormatReader = {
  name: 'word2vec-text',
  types: ['decimal'],
  takes: [],
  recognises: (head, source) => sniffText(head, source.size) === 'word2vec-text',
  async open(source, head, options) {
    // A word of one byte, a space and a digit for each number, a line end.
    const minRow = (dimension: number) => 2 + 2 * dimension
    const {
      dimension,
      end: start,
      ...rows
    } = checkWord2vecHeader(source, head, options, {
      minRow,
      maxRow: maxLineBytes,
    })
    const end = endOfRows(source, start, rows)
    return textTable(
      'word2vec-text',
      start,
      { source, start, end, firstLine: 2, dimension, ...rows },
      options,
    )
  },
}
