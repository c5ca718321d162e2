/** A text file as pieces of whole lines, and the fields of a line, all as bytes. */
import { type BlockOptions, readBlocks } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import { DecimalReader, isSeparator } from './decimal.ts'
import { invalidFormat } from './malformed.ts'

export const NEWLINE = 0x0a

/** The longest line that is read, in bytes: a row of five million numbers. */
const MAX_LINE_BYTES = 1 << 26

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
  options: BlockOptions & { mostLineBytes?: number },
): AsyncGenerator<Lines, void, void> {
  const mostLineBytes = Math.min(MAX_LINE_BYTES, options.mostLineBytes ?? MAX_LINE_BYTES)
  let rest: Uint8Array = new Uint8Array(0)
  let offset = start
  for await (const block of readBlocks(source, start, source.size, options)) {
    const bytes = concatenate(rest, block)
    const end = bytes.lastIndexOf(NEWLINE) + 1
    if (end > 0) yield { bytes: bytes.subarray(0, end), offset }
    offset += end
    rest = bytes.subarray(end)
    if (rest.length > mostLineBytes) {
      throw invalidFormat(source, `the line at byte ${offset} is longer than ${mostLineBytes} bytes.`, {
        offset,
      })
    }
  }
  if (rest.length > 0) yield { bytes: rest, offset }
}

/** `first` and `second` in one array; `second` itself where `first` is empty. */
export function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
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

/** Whether nothing but separators lies in [start, end). */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (!isSeparator(bytes[index]!)) return false
  return true
}

/** Where the last `count` fields of the line [start, end) begin, or -1 if it has fewer. */
export function lastFields(bytes: Uint8Array, start: number, end: number, count: number): number {
  let index = end
  for (let field = 0; field < count; field++) {
    while (index > start && isSeparator(bytes[index - 1]!)) index--
    if (index === start) return -1
    while (index > start && !isSeparator(bytes[index - 1]!)) index--
  }
  return index
}

/** Fields of the line [start, end), separated by runs of spaces and tabs. */
export function countFields(bytes: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let index = start; index < end; index++) {
    const startsField = index === start || isSeparator(bytes[index - 1]!)
    if (startsField && !isSeparator(bytes[index]!)) count++
  }
  return count
}

/** Whether the line is a word, a separator and `dimension` numbers; the word may hold spaces. */
export function isRow(bytes: Uint8Array, start: number, end: number, dimension: number): boolean {
  const numbers = lastFields(bytes, start, end, dimension)
  return numbers > start + 1 && areNumbers(bytes, numbers, end)
}

function areNumbers(bytes: Uint8Array, start: number, end: number): boolean {
  const reader = new DecimalReader()
  let index = start
  while (index < end) {
    reader.read(bytes, index, end)
    if (reader.end < 0) return false
    index = reader.end
    while (index < end && isSeparator(bytes[index]!)) index++
  }
  return true
}
