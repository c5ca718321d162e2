/** How often each token of a table came in the text that its vectors were trained on. */
import { RowspaceError } from '../core/errors.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { WordOptions } from '../formats/format.ts'
import { readCounts } from '../formats/text/counts.ts'
import type { ByteSource, SourceLike, SourceOptions } from '../sources/source.ts'
import { WordList } from '../table/vocabulary.ts'
import { FirstTokens } from './first-tokens.ts'
import { isByteSource, openNamed } from './open-source.ts'

type Tokens = readonly string[] | Vocabulary | undefined

/** The tokens with these counts, one per token. */
export function withCounts(tokens: Tokens, counts: Float64Array | undefined): Tokens {
  if (tokens === undefined || counts === undefined) return tokens
  const vocabulary = asVocabulary(tokens)
  return new FirstTokens(vocabulary, vocabulary.size, counts)
}

function asVocabulary(tokens: readonly string[] | Vocabulary): Vocabulary {
  return Array.isArray(tokens) ? new WordList(tokens) : (tokens as Vocabulary)
}

/**
 * The tokens with the counts in a file of words and counts; 0 for those that it does not have.
 *
 * @param table the file of the table
 * @throws `NO_TOKENS` for a table without tokens, `INVALID_FORMAT` where the file has none of them
 */
export async function withCountsOf(
  tokens: Tokens,
  like: SourceLike,
  table: ByteSource,
  options: SourceOptions & WordOptions,
): Promise<Tokens> {
  const file = await openNamed(like, table, options)
  try {
    if (tokens === undefined) {
      const problem = `${file.name} counts words, and the rows of this table have none`
      const text = `${problem}: give them by { words } or { tokens }.`
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
    const problem = `${file.name} has ${byWord.size} counts and none of the words of this table`
    const text = `${problem}: is it of another table?`
    throw new RowspaceError('INVALID_FORMAT', text, { source: file.name })
  } finally {
    if (!isByteSource(like)) await file.close?.()
  }
}
