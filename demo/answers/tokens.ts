/** A sentence as tokens of the table, and rows by name. */
import type { EmbeddingTable, Match, TextToken } from 'rowspace'
import type { State } from '../state.ts'

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A row of the table as the page shows it. */
export interface NamedMatch {
  id: number
  name: string
  cosine: number
  dot: number
}

/** Tables without tokens take ids: `3 14 15`. */
export function split(table: Pick<EmbeddingTable, 'vocabulary' | 'size'>, sentence: string): TextToken[] {
  if (table.vocabulary !== undefined) return joined(table.vocabulary.tokenize(sentence), sentence)
  return (sentence.match(/\d+/g) ?? []).map((text) => {
    const id = Number(text)
    return { text: `#${text}`, id: id < table.size ? id : undefined }
  })
}

/** Pieces of one character, as of a joined emoji, that have no row of their own are one token without a row. */
function joined(tokens: readonly TextToken[], sentence: string): TextToken[] {
  const characters = Array.from(SEGMENTER.segment(sentence), ({ segment }) => segment)
  const found: TextToken[] = []
  for (let place = 0; place < tokens.length; place++) {
    const token = tokens[place] as TextToken
    const character = characters.find(
      (each) => each.length > token.text.length && each.startsWith(token.text),
    )
    let text = token.text
    let last = place
    while (character !== undefined && text !== character && tokens[last]?.id === undefined) {
      const next = tokens[last + 1]
      if (next === undefined || !character.startsWith(text + next.text)) break
      text += next.text
      last++
    }
    const isOne = last > place && text === character && tokens[last]?.id === undefined
    found.push(isOne ? { text, id: undefined } : token)
    if (isOne) place = last
  }
  return found
}

/**
 * Which token is looked at: the one the state says (the last, where it says more than there are), else the
 * first with a row; −1 if none has.
 */
export function chosenPlace(tokens: readonly TextToken[], { place }: State): number {
  const wanted = Math.min(place, tokens.length - 1)
  return tokens[wanted]?.id === undefined ? tokens.findIndex(({ id }) => id !== undefined) : wanted
}

export const nameOf = (vocabulary: EmbeddingTable['vocabulary'], id: number): string =>
  vocabulary?.tokenOf(id) ?? `#${id}`

export function named(table: EmbeddingTable, matches: Iterable<Match>): NamedMatch[] {
  return Array.from(matches, ({ id, cosine, dot }) => ({
    id,
    name: nameOf(table.vocabulary, id),
    cosine,
    dot,
  }))
}

/** ‖row‖ */
export const norm = (row: Float32Array): number => Math.hypot(...row)

/**
 * A search's time is the median of so many: the first one of a table also waits for the engine to compile.
 */
const TIMED = 5
/** Slow searches are not repeated. */
const SLOW_MILLISECONDS = 20

/** What a search gives, and the milliseconds it takes. */
export function timed<Result>(search: () => Result): { result: Result; milliseconds: number; timed: number } {
  const times: number[] = []
  const once = () => {
    const start = performance.now()
    const result = search()
    times.push(performance.now() - start)
    return result
  }
  const result = once()
  const slow = () => Number(times.at(-1)) > SLOW_MILLISECONDS
  while (times.length < TIMED && !slow()) once()
  const sorted = [...times].sort((a, b) => a - b)
  return { result, milliseconds: sorted[Math.floor(sorted.length / 2)] ?? 0, timed: times.length }
}
