/**
 * Which of word2vec text, word2vec binary and GloVe text a file is, by its first bytes.
 *
 * A matrix of numbers without words is none of them: its first column would become the words.
 *
 * All three may start with a line of two integers: it is the header of the first two, and in GloVe text of
 * one dimension it is a word that is a number with a value that is an integer. What comes after decides, and
 * where it does not, the header is believed: a cut file is then rejected instead of being read as another
 * table.
 */
import { isBareMatrix } from '../other-kinds.ts'
import { areNumbers, countFields, firstLines, isRow, lastFields, NEWLINE } from './lines.ts'
import { parseWord2vecHeader, textStart, type Word2vecHeader } from './word2vec-header.ts'

export type TextKind = 'word2vec-text' | 'word2vec-binary' | 'glove-text'

/** Lines that are looked at: enough to see past a few odd ones. */
const SAMPLE_LINES = 200

/**
 * @param head the first bytes of the file
 * @param size bytes of the whole file
 */
export function sniffText(head: Uint8Array, size: number): TextKind | undefined {
  const atEnd = head.length === size
  const header = parseWord2vecHeader(head)
  if (!header) {
    const text = head.subarray(textStart(head))
    return rowDimension(text, atEnd) && !isBareMatrix(text) ? 'glove-text' : undefined
  }
  const { dimension } = header
  const body = head.subarray(header.end)
  const lines = sampleLines(body, atEnd)
  if (dimension > 0 && lines.length > 0 && lines.every((line) => isRow(line, dimension)))
    return 'word2vec-text'
  if (arePairs(lines)) return 'glove-text'
  return isPrintable(body) && !holdsRecords(body, header, atEnd) ? 'word2vec-text' : 'word2vec-binary'
}

/**
 * The dimension of text rows without a header: the number of values that most of the first lines have (a word
 * with a space has more fields, a damaged row fewer). Where two are as frequent, the larger, so that a row
 * that was cut is rejected. Undefined if fewer than half of the lines are a word and numbers.
 */
export function rowDimension(head: Uint8Array, atEnd: boolean): number | undefined {
  const lines = sampleLines(head, atEnd)
  if (lines.length === 0) return atEnd ? undefined : longRowDimension(head)
  const counts = new Map<number, number>()
  for (const line of lines) {
    const dimension = countFields(line) - 1
    if (dimension > 0 && isRow(line, dimension)) counts.set(dimension, (counts.get(dimension) ?? 0) + 1)
  }
  const [[dimension] = []] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])
  // Stryker disable next-line ConditionalExpression: of no dimension no line is a row
  if (dimension === undefined) return undefined
  const fitting = lines.filter((line) => isRow(line, dimension))
  return fitting.length * 2 >= lines.length ? dimension : undefined
}

/** For a first line longer than the head: what can be seen of it, without its last and perhaps cut field. */
function longRowDimension(head: Uint8Array): number | undefined {
  const line = head.subarray(0, Math.max(0, head.lastIndexOf(0x20)))
  const dimension = countFields(line) - 1
  // its word may hold spaces
  const half = lastFields(line, 0, line.length, Math.ceil(dimension / 2))
  return half > 0 && areNumbers(line, half, line.length) ? dimension : undefined
}

/** The first whole lines that are not blank. The last line of the file counts as whole. */
function sampleLines(bytes: Uint8Array, atEnd: boolean): Uint8Array[] {
  return firstLines(atEnd ? bytes : bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1), SAMPLE_LINES)
}

/**
 * Whether lines after what could be a header show GloVe text of one dimension: a word and one number each.
 */
function arePairs(lines: readonly Uint8Array[]): boolean {
  if (lines.length < 2 || !lines.every((line) => isRow(line, 1))) return false
  return lines.filter((line) => countFields(line) === 2).length * 2 > lines.length
}

/** No control characters but tab and line ends. Of float32 numbers nearly every one holds such a byte. */
function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))
}

/** Whether `body` can be walked as word, space, 4 · d bytes, to its end or, at the file's end, V times. */
function holdsRecords(body: Uint8Array, header: Word2vecHeader, atEnd: boolean): boolean {
  let index = 0
  for (let row = 0; row < header.size; row++) {
    while (body[index] === NEWLINE) index++
    const space = body.indexOf(0x20, index)
    if (space < 0) return !atEnd && body.indexOf(NEWLINE, index) < 0
    if (space === index || body.subarray(index, space).includes(NEWLINE)) return false
    index = space + 1 + 4 * header.dimension
    if (index > body.length) return !atEnd
  }
  while (body[index] === NEWLINE) index++
  return index === body.length
}
