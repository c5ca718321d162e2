/** Tables whose rows are elsewhere: on ClickHouse, or in a file that is searched where it lies. */

import { RowspaceError } from '../src/core/errors.ts'
import type { RowKey } from '../src/core/options.ts'
import type { ViewOptions } from '../src/stored/options.ts'
import type { StoredTable } from '../src/stored/stored-table.ts'
import type { AsyncTable } from '../src/table/async-table.ts'
import { idOfRow } from '../src/table/vocabulary.ts'
import { HELD_OPTIONS, heldOptions, openNamedView } from './open-table.ts'
import type { Arguments } from './parsing/arguments.ts'
import { isClusterName } from './parsing/clickhouse-address.ts'
import { splitText, type TextToken } from './parsing/naming.ts'
import type { Option } from './parsing/option.ts'
import { showProgress } from './progress.ts'

/** Option of the command that can read rows where they lie. */
export const READ_VIEW: Readonly<Record<string, Option>> = {
  view: { help: 'read rows where they lie, and no others' },
}

/** Options of the commands that can search a table where it lies. */
export const SEARCH_VIEW: Readonly<Record<string, Option>> = {
  view: { help: 'search rows where they lie, by the index beside the table (rowspace index)' },
  index: { value: 'FILE', help: 'the same, by an index that is elsewhere' },
  memory: {
    value: 'SIZE',
    help: 'the same, with codes of at most so many bytes in memory: 500MB, 1.5GiB (half of what is available)',
  },
}

/** A table whose rows are elsewhere. */
export interface Elsewhere<Table extends AsyncTable = AsyncTable> {
  /** Its name, as it may be printed. */
  readonly shown: string
  readonly table: Table
  /** The tokens of a text, each with its id where it has one; a table without tokens takes ids instead. */
  split(text: string): Promise<TextToken[]>
  /** Reads what the first search would have to read. */
  prepare(): Promise<void>
}

export function isElsewhere(name: string, args: Arguments): boolean {
  return isClusterName(name) || isView(args)
}

export function isView(args: Arguments): boolean {
  return Object.keys(SEARCH_VIEW).some((option) => args.flag(option))
}

/** Opens a table whose rows are elsewhere, runs `use` on it, and closes it. */
export async function onElsewhere<Result>(
  name: string,
  args: Arguments,
  use: (elsewhere: Elsewhere) => Promise<Result>,
): Promise<Result> {
  if (!isClusterName(name)) return onView(name, args, {}, use)
  rejectFileOptions(args)
  const { onCluster, splitOnCluster } = await import('./commands/clickhouse.ts')
  return onCluster(name, (table, shown) => {
    return use({ shown, table, split: (text) => splitOnCluster(table, text), prepare: async () => {} })
  })
}

/** Throws `INVALID_ARGUMENT` for options that a table on ClickHouse has no use for. */
export function rejectFileOptions(args: Arguments): void {
  const given = [...Object.keys(SEARCH_VIEW), 'counts', ...Object.keys(HELD_OPTIONS)]
  const useless = given.find((option) => args.flag(option))
  if (useless === undefined) return
  const problem = `--${useless} is for tables in files and models: leave it out for a table on ClickHouse.`
  throw new RowspaceError('INVALID_ARGUMENT', problem)
}

/** Opens a table to be searched where it lies, runs `use` on it, and closes it. */
export async function onView<Result>(
  name: string,
  args: Arguments,
  more: Pick<ViewOptions, 'threads'>,
  use: (elsewhere: Elsewhere<StoredTable>) => Promise<Result>,
): Promise<Result> {
  const { quiet, nonFinite, dtype, ...options } = heldOptions(args)
  if (nonFinite === 'skip') {
    const problem = 'rows are not looked through with --view, so --non-finite skip leaves none out.'
    throw new RowspaceError('INVALID_ARGUMENT', `${problem} Leave one of the two out.`)
  }
  if (dtype !== undefined) {
    const problem = `rows are not held with --view, so --dtype ${dtype} changes nothing.`
    throw new RowspaceError('INVALID_ARGUMENT', `${problem} Leave one of the two out.`)
  }
  if (args.flag('counts')) {
    throw new RowspaceError('INVALID_ARGUMENT', '--counts is for tables in memory: leave --view out.')
  }
  const table = await openNamedView(name, {
    ...options,
    ...more,
    index: args.text('index'),
    memory: args.bytes('memory'),
  })
  const progress = showProgress(name, quiet ?? false)
  try {
    return await use({
      shown: name,
      table,
      async split(text) {
        const vocabulary = await table.vocabularyFor(text)
        return splitText({ vocabulary, id: (row: RowKey) => idOfRow(row, table.size, vocabulary) }, text)
      },
      async prepare() {
        await table.loadIndex({ onProgress: progress.report })
        progress.clear()
      },
    })
  } finally {
    progress.clear()
    await table.close()
  }
}
