/** The one reader of how table files are opened. */

import { type KeysOf, readOptions } from '../core/strict-options.ts'
import { invalidArgument } from '../core/values.ts'
import type { EncodingErrors, OpenOptions } from '../formats/format.ts'
import { pickSourceOptions, SOURCE_OPTIONS } from '../sources/options.ts'

export const OPEN_OPTIONS: KeysOf<OpenOptions> = {
  ...SOURCE_OPTIONS,
  encodingErrors: true,
  shards: true,
  tensor: true,
  format: true,
}

export const ENCODING_ERRORS: readonly EncodingErrors[] = ['strict', 'replace', 'ignore']
const SHARDS: readonly OpenOptions['shards'][] = ['all', 'table']

/** A copy of the options, each of the kind it must be. Throws `INVALID_ARGUMENT`, for unknown keys too. */
export function readOpenOptions(given: OpenOptions): OpenOptions {
  const options = readOptions(given, OPEN_OPTIONS, 'the options of openTableFile()')
  checkChoice('encodingErrors', options.encodingErrors, ENCODING_ERRORS)
  checkChoice('shards', options.shards, SHARDS)
  if (options.tensor !== undefined && typeof options.tensor !== 'string') {
    throw invalidArgument('tensor must be the name of a tensor', options.tensor)
  }
  return { ...options, ...pickSourceOptions(options) }
}

function checkChoice(name: string, value: unknown, among: readonly unknown[]): void {
  if (value === undefined || among.includes(value)) return
  const choices = among.map((each) => `'${each}'`).join(' or ')
  throw invalidArgument(`${name} must be ${choices}`, value)
}
