/** How often each token of a table came in the text that its vectors were trained on. */
import { RowspaceError } from '../core/errors.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { WordOptions } from '../formats/format.ts'
import { readCounts } from '../formats/text/counts.ts'
import { pickSourceOptions } from '../sources/options.ts'
import type { SourceLike, SourceOptions } from '../sources/source.ts'
import { WordList } from '../table/vocabulary.ts'
import { FirstTokens } from './first-tokens.ts'
import { isByteSource, openSource } from './open-source.ts'

/** A vocabulary with a count for each of its tokens. */
class CountedTokens extends FirstTokens {
  constructor(
    tokens: Vocabulary,
    readonly counts: Float64Array,
  ) {
    super(tokens, tokens.size)
  }
}

type Tokens = readonly string[] | Vocabulary | undefined

/** The tokens with these counts, one per token. */
export function withCounts(tokens: Tokens, counts: Float64Array | undefined): Tokens {
  return tokens === undefined || counts === undefined
    ? tokens
    : new CountedTokens(asVocabulary(tokens), counts)
}

function asVocabulary(tokens: readonly string[] | Vocabulary): Vocabulary {
  return Array.isArray(tokens) ? new WordList(tokens) : (tokens as Vocabulary)
}

/**
 * The tokens with the counts in a file of words and counts; 0 for those that it does not have.
 *
 * @throws `NO_TOKENS` for a table without tokens, `INVALID_FORMAT` where the file has none of them
 */
export async function withCountsOf(
  tokens: Tokens,
  like: SourceLike,
  options: SourceOptions & WordOptions,
): Promise<Tokens> {
  const file = await openSource(like, pickSourceOptions(options))
  try {
    if (tokens === undefined) {
      const text = `${file.name} counts words, and the rows of this table have none: give them by { words } or { tokens }.`
      throw new RowspaceError('NO_TOKENS', text, { source: file.name })
    }
    const byWord = await readCounts(file, options)
    const vocabulary = asVocabulary(tokens)
    let known = 0
    const counts = Float64Array.from({ length: vocabulary.size }, (_, id) => {
      const count = byWord.get(vocabulary.tokenOf(id) ?? '')
      if (count !== undefined) known++
      return count ?? 0
    })
    if (known > 0) return withCounts(vocabulary, counts)
    const text = `${file.name} has ${byWord.size} counts and none of the words of this table: is it of another table?`
    throw new RowspaceError('INVALID_FORMAT', text, { source: file.name })
  } finally {
    if (!isByteSource(like)) await file.close?.()
  }
}
