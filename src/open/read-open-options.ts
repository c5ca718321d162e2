/** The one reader of how table files are opened. */

import { type KeysOf, oneOf, readChecked } from '../core/strict-options.ts'
import type { EncodingErrors, OpenOptions } from '../formats/format.ts'
import { pickSourceOptions, SOURCE_OPTIONS } from '../sources/options.ts'

export const ENCODING_ERRORS: readonly EncodingErrors[] = ['strict', 'replace', 'ignore']

export const OPEN_OPTIONS: KeysOf<OpenOptions> = {
  ...SOURCE_OPTIONS,
  encodingErrors: [
    "'strict' or 'replace' or 'ignore'",
    (value) => ENCODING_ERRORS.includes(value as EncodingErrors),
  ],
  shards: oneOf('all', 'table'),
  tensor: ['the name of a tensor', (value) => typeof value === 'string'],
  format: true,
}

/** A copy of the options, each of the kind it must be. Throws `INVALID_ARGUMENT`, for unknown keys too. */
export function readOpenOptions(given: OpenOptions): OpenOptions {
  const options = readChecked(given, OPEN_OPTIONS, 'the options of openTableFile()')
  return { ...options, ...pickSourceOptions(options) }
}
