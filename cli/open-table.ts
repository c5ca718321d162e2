/** What `<table>` on the command line means, opened. */

import { ELEMENT_TYPES, type ElementType } from '../src/core/element-types.ts'
import { RowspaceError } from '../src/core/errors.ts'
import { pickOptions } from '../src/core/strict-options.ts'
import { describe } from '../src/core/values.ts'
import type { OpenOptions } from '../src/formats/format.ts'
import { defaultFile } from '../src/open/default-table.ts'
import { type OpenRowSource, openRows } from '../src/open/open-rows.ts'
import { type OpenHooks, type OpenTableOptions, openTableWith } from '../src/open/open-table.ts'
import { type OpenTableFile, openTableFile } from '../src/open/open-table-file.ts'
import { ENCODING_ERRORS, ENCODINGS, OPEN_OPTIONS } from '../src/open/read-open-options.ts'
import { resolveVocabulary } from '../src/open/resolve-vocabulary.ts'
import type { ViewOptions } from '../src/stored/options.ts'
import type { StoredTable } from '../src/stored/stored-table.ts'
import { viewTableWith } from '../src/stored/view-table.ts'
import { EmbeddingTable } from '../src/table/embedding-table.ts'
import type { ModelVocabulary } from '../src/tokenizers/model-vocabulary.ts'
import { note } from './output.ts'
import type { Arguments } from './parsing/arguments.ts'
import { isClusterName, shownName } from './parsing/clickhouse-address.ts'
import type { Option } from './parsing/option.ts'
import { type ShownProgress, showProgress } from './progress.ts'

/** Options of every command that opens models by name. */
export const HUB_OPTIONS: Readonly<Record<string, Option>> = {
  offline: { help: 'fetch nothing: models open from the cache' },
  refresh: { help: 'check whether a cached model has changed' },
}

const NON_FINITE = ['reject', 'skip'] as const

/** Options of every command that opens a table. */
export const TABLE_OPTIONS: Readonly<Record<string, Option>> = {
  tensor: { value: 'NAME', help: 'the tensor to open, where a file holds several' },
  limit: { value: 'N', help: 'read the first N rows alone' },
  words: { value: 'FILE', help: 'the names of the rows, where the table has none: lines or a JSON list' },
  encoding: { value: ENCODINGS.join('|'), help: 'how a text writes its words (utf-8)' },
  'encoding-errors': {
    value: ENCODING_ERRORS.join('|'),
    help: 'words that are not UTF-8: an error (strict), U+FFFD (replace), or left out (ignore)',
  },
  'non-finite': {
    value: NON_FINITE.join('|'),
    help: 'rows with NaN or infinity: an error (reject), or left out (skip)',
  },
  ...HUB_OPTIONS,
}

/** The options of a command that has no use for some of them. */
export function tableOptionsWithout(...names: readonly string[]): Record<string, Option> {
  return Object.fromEntries(Object.entries(TABLE_OPTIONS).filter(([name]) => !names.includes(name)))
}

/** Options of the commands that hold a table in memory to search it. */
export const HELD_OPTIONS: Readonly<Record<string, Option>> = {
  ...TABLE_OPTIONS,
  dtype: { value: 'TYPE', help: `the type that rows are held in: ${ELEMENT_TYPES.join(', ')}` },
}

export interface NamedTableOptions extends OpenOptions {
  quiet?: boolean
  threads?: number | 'auto'
  nonFinite?: (typeof NON_FINITE)[number]
  dtype?: ElementType | undefined
  counts?: string | undefined
}

export function tableOptions(args: Arguments): NamedTableOptions {
  const hub = { offline: args.flag('offline') || undefined, refresh: args.flag('refresh') }
  return {
    tensor: args.text('tensor'),
    limit: args.text('limit') === undefined ? undefined : args.count('limit', 1, 1),
    words: args.text('words'),
    encoding: args.choice('encoding', ENCODINGS, 'utf-8'),
    encodingErrors: args.choice('encoding-errors', ENCODING_ERRORS, 'strict'),
    nonFinite: args.choice('non-finite', NON_FINITE, 'reject'),
    quiet: args.flag('quiet'),
    hub,
  }
}

