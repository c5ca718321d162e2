/** A text file as chunks of whole lines, and the fields of a line, all as bytes. */
import { joinBytes } from '../../core/join-bytes.ts'
import { type BlockOptions, readBlocks } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { invalidFormat } from '../malformed.ts'
import { DecimalReader, isSeparator } from './decimal.ts'

export const NEWLINE = 0x0a

/** The longest line that is read, in bytes: a row of five million numbers. */
export const MAX_LINE_BYTES = 1 << 26

/** Some lines: `bytes` starts where a line starts and ends where one ends. */
export interface Lines {
  readonly bytes: Uint8Array
  /** Of the first byte, in the file. */
  readonly offset: number
}

/** The lines from byte `start` to the end of the file, each whole, many at a time. */
export async function* readLines(
  source: ByteSource,
  start: number,
  options: BlockOptions,
  maxLineBytes = MAX_LINE_BYTES,
): AsyncGenerator<Lines, void, void> {
  let offset = start
  // the start of a line whose end has not come: joined once, however many blocks it takes
  let open: Uint8Array[] = []
  let openBytes = 0
  for await (const block of readBlocks(source, start, source.size, options)) {
    const end = block.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      yield { bytes: joinBytes([...open, block.subarray(0, end)]), offset }
      offset += openBytes + end
      open = []
      openBytes = 0
    }
    open.push(block.subarray(end))
    openBytes += block.length - end
    if (openBytes > maxLineBytes) {
      const problem = `the line at byte ${offset} is longer than ${maxLineBytes} bytes.`
      throw invalidFormat(source, problem, { offset })
    }
  }
  if (openBytes > 0) yield { bytes: joinBytes(open), offset }
}

/** Calls `visit` with the bounds of each line of `bytes`, its line end (LF or CR LF) left out. */
export function eachLine(bytes: Uint8Array, visit: (start: number, end: number) => void): void {
  let start = 0
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start)
    const stop = newline < 0 ? bytes.length : newline
    visit(start, stop > start && bytes[stop - 1] === 0x0d ? stop - 1 : stop)
    start = stop + 1
  }
}

/** The first `count` lines that are not blank, without their ends. */
export function firstLines(bytes: Uint8Array, count: number): Uint8Array[] {
  const lines: Uint8Array[] = []
  eachLine(bytes, (start, end) => {
    if (lines.length < count && !isBlank(bytes, start, end)) lines.push(bytes.subarray(start, end))
  })
  return lines
}

/** Where the field that begins at `start` ends. */
export function fieldEnd(bytes: Uint8Array, start: number, end: number): number {
  let index = start
  while (index < end && !isSeparator(bytes[index])) index++
  return index
}

/** Where the separators that begin at `start` end. */
export function separatorsEnd(bytes: Uint8Array, start: number, end: number): number {
  let index = start
  while (index < end && isSeparator(bytes[index])) index++
  return index
}

/** Whether [start, end) holds separators alone. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  return separatorsEnd(bytes, start, end) === end
}

/** The end of [start, end) without the separators at its end. */
export function beforeSeparators(bytes: Uint8Array, start: number, end: number): number {
  let index = end
  while (index > start && isSeparator(bytes[index - 1])) index--
  return index
}

/** Where the last `count` fields of the line [start, end) begin, or -1 if it has fewer. */
export function lastFields(bytes: Uint8Array, start: number, end: number, count: number): number {
  let index = end
  for (let field = 0; field < count; field++) {
    index = beforeSeparators(bytes, start, index)
    if (index === start) return -1
    while (index > start && !isSeparator(bytes[index - 1])) index--
  }
  return index
}

/** Whether the word [start, end) holds separators and its last field is a number. */
export function endsInNumber(bytes: Uint8Array, start: number, end: number): boolean {
  const field = lastFields(bytes, start, end, 1)
  return field > start && areNumbers(bytes, field, end)
}

/** Fields of a line, separated by runs of spaces and tabs. */
export function countFields(line: Uint8Array): number {
  const end = line.length
  let count = 0
  let index = separatorsEnd(line, 0, end)
  for (; index < end; count++) index = separatorsEnd(line, fieldEnd(line, index, end), end)
  return count
}

/** Whether a line is a word (which may hold spaces, but not end in a number) and `dimension` numbers. */
export function isRow(line: Uint8Array, dimension: number): boolean {
  const numbers = lastFields(line, 0, line.length, dimension)
  const wordEnd = beforeSeparators(line, 0, numbers)
  return wordEnd > 0 && areNumbers(line, numbers, line.length) && !endsInNumber(line, 0, wordEnd)
}

/** Whether every field of [start, end), which begins with one, is a number. */
export function areNumbers(bytes: Uint8Array, start: number, end: number): boolean {
  const reader = new DecimalReader()
  let index = start
  while (index < end) {
    reader.read(bytes, index, end)
    if (reader.end < 0) return false
    index = separatorsEnd(bytes, reader.end, end)
  }
  return true
}
