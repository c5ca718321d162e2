/** The words of a file of bare rows, in a file beside it. */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource, ReadOptions } from '../../sources/source.ts'
import type { FoundWords, ReaderOptions, WordOptions } from '../format.ts'
import { invalidFormat, MAX_TEXT_BYTES, MAX_WORDS } from '../malformed.ts'
import { NEWLINE } from './lines.ts'
import { sniffText } from './sniff.ts'
import { decodeText } from './utf8.ts'
import { checkWordCount, checkWordLengths, parseWordList } from './word-list.ts'

/** Names that only a list of words has; any other may be that of a table. */
const WORD_LISTS = ['words.txt', 'vocab.txt']
const SAMPLE_BYTES = 1 << 16
/** [ */
const LIST_START = 0x5b

/**
 * The words that the caller named, else those in the first of `names` that lies beside `source`: a JSON list
 * of strings (`.json`) or one word per line (anything else). Undefined where there is none.
 *
 * @throws `INVALID_FORMAT` or `INVALID_ENCODING` if there is one and it is not that
 */
export async function wordsBeside(
  source: ByteSource,
  names: readonly string[],
  options: ReaderOptions,
): Promise<FoundWords | undefined> {
  if (options.words !== undefined) return options.words
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

/**
 * The words that the caller named, in place of the file's own: one per row. Undefined where none were named.
 */
export function namedWords(
  source: ByteSource,
  size: number,
  { words }: ReaderOptions,
): (() => Promise<readonly string[]>) | undefined {
  if (words === undefined) return undefined
  checkWordCount(source, words.words, size, words.from)
  return async () => words.words
}

/**
 * Reads the words in `file`, which the caller named, whatever its name is: a JSON list, or one per line.
 *
 * @throws `INVALID_FORMAT`, `INVALID_ENCODING`
 */
export async function readNamedWords(
  file: ByteSource,
  options: WordOptions & ReadOptions,
): Promise<FoundWords> {
  const isList = file.size > 0 && (await readExactly(file, 0, 1, options.signal))[0] === LIST_START
  const words = await readWords(file, isList ? 'words.json' : 'words.txt', options)
  return { words: words ?? [], from: file.name, bytes: file.size }
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
  options: WordOptions & ReadOptions,
): Promise<string[] | undefined> {
  if (beside.size > MAX_TEXT_BYTES) {
    throw invalidFormat(beside, `${beside.size} bytes are too many for a list of words.`)
  }
  const bytes = await readExactly(beside, 0, beside.size, options.signal)
  const place = { name: beside.name, offset: 0 }
  if (name.endsWith('.json')) return parseWordList(beside, bytes, options.encodingErrors, place)
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
  const words = decodeText(bytes, options, place)
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (words.at(-1) === '') words.pop()
  checkWordLengths(beside, words, beside.name)
  return words
}
