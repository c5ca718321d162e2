/** What `<table>` on the command line means, opened. */

import { isRowspaceError, RowspaceError } from '../src/core/errors.ts'
import { pickOptions } from '../src/core/strict-options.ts'
import type { Vocabulary } from '../src/core/vocabulary.ts'
import type { OpenOptions } from '../src/formats/format.ts'
import { defaultFile } from '../src/open/default-file.ts'
import { fillFrom, tokensBeside } from '../src/open/open-table.ts'
import { type OpenTableFile, openTableFile } from '../src/open/open-table-file.ts'
import { ENCODING_ERRORS, OPEN_OPTIONS } from '../src/open/read-open-options.ts'
import type { EmbeddingTable } from '../src/table/embedding-table.ts'
import { note } from './output.ts'
import type { Arguments } from './parsing/arguments.ts'
import { isClusterName, shownName } from './parsing/clickhouse-address.ts'
import type { Option } from './parsing/option.ts'
import { showProgress } from './progress.ts'

/** Options of every command that opens models by name. */
export const HUB_OPTIONS: Readonly<Record<string, Option>> = {
  offline: { help: 'fetch nothing: models open from what was kept of them' },
  refresh: { help: 'ask whether a model has changed since it was kept' },
}

const NON_FINITE = ['reject', 'skip'] as const

/** Options of every command that opens a table. */
export const TABLE_OPTIONS: Readonly<Record<string, Option>> = {
  tensor: { value: 'NAME', help: 'the tensor to take, where a file holds several' },
  'encoding-errors': {
    value: ENCODING_ERRORS.join('|'),
    help: 'what becomes of bytes in words that are not UTF-8 (strict: an error)',
  },
  'non-finite': {
    value: NON_FINITE.join('|'),
    help: 'rows with NaN or infinity: an error (refuse), or left out',
  },
  ...HUB_OPTIONS,
}

export interface NamedTableOptions extends OpenOptions {
  quiet?: boolean
  threads?: number | 'auto'
  nonFinite?: (typeof NON_FINITE)[number]
}

export function tableOptions(args: Arguments): NamedTableOptions {
  const hub = { offline: args.flag('offline') || undefined, refresh: args.flag('refresh') }
  return {
    tensor: args.text('tensor'),
    encodingErrors: args.choice('encoding-errors', ENCODING_ERRORS, 'strict'),
    nonFinite: args.choice('non-finite', NON_FINITE, 'reject'),
    quiet: args.flag('quiet'),
    hub,
  }
}

const DEFAULT = 'default'

/** Throws `UNSUPPORTED` for a table on ClickHouse, which is asked there and not read. */
function checkName(name: string): void {
  if (!isClusterName(name)) return
  const shown = shownName(name)
  throw new RowspaceError(
    'UNSUPPORTED',
    `${JSON.stringify(shown)}: a table on ClickHouse is for nearest, analogy, lookup and inspect; give a path or a URL`,
    { name: shown },
  )
}

/** Opens the header of a path, a URL, an `hf:` name or `default`. Close it. */
export async function openFile(name: string, options: OpenOptions = {}): Promise<OpenTableFile> {
  checkName(name)
  const source = name === DEFAULT ? await defaultFile() : name
  return openTableFile(source, pickOptions<OpenOptions>(options, OPEN_OPTIONS))
}

/** Opens a table with its tokens; says on stderr what was left out. */
export async function openNamedTable(name: string, options: NamedTableOptions = {}): Promise<EmbeddingTable> {
  try {
    return await openOnce(name, options)
  } catch (error) {
    if (!isRowspaceError(error, 'CHANGED')) throw error
    note(`${error.message} It is opened again.`)
    return openOnce(name, options)
  }
}

async function openOnce(name: string, options: NamedTableOptions): Promise<EmbeddingTable> {
  const file = await openFile(name, { ...options, shards: 'table' })
  const progress = showProgress(name, options.quiet ?? false)
  try {
    const { signal, threads, nonFinite } = options
    const table = await fillFrom(
      file,
      { onProgress: progress.report, signal, threads, nonFinite },
      async (loaded) => ({
        ...loaded,
        tokens: loaded.tokens ?? (await knownVocabulary(file, name, signal)),
      }),
    )
    progress.clear()
    if (table.duplicates > 0) {
      const words = table.duplicates === 1 ? 'word comes' : 'words come'
      note(`${name}: ${table.duplicates} ${words} twice; the first row was kept`)
    }
    if (table.skipped > 0) note(`${name}: ${table.skipped} rows are not finite and were left out`)
    return table
  } finally {
    progress.clear()
    await file.close()
  }
}

const GPT2_TOKENS = 50_257

/** GPT-2's vocabulary, where shape and name of the tensor tell that it is; else that of the tokenizer.json beside the model. */
export async function knownVocabulary(
  file: OpenTableFile,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Vocabulary | undefined> {
  if (file.size === GPT2_TOKENS && /(^|\.)wte(\.|$)/.test(file.tensor ?? '')) {
    const { gpt2Vocabulary } = await import('../src/tokenizers/gpt2.ts')
    return gpt2Vocabulary()
  }
  const vocabulary = await tokensBeside(file, signal)
  const { unnamedRows = 0, tokensBeyond = 0 } = vocabulary ?? {}
  if (unnamedRows > 0) note(`${name}: ${unnamedRows} of ${file.size} rows have no token: the table is padded`)
  if (tokensBeyond > 0) note(`${name}: ${tokensBeyond} tokens of its tokenizer have no row`)
  return vocabulary
}
