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
  recognises: (head, source) => sniffText(head, source.size) === 'glove-text',
  async open(source, head, { encodingErrors, signal }) {
    const start = textStart(head)
    const sample = await firstLines(source, head, signal)
    const dimension = rowDimension(sample.subarray(start), sample.length === source.size)
    if (dimension === undefined) {
      throw invalidFormat(source, 'its first lines are not a word and numbers each.')
    }
    const size = await countRows(source, start, signal)
    checkRowCount(source, size)
    return textTable('glove-text', source.size, {
      source,
      start,
      firstLine: 1,
      size,
      dimension,
      encodingErrors,
    })
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

async function countRows(
  source: ByteSource,
  start: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0
  for await (const { bytes } of readLines(source, start, { signal })) {
    eachLine(bytes, (lineStart, lineEnd) => {
      if (!isBlank(bytes, lineStart, lineEnd)) count++
    })
  }
  return count
}
