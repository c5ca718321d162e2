/** `rowspace index`: writes the index by which a table is searched where it lies. */

import { bytes, count } from '../../data/figures.ts'
import { isRowspaceError, RowspaceError } from '../../src/core/errors.ts'
import { pickOptions } from '../../src/core/strict-options.ts'
import { describe } from '../../src/core/values.ts'
import { indexName } from '../../src/stored/index-layout.ts'
import { FILE_OPTIONS, type StoredFileOptions } from '../../src/stored/options.ts'
import { type IndexFileOptions, writeIndexFile } from '../../src/stored/write-index-file.ts'
import { abortOnSignals } from '../interrupt.ts'
import {
  type NamedTableOptions,
  openFile,
  sourceOf,
  tableOptions,
  tableOptionsWithout,
} from '../open-table.ts'
import { note, oneLine, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { showProgress } from '../progress.ts'

const CODES = ['int8', 'int4'] as const

export const indexTable: Command = {
  name: 'index',
  summary: 'write the index by which a table is searched where it lies',
  operands: ['<table>', '[<out>]'],
  options: {
    codes: {
      value: CODES.join('|'),
      help: 'bits of a number in the index: 8, or 4 for half the memory (int8)',
    },
    overwrite: { help: 'replace an index that exists' },
    // an index is of all rows, and has no names
    ...tableOptionsWithout('non-finite', 'words', 'encoding'),
  },
  notes: [
    'Without <out> the index is written beside the table: <table>.index.safetensors, and that of 4 bits',
    '<table>.int4.index.safetensors: --view uses the one that fits the memory.',
    'nearest, analogy and eval find it there by --view; --index names one that is elsewhere.',
    'Rows are read once, block by block: the table may be larger than memory. A run that is stopped leaves',
    '<out>.partial, and the same command goes on from there.',
  ],
  examples: ['rowspace index vectors.npy', 'rowspace nearest vectors.npy "#17" --view'],
  async run(args: Arguments): Promise<Answer> {
    const [name, given] = args.operands as [string, string | undefined]
    const codes = args.choice('codes', CODES, 'int8')
    const out = given ?? (await besideOf(name, codes, tableOptions(args)))
    const interrupt = abortOnSignals('the same command goes on where this one ended')
    const progress = showProgress(name, args.flag('quiet'))
    let rows = 0
    const options: IndexFileOptions = {
      ...pickOptions<StoredFileOptions>(tableOptions(args), FILE_OPTIONS),
      codes,
      signal: interrupt.signal,
      onProgress(step) {
        rows = step.total
        progress.report(step)
      },
      overwrite: args.flag('overwrite'),
    }
    try {
      const { bytes: written, rowsKept } = await writeIndexFile(await sourceOf(name), out, options)
      progress.clear()
      if (rowsKept > 0) note(`${out}: ${count(rowsKept)} rows were indexed by a run that was stopped.`)
      return {
        text: () => `${paint.bold(oneLine(out))}  ${count(rows)} rows indexed, ${bytes(written)}`,
        document: { in: name, out, rows, bytes: written, rowsKept },
      }
    } catch (error) {
      if (!isRowspaceError(error, 'EXISTS')) throw error
      throw new RowspaceError(
        'EXISTS',
        `${describe(out)} exists and was left as it is: --overwrite replaces it.`,
      )
    } finally {
      progress.clear()
      interrupt.stop()
    }
  },
}

/** The path of the index beside a table's file. */
async function besideOf(
  name: string,
  codes: (typeof CODES)[number],
  options: NamedTableOptions,
): Promise<string> {
  const file = await openFile(name, options)
  await file.close()
  const path = file.source.name
  if (!/^[a-z][a-z0-9+.-]+:/i.test(path) && name !== 'default') {
    return path.replace(/[^\\/]*$/, () => indexName(path, codes === 'int4' ? 4 : 8))
  }
  const usage = 'rowspace index <table> <out>'
  const text = `${describe(name)} is not a file of this machine: say where the index goes, ${usage}.`
  throw new RowspaceError('INVALID_ARGUMENT', text)
}
