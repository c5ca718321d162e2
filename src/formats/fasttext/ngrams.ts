/** The n-grams of a word, as fastText hashes them. */
import type { FastTextHeader } from './header.ts'

/** How words are cut into n-grams. */
export type Ngrams = Pick<FastTextHeader, 'buckets' | 'minNgram' | 'maxNgram'>

const [START, END] = [0x3c, 0x3e]
/** fastText's mark for the end of a line: a word without n-grams. */
const END_OF_LINE = '</s>'

/** FNV-1a, of bytes as signed ones: what compilers did when the first models were made. */
const OFFSET_BASIS = 2166136261
const PRIME = 16777619

/**
 * Calls `visit` with the bucket of each n-gram of a word: of the bytes `<word>`, every sequence of minNgram to
 * maxNgram letters (UTF-8 sequences), but `<` and `>` alone.
 */
export function eachBucket(
  word: Uint8Array,
  { buckets, minNgram, maxNgram }: Ngrams,
  visit: (bucket: number) => void,
): void {
  if (buckets === 0 || maxNgram === 0 || isEndOfLine(word)) return
  const last = word.length + 1
  const byteAt = (index: number) => (index === 0 ? START : index === last ? END : (word[index - 1] ?? 0))
  for (let start = 0; start <= last; start++) {
    if (isContinuation(byteAt(start))) continue
    let hash = OFFSET_BASIS
    for (let end = start, letters = 1; end <= last && letters <= maxNgram; letters++) {
      do {
        hash = Math.imul(hash ^ ((byteAt(end) << 24) >> 24), PRIME)
        end++
      } while (end <= last && isContinuation(byteAt(end)))
      if (letters < minNgram || (letters === 1 && (start === 0 || end > last))) continue
      visit((hash >>> 0) % buckets)
    }
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

function isEndOfLine(word: Uint8Array): boolean {
  return (
    word.length === END_OF_LINE.length && word.every((byte, index) => byte === END_OF_LINE.charCodeAt(index))
  )
}
