/** The words of a file of bare rows, in a file beside it. */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { OpenOptions } from '../format.ts'
import { invalidFormat, MAX_TEXT_BYTES, MAX_WORDS } from '../malformed.ts'
import { NEWLINE } from './lines.ts'
import { sniffText } from './sniff.ts'
import { decodeUtf8 } from './utf8.ts'
import { checkWordLengths, parseWordList } from './word-list.ts'

/** Names that only a list of words has; any other may be that of a table. */
const WORD_LISTS = ['words.txt', 'vocab.txt']
const SAMPLE_BYTES = 1 << 16

export interface WordsBeside {
  readonly words: string[]
  /** The file they come from. */
  readonly from: string
  readonly bytes: number
}

/**
 * The words in the first of `names` that lies beside `source`: a JSON list of strings (`.json`) or one word
 * per line (anything else). Undefined where there is none.
 *
 * @throws `INVALID_FORMAT` or `INVALID_ENCODING` if there is one and it is not that
 */
export async function wordsBeside(
  source: ByteSource,
  names: readonly string[],
  options: OpenOptions,
): Promise<WordsBeside | undefined> {
  for (const name of names) {
    const beside = await source.sibling?.(name)
    if (!beside) continue
    try {
      const words = await readWords(beside, name, options)
      if (words) return { words, from: beside.name, bytes: beside.size }
    } finally {
      await beside.close?.()
    }
  }
  return undefined
}

/** What comes before the last dot of the file's name, its directory, a URL's query and `.gz` left out. */
export function stem(source: ByteSource): string {
  const file = source.name.replace(/[?#].*$/, '').replace(/^.*[/\\]/, '')
  return file.replace(/\.gz$/i, '').replace(/\.[^.]*$/, '')
}

/** Undefined where the file is a table of its own, as a GloVe text beside the same rows as npy is. */
async function readWords(
  beside: ByteSource,
  name: string,
  options: OpenOptions,
): Promise<string[] | undefined> {
  if (beside.size > MAX_TEXT_BYTES) {
    throw invalidFormat(beside, `${beside.size} bytes are too many for a list of words.`)
  }
  const bytes = await readExactly(beside, 0, beside.size, options.signal)
  const mode = options.encodingErrors
  const place = { name: beside.name, offset: 0 }
  if (name.endsWith('.json')) return parseWordList(beside, bytes, mode, place)
  if (sniffText(bytes.subarray(0, SAMPLE_BYTES), bytes.length)) {
    if (!WORD_LISTS.includes(name)) return undefined
    throw invalidFormat(
      beside,
      'numbers follow its words; one word per line is expected. Remove the numbers, or give the file ' +
        'another name.',
    )
  }
  let lines = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) lines++
  if (lines > MAX_WORDS) throw invalidFormat(beside, `it has ${lines} words; at most ${MAX_WORDS} are read.`)
  // An empty line is an empty word, so that the others stay with their rows; the last line may lack its end.
  const words = decodeUtf8(bytes, mode, place)
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (words.at(-1) === '') words.pop()
  checkWordLengths(beside, words, beside.name)
  return words
}
