/** Texts to vectors without a transformer: the mean of their tokens' rows. */

import { RowspaceError } from '../core/errors.ts'
import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { checkCount, describe, invalidArgument, isVector, readList } from '../core/values.ts'
import { checkTable } from '../table/check-table.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { POOL_OPTIONS, type PoolOptions, pool } from './pool.ts'

/** Turns texts into ids of rows. */
export interface TextTokenizer {
  /** The ids of the rows of a text's tokens, in order. Leave out tokens without a row. */
  idsOf(text: string): ArrayLike<number>
}

/** How texts become vectors. */
export interface EmbedOptions extends PoolOptions {
  /** Turns texts into ids. Default: the table's own vocabulary. */
  tokenizer?: TextTokenizer | undefined
  /** How many tokens of a text count, from its beginning. Default: all. */
  maxTokens?: number | undefined
}

const EMBED_OPTIONS: KeysOf<EmbedOptions> = { ...POOL_OPTIONS, tokenizer: true, maxTokens: true }

/**
 * A vector for each text: the weighted mean of the rows of its tokens, n · d numbers. Unknown tokens are left
 * out; a text without known tokens gives zeros. (Wieting et al. 2016; Arora, Liang & Ma 2017.)
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
    throw invalidArgument('tokenizer must have a method idsOf(text)', tokenizer)
  }
  if (maxTokens !== undefined) checkCount(maxTokens, 'maxTokens', 0)
  const bags = textList(texts).map((text) => {
    const ids = tokenizer.idsOf(text)
    return isVector(ids) ? Array.from(ids).slice(0, maxTokens) : ids
  })
  return pool(table, bags, given)
}

/** The texts. Throws `INVALID_ARGUMENT` unless all are strings. */
export function textList(texts: string | Iterable<string>): string[] {
  const list = typeof texts === 'string' ? [texts] : readList(texts, 'texts')
  const index = list.findIndex((text) => typeof text !== 'string')
  if (index < 0) return list
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `every text must be a string; text ${index} is ${describe(list[index])}.`,
    { index },
  )
}

/**
 * The tokenizer of the table's own vocabulary.
 *
 * @throws RowspaceError `NO_TOKENS`.
 */
export function tokenizerOf(table: EmbeddingTable): TextTokenizer {
  checkTable(table)
  const { vocabulary } = table
  if (vocabulary === undefined) {
    throw new RowspaceError(
      'NO_TOKENS',
      'this table has no tokens to tokenize a text with: pass { tokenizer }, or pool ids.',
    )
  }
  return {
    idsOf: (text) => vocabulary.tokenize(text).flatMap(({ id }) => (id === undefined ? [] : [id])),
  }
}
