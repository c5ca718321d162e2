/**
 * word2vec text, which fastText's .vec is too: a line `V d`, then V lines `word v1 … vd`.
 * Format: https://code.google.com/archive/p/word2vec (`-binary 0`), https://fasttext.cc/docs/en/english-vectors.html
 */
import type { ByteSource } from '../../sources/source.ts'
import type { FormatReader, OpenOptions, TableFile } from '../format.ts'
import { loadTextRows, mostLineBytes, type TextRows } from './rows.ts'
import { sniffText } from './sniff.ts'
import { checkWord2vecHeader } from './word2vec-header.ts'

export const word2vecTextReader: FormatReader = {
  name: 'word2vec-text',
  recognises: (head, source) => sniffText(head, source.size) === 'word2vec-text',
  async open(source: ByteSource, head: Uint8Array, options: OpenOptions): Promise<TableFile> {
    // A word of one byte, a space and a digit for each number, a line end.
    const { size, dimension, end } = checkWord2vecHeader(source, head, (d) => ({
      minScore: 2 + 2 * d,
      most: mostLineBytes(d),
    }))
    const encodingErrors = options.encodingErrors ?? 'strict'
    const rows: TextRows = { source, start: end, firstLine: 2, size, dimension, encodingErrors }
    return {
      format: 'word2vec-text',
      dtype: 'f32',
      size,
      dimension,
      headerBytes: end,
      load: (target, loadOptions = {}) => loadTextRows(rows, target, loadOptions),
    }
  },
}
