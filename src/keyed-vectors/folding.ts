/** Finds the words of an evaluation in a table: among its first rows, in any case or as written. */
import { RowspaceError } from '../core/errors.ts'
import type { IdSet } from '../core/id-set.ts'
import type { KeysOf } from '../core/strict-options.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { liveRows } from '../table/live-rows.ts'
import { checkBound } from './search-options.ts'

/** How words are found. */
export interface FoldingOptions {
  /** Use only the first rows, this many. Default: all. (gensim's default is 300,000.) */
  restrictVocab?: number | undefined
  /** Compare words in upper case; of rows that differ by case the first counts. Default: true. */
  caseInsensitive?: boolean | undefined
}

export const FOLDING_OPTIONS: KeysOf<FoldingOptions> = { restrictVocab: true, caseInsensitive: true }

/** The rows whose words are looked for. */
export interface WordRows {
  readonly size: number
  readonly vocabulary: Vocabulary | undefined
  /** Those that may be in an answer. */
  readonly live?: IdSet | undefined
}

/** The rows of a table in memory, as words are looked for in them. */
export function wordRows(table: EmbeddingTable): WordRows {
  const { size, vocabulary, skipped } = table
  return { size, vocabulary, live: skipped > 0 ? liveRows(table) : undefined }
}

/**
 * Words of a table by their folded form. On tables of subword tokens a word is the token that begins it,
 * `▁king` or ` king`; the token inside words (`king`) only where there is no such.
 */
export class FoldedWords {
  readonly fold: (word: string) => string
  private readonly ids = new Map<string, number>()
  private readonly vocabulary: Vocabulary

  /** Throws `NO_TOKENS`, `INVALID_ARGUMENT`. */
  constructor({ vocabulary, size, live }: WordRows, options: FoldingOptions) {
    const { restrictVocab = size, caseInsensitive = true } = options
    if (vocabulary === undefined) {
      throw new RowspaceError(
        'NO_TOKENS',
        'this table has no tokens, so no word of an evaluation can be found in it.',
      )
    }
    this.vocabulary = vocabulary
    this.fold = caseInsensitive ? (word) => word.toUpperCase() : (word) => word
    const count = Math.min(size, checkBound(restrictVocab, 'restrictVocab'))
    for (let id = 0; id < count; id++) {
      const token = vocabulary.tokenOf(id)
      if (token === undefined || live?.has(id) === false) continue
      const word = this.wordOf(token)
      const known = this.ids.get(word)
      if (known === undefined || (beginsWord(token) && !beginsWord(vocabulary.tokenOf(known) ?? ''))) {
        this.ids.set(word, id)
      }
    }
  }

  /** The row of a word. */
  idOf(word: string): number | undefined {
    return this.ids.get(this.fold(word))
  }

  /**
   * The folded word that a row answers; undefined where it has no token, or where another row begins that
   * word.
   */
  answerOf(id: number): string | undefined {
    const token = this.vocabulary.tokenOf(id)
    if (token === undefined) return undefined
    const word = this.wordOf(token)
    const known = this.vocabulary.tokenOf(this.ids.get(word) ?? id)
    return known !== undefined && beginsWord(known) && !beginsWord(token) ? undefined : word
  }

  private wordOf(token: string): string {
    // most tokens have nothing to cut off, and trim costs more than all else here
    if (isVisible(token.charCodeAt(0)) && isVisible(token.charCodeAt(token.length - 1)))
      return this.fold(token)
    return this.fold((token.startsWith('▁') && token.length > 1 ? token.slice(1) : token).trim())
  }
}

/** Whether a code unit is an ASCII sign other than white space. */
function isVisible(code: number): boolean {
  return code > 0x20 && code < 0x7f
}

function beginsWord(token: string): boolean {
  return token.startsWith('▁') || token.startsWith(' ')
}
