/** Texts to vectors without a transformer: the mean of their tokens' rows. */

import { RowspaceError } from '../core/errors.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { checkCount, describe } from '../core/values.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { POOL_OPTIONS, type PoolOptions, pool } from './pool.ts'

/** From a text to ids of rows. Ids that are undefined are of tokens without a row, and are left out. */
export interface TextTokenizer {
  idsOf(text: string): ArrayLike<number>
}

export interface EmbedOptions extends PoolOptions {
  /** How a text is split; by the table's own vocabulary unless given. */
  tokenizer?: TextTokenizer | undefined
  /** Tokens of a text that count at most, from its beginning. All unless given. */
  maxTokens?: number | undefined
}

const EMBED_OPTIONS: KeysOf<EmbedOptions> = { ...POOL_OPTIONS, tokenizer: true, maxTokens: true }

/**
 * A vector for each text: the mean of its tokens' rows, weighted, n · d numbers. Tokens that the table does not have are left out; a text
 * without any gives zeros. (Wieting et al. 2016; Arora, Liang & Ma 2017.)
 *
 * @throws RowspaceError as `pool`; `NO_TOKENS` where the table has none and no tokenizer is given.
 * @example
 * const vectors = embed(table, ['a small domestic cat', 'a large wild cat'], { normalize: true })
 */
export function embed(
  table: EmbeddingTable,
  texts: string | Iterable<string>,
  options: EmbedOptions = {},
): Float32Array {
  checkTable(table)
  const {
    tokenizer = tokenizerOf(table),
    maxTokens,
    ...given
  } = readOptions(options, EMBED_OPTIONS, 'the options of embed()')
  if (typeof tokenizer?.idsOf !== 'function') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `tokenizer must have a method idsOf(text); got ${describe(tokenizer)}`,
    )
  }
  if (maxTokens !== undefined) checkCount(maxTokens, 'maxTokens', 0)
  const bags = textList(texts).map((text) => {
    const ids = tokenizer.idsOf(text)
    return maxTokens === undefined || !(ids?.length > maxTokens) ? ids : Array.from(ids).slice(0, maxTokens)
  })
  return pool(table, bags, given)
}

/** Throws `INVALID_ARGUMENT` unless these are a text or texts. */
export function textList(texts: string | Iterable<string>): string[] {
  if (typeof texts === 'string') return [texts]
  if (typeof texts !== 'object' || texts === null || !(Symbol.iterator in texts)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `a text or a list of texts was expected; got ${describe(texts)}`,
    )
  }
  const list = [...texts]
  const odd = list.findIndex((text) => typeof text !== 'string')
  if (odd < 0) return list
  throw new RowspaceError('INVALID_ARGUMENT', `text ${odd} is no string: ${describe(list[odd])}`, {
    index: odd,
  })
}

/** Splits as the table's vocabulary does. Throws `NO_TOKENS`. */
export function tokenizerOf(table: EmbeddingTable): TextTokenizer {
  checkTable(table)
  const { vocabulary } = table
  if (vocabulary === undefined) {
    throw new RowspaceError(
      'NO_TOKENS',
      'this table has no tokens, so no text can be split: give { tokenizer }, or pool ids',
    )
  }
  return {
    idsOf: (text) => vocabulary.tokenize(text).flatMap(({ id }) => (id === undefined ? [] : [id])),
  }
}
