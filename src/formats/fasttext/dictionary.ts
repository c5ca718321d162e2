/** The words of a fastText model, read from front to back. */
import { joinBytes } from '../../core/join-bytes.ts'
import { type BlockOptions, readBlocks } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { invalidFormat } from '../malformed.ts'
import { ENTRY_BYTES, FASTTEXT_HEADER_BYTES, type FastTextHeader } from './header.ts'

/** A word, as a view that the next one invalidates, where it lies and how often it came in the text. */
export type VisitWord = (word: Uint8Array, offset: number, count: number) => void

const LABEL = 1

/**
 * Calls `visit` with each of the first `count` entries. Returns where the last of them ends.
 *
 * @param end where entries must end at the latest
 * @throws `INVALID_FORMAT` with the byte, for a word that is empty, too long, or a label among words
 */
export async function eachEntry(
  source: ByteSource,
  { words }: FastTextHeader,
  { count, end, ...options }: BlockOptions & { count: number; end: number },
  visit: VisitWord,
): Promise<number> {
  let seen = 0
  let offset = FASTTEXT_HEADER_BYTES
  let rest: Uint8Array = new Uint8Array(0)
  for await (const block of readBlocks(source, offset, end, options)) {
    const bytes = rest.length === 0 ? block : joinBytes([rest, block])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let index = 0
    while (seen < count) {
      const stop = bytes.indexOf(0, index)
      const length = (stop < 0 ? bytes.length : stop) - index
      if (length > MAX_WORD_LENGTH)
        throw badEntry(source, seen, offset + index, `is over ${MAX_WORD_LENGTH} bytes long`)
      if (stop < 0 || stop + ENTRY_BYTES > bytes.length) break
      if (length === 0) throw badEntry(source, seen, offset + index, 'is empty')
      const isLabel = view.getInt8(stop + 9) === LABEL
      if (isLabel !== seen >= words)
        throw badEntry(source, seen, offset + index, `is ${isLabel ? '' : 'not '}a label`)
      visit(bytes.subarray(index, stop), offset + index, Number(view.getBigInt64(stop + 1, true)))
      index = stop + ENTRY_BYTES
      seen++
    }
    offset += index
    if (seen === count) return offset
    rest = bytes.subarray(index)
  }
  throw invalidFormat(source, `${count} entries were expected and byte ${end} comes after ${seen} of them.`, {
    expected: count,
    actual: seen,
  })
}

function badEntry(source: ByteSource, entry: number, offset: number, problem: string) {
  const text = `the word of entry ${entry} (byte ${offset}) ${problem}: the file is damaged.`
  return invalidFormat(source, text, { row: entry, offset })
}