export function heldOptions(args: Arguments): NamedTableOptions {
  const dtype = args.text('dtype') === undefined ? undefined : args.choice('dtype', ELEMENT_TYPES, 'f32')
  return { ...tableOptions(args), dtype }
}

const DEFAULT = 'default'

/** Throws `UNSUPPORTED` for a table on ClickHouse, which is searched there and not read. */
function checkName(name: string): void {
  if (!isClusterName(name)) return
  const shown = shownName(name)
  const problem = 'a table on ClickHouse is for nearest, analogy, lookup and inspect; give a path or a URL.'
  throw new RowspaceError('UNSUPPORTED', `${describe(shown)}: ${problem}`, { name: shown })
}

/** What the library opens for a name. Throws as `checkName`. */
export async function sourceOf(name: string): Promise<File | string> {
  checkName(name)
  return name === DEFAULT ? defaultFile() : name
}

/** Opens the header of a path, a URL, an `hf:` name or `default`. Close it. */
export async function openFile(name: string, options: OpenOptions = {}): Promise<OpenTableFile> {
  return openTableFile(await sourceOf(name), pickOptions<OpenOptions>(options, OPEN_OPTIONS))
}

/** Opens a table with its tokens; notes on stderr what was left out. */
export async function openNamedTable(name: string, options: NamedTableOptions = {}): Promise<EmbeddingTable> {
  const progress = showProgress(name, options.quiet ?? false)
  try {
    const source = await sourceOf(name)
    const onProgress = progress.report
    const table = await openTableWith(source, { ...openOptions(options), onProgress }, hooks(name, progress))
    progress.clear()
    noteLeftOut(name, table)
    return table
  } finally {
    progress.clear()
  }
}

/** Opens a table to be searched where it lies. Close it. */
export async function openNamedView(name: string, options: Omit<ViewOptions, 'core'>): Promise<StoredTable> {
  const { vocabularyOf = resolveVocabulary } = hooks(name)
  return viewTableWith(await sourceOf(name), options, vocabularyOf)
}

/** Opens the rows of a table block by block where the file's layout allows it, else the whole table. */
export async function openNamedRows(
  name: string,
  options: NamedTableOptions,
): Promise<OpenRowSource | EmbeddingTable> {
  const opened = await openRows(await sourceOf(name), openOptions(options), hooks(name))
  if (opened instanceof EmbeddingTable) noteLeftOut(name, opened)
  return opened
}

function openOptions({ quiet: _, shards: __, ...options }: NamedTableOptions): OpenTableOptions {
  return options
}

function noteLeftOut(name: string, { duplicates, skipped }: EmbeddingTable): void {
  if (duplicates > 0) {
    const words = duplicates === 1 ? 'word comes' : 'words come'
    note(`${name}: ${duplicates} ${words} twice; the first row counts.`)
  }
  if (skipped > 0) note(`${name}: ${skipped} rows are not finite and were left out.`)
}

const loadGpt2 = async () => (await import('../src/tokenizers/gpt2.ts')).gpt2Vocabulary()

function hooks(name: string, progress?: ShownProgress): OpenHooks {
  return {
    async vocabularyOf(file, signal) {
      const vocabulary = await resolveVocabulary(file, signal, loadGpt2)
      const { unnamedRows = 0, tokensBeyond = 0 } = (vocabulary ?? {}) as Partial<ModelVocabulary>
      if (unnamedRows > 0) {
        note(`${name}: ${unnamedRows} of ${file.size} rows have no token: the table is padded.`)
      }
      if (tokensBeyond > 0) note(`${name}: ${tokensBeyond} tokens of its tokenizer have no row.`)
      return vocabulary
    },
    onChanged(error) {
      progress?.clear()
      note(`${error.message} It is opened again.`)
    },
  }
}
