/** The words of a file of bare rows, in a file beside it. */
import { readExactly } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import type { OpenOptions } from './format.ts'
import { invalidFormat } from './malformed.ts'
import { decodeUtf8 } from './utf8.ts'
import { checkWordLengths, parseWordList } from './word-list.ts'

/** More than any vocabulary: ten million words of a hundred bytes. */
const MAX_WORDS_BYTES = 1_000_000_000

export interface WordsBeside {
  readonly words: string[]
  /** The file they come from. */
  readonly from: string
  readonly bytes: number
}

/**
 * The words in the first of `names` that lies beside `source`: a JSON list of strings (`.json`) or one word a line
 * (anything else). Undefined where there is none.
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
      return { words: await readWords(beside, name, options), from: beside.name, bytes: beside.size }
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

async function readWords(beside: ByteSource, name: string, options: OpenOptions): Promise<string[]> {
  if (beside.size > MAX_WORDS_BYTES) {
    throw invalidFormat(beside, `${beside.size} bytes are too many for a list of words.`)
  }
  const bytes = await readExactly(beside, 0, beside.size, options.signal)
  const mode = options.encodingErrors ?? 'strict'
  const place = { name: beside.name, offset: 0 }
  if (name.endsWith('.json')) return parseWordList(beside, bytes, mode, place)
  const words = splitLines(decodeUtf8(bytes, mode, place))
  checkWordLengths(beside, words, beside.name)
  return words
}

/** One word a line; the last line may lack its end. A line that is empty is an empty word, so that rows keep their number. */
function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (lines.at(-1) === '') lines.pop()
  return lines
}
