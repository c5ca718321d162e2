/**
 * GloVe text: lines `word v1 … vd` and nothing before them. A first pass counts them, because a table's
 * memory is sized once. Format: https://nlp.stanford.edu/projects/glove/
 */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { FormatReader } from '../format.ts'
import { invalidFormat } from '../malformed.ts'
import { eachLine, isBlank, MAX_LINE_BYTES, NEWLINE, readLines } from './lines.ts'
import { textTable } from './rows.ts'
import { rowDimension, sniffText } from './sniff.ts'
import { checkRowCount, textStart } from './word2vec-header.ts'

export const gloveTextReader: FormatReader = {
  name: 'glove-text',
  types: ['decimal'],
  takes: [],
  recognises: (head, source) => sniffText(head, source.size) === 'glove-text',
  async open(source, head, options) {
    const { signal, limit = Number.POSITIVE_INFINITY } = options
    const start = textStart(head)
    const sample = await firstLines(source, head, signal)
    const dimension = rowDimension(sample.subarray(start), sample.length === source.size)
    if (dimension === undefined) {
      throw invalidFormat(source, 'its first lines are not a word and numbers each.')
    }
    const { size, end = source.size, more } = await countRows(source, start, limit, signal)
    checkRowCount(source, size)
    const cut = more && { rowsInFile: Number.POSITIVE_INFINITY }
    const rows = { source, start, end, firstLine: 1, size, ...cut, dimension }
    return textTable('glove-text', end, rows, options)
  },
}

/** `head`, or more where one line is longer than that. */
async function firstLines(
  source: ByteSource,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  let sample = head
  while (!sample.includes(NEWLINE) && sample.length < Math.min(source.size, MAX_LINE_BYTES)) {
    sample = await readExactly(source, 0, Math.min(source.size, sample.length * 4), signal)
  }
  return sample
}

/** Counts rows up to `limit`. Where there are more, returns the end of the last that counts too. */
async function countRows(
  source: ByteSource,
  start: number,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<{ size: number; end?: number; more?: true }> {
  let size = 0
  let end = start
  let more = false
  for await (const { bytes, offset } of readLines(source, start, { signal })) {
    eachLine(bytes, (lineStart, lineEnd) => {
      if (more || isBlank(bytes, lineStart, lineEnd)) return
      more = size === limit
      if (more) return
      size++
      end = offset + lineEnd
    })
    if (more) return { size, end, more }
  }
  return { size }
}
