/** Files of counts, as of word2vec's -save-vocab and gensim's fvocab: a word and a number per line. */
import type { ByteSource, ReadOptions } from '../../sources/source.ts'
import type { WordOptions } from '../format.ts'
import { MAX_WORD_LENGTH } from '../loading.ts'
import { invalidFormat, MAX_WORDS } from '../malformed.ts'
import { beforeSeparators, eachLine, isBlank, lastFields, readLines } from './lines.ts'
import { decodeText } from './utf8.ts'

/** A word, separators and twenty digits. */
const MAX_COUNT_LINE = MAX_WORD_LENGTH + 64

/**
 * The counts by word; of a word that comes twice the last.
 *
 * @throws `INVALID_FORMAT` with the line for one that is not a word and an integer ≥ 0, `INVALID_ENCODING`
 */
export async function readCounts(
  source: ByteSource,
  options: WordOptions & ReadOptions,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  let line = 0
  for await (const { bytes, offset } of readLines(source, 0, { signal: options.signal }, MAX_COUNT_LINE)) {
    eachLine(bytes, (start, end) => {
      line++
      if (isBlank(bytes, start, end)) return
      const field = lastFields(bytes, start, end, 1)
      const wordEnd = beforeSeparators(bytes, start, field)
      const text = new TextDecoder('latin1')
        .decode(bytes.subarray(field, Math.min(end, field + 40)))
        .trimEnd()
      const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (wordEnd <= start || !Number.isSafeInteger(count)) {
        const shown = JSON.stringify(text)
        throw invalidFormat(source, `line ${line} ends in ${shown}; a word and its count were expected.`, {
          line,
        })
      }
      const place = { name: source.name, offset: offset + start }
      if (counts.size === MAX_WORDS)
        throw invalidFormat(source, `it has more than ${MAX_WORDS} words.`, { line })
      counts.set(decodeText(bytes.subarray(start, wordEnd), options, place), count)
    })
  }
  return counts
}
