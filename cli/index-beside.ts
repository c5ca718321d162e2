/** Indexes as `rowspace inspect` tells of them: one beside a table, and one by its own name. */

import { bytes, count } from '../data/figures.ts'
import { isRowspaceError } from '../src/core/errors.ts'
import { pickOptions } from '../src/core/strict-options.ts'
import { INDEX_OF_ROWS } from '../src/formats/other-kinds.ts'
import { openSource } from '../src/open/open-source.ts'
import type { OpenTableFile } from '../src/open/open-table-file.ts'
import { pickSourceOptions } from '../src/sources/options.ts'
import type { ByteSource } from '../src/sources/source.ts'
import { checkIndex, describeIndex, type IndexDescription } from '../src/stored/describe-index.ts'
import { CODE_BITS, indexName } from '../src/stored/index-layout.ts'
import { openStoredFile } from '../src/stored/open-stored-file.ts'
import { FILE_OPTIONS, type StoredFileOptions } from '../src/stored/options.ts'
import { openFile, sourceOf, tableOptions } from './open-table.ts'
import { facts, oneLine, paint } from './output.ts'
import type { Arguments } from './parsing/arguments.ts'
import type { Answer } from './parsing/command.ts'
import { inOptions } from './wording.ts'

/** The file of a table; undefined where it is an index. */
export async function openUnlessIndex(name: string, args: Arguments): Promise<OpenTableFile | undefined> {
  try {
    return await openFile(name, tableOptions(args))
  } catch (error) {
    if (isRowspaceError(error, 'UNSUPPORTED') && error.details.kind === INDEX_OF_ROWS) return undefined
    throw error
  }
}

export async function readIndex(name: string, args: Arguments): Promise<IndexDescription> {
  const source = await openSource(await sourceOf(name), pickSourceOptions(tableOptions(args)))
  try {
    return await describeIndex(source)
  } finally {
    await source.close?.()
  }
}

export function answerWithIndex(name: string, index: IndexDescription): Answer {
  const { rows, ...description } = index
  const { size, dimension, dtype, tensor, bytes: fileBytes, version } = rows
  const of = [
    `${count(size)} x ${count(dimension)}, ${oneLine(dtype)}`,
    ...(tensor === undefined ? [] : [`tensor ${oneLine(tensor)}`]),
    `in ${bytes(fileBytes)}`,
    ...(version === undefined ? [] : [`ETag ${oneLine(version)}`]),
  ]
  return {
    text: () =>
      [
        paint.bold(oneLine(name)),
        facts([
          ['index', `${description.bits} bits per number, ${bytes(description.bytes)}`],
          ['of rows', of.join(', ')],
          ['memory', `${bytes(description.memory)} to search by it (--view)`],
        ]),
      ].join('\n'),
    document: { ...description, name, kind: 'index', rows },
  }
}

/** An index beside a table. */
export interface IndexBeside extends Partial<Omit<IndexDescription, 'rows'>> {
  readonly name: string
  readonly isOfTheseRows: boolean
  /** Why it cannot be used. */
  readonly problem?: string
}

/** Those of 8 bits and of 4, where they are. */
export async function indexesBeside(
  name: string,
  { source, rows }: OpenTableFile,
  args: Arguments,
): Promise<IndexBeside[]> {
  const found: IndexBeside[] = []
  for (const bits of rows === undefined ? [] : CODE_BITS) {
    const index = await source.sibling?.(indexName(source.name, bits))
    if (index === undefined) continue
    try {
      found.push(await describeBeside(index, name, args))
    } finally {
      await index.close?.()
    }
  }
  return found
}

async function describeBeside(index: ByteSource, name: string, args: Arguments): Promise<IndexBeside> {
  let known: Partial<IndexDescription> = {}
  try {
    const { rows, ...description } = await describeIndex(index)
    known = description
    // the bytes of a model in parts are counted as for an index: those with rows alone
    const options = pickOptions<StoredFileOptions>(tableOptions(args), FILE_OPTIONS)
    const stored = await openStoredFile(await sourceOf(name), options, 0)
    try {
      await checkIndex(index, { ...description, rows }, stored)
    } finally {
      await stored.file.close()
    }
    return { ...description, isOfTheseRows: true }
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    return { ...known, name: index.name, isOfTheseRows: false, problem: inOptions(error.message) }
  }
}

export function indexLines(index: IndexBeside): [string, string][] {
  const { name, bits, bytes: size = 0, memory = 0, problem } = index
  const file = oneLine(name.replace(/^.*[\\/]/, ''))
  const figures =
    bits === undefined
      ? ''
      : `: ${bits} bits per number, ${bytes(size)}; ${bytes(memory)} of memory with --view`
  const lines: [string, string][] = [['index', `${file}${figures}`]]
  return problem === undefined ? lines : [...lines, ['', paint.yellow(oneLine(problem))]]
}
