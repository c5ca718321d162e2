/** The one reader of how table files are opened. */

import { RowspaceError } from '../core/errors.ts'
import { integerFrom, type KeysOf, oneOf, readChecked } from '../core/strict-options.ts'
import type { Encoding, EncodingErrors, OpenOptions } from '../formats/format.ts'
import { pickSourceOptions, SOURCE_OPTIONS } from '../sources/options.ts'

export const ENCODING_ERRORS: readonly EncodingErrors[] = ['strict', 'replace', 'ignore']

export const ENCODINGS: readonly Encoding[] = ['utf-8', 'latin1']

export const OPEN_OPTIONS: KeysOf<OpenOptions> = {
  ...SOURCE_OPTIONS,
  limit: integerFrom(1),
  words: true,
  encoding: oneOf(...ENCODINGS),
  encodingErrors: oneOf(...ENCODING_ERRORS),
  shards: oneOf('all', 'table'),
  tensor: ['the name of a tensor', (value) => typeof value === 'string'],
  format: true,
}

/** A copy of the options, each of the kind it must be. Throws `INVALID_ARGUMENT`, for unknown keys too. */
export function readOpenOptions(given: OpenOptions): OpenOptions {
  const options = readChecked(given, OPEN_OPTIONS, 'the options of openTableFile()')
  return { ...options, ...pickSourceOptions(options) }
}

/** Throws `INVALID_ARGUMENT` where rows are named twice. */
export function checkNamedOnce({ tokens, words }: { tokens?: unknown; words?: unknown }): void {
  if (tokens === undefined || words === undefined) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    'tokens and words both name the rows of the table: leave one of them out.',
  )
}
