/** Reads a collection from a store. */
import type { Progress } from '../core/progress.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { checkCount } from '../core/values.ts'
import { makeColumns } from '../metadata/columns.ts'
import type { ColumnTypes } from '../metadata/types.ts'
import { checkRows, readColumnTypes } from './check-file.ts'
import {
  adoptMetadata,
  type CollectionFile,
  readCollectionFile,
  readTensors,
  shapeOf,
  targetsOf,
} from './collection-file.ts'
import type { CollectionOptions } from './create.ts'
import { numberTensors } from './file-layout.ts'
import { type Parts, partsOf } from './parts.ts'
import { CollectionRows } from './rows.ts'
import type { Revisions } from './save.ts'
import { type CollectionStore, identityOf, sourceOf } from './stores/store.ts'
import { reporting } from './work.ts'

/** Progress of opening a collection: `done` and `total` count bytes. */
export type OpenProgress = Progress<'read'>

/** Options of `Collection.open`. */
export interface OpenCollectionOptions<Columns extends ColumnTypes>
  extends Pick<CollectionOptions<Columns>, 'codes' | 'threads' | 'core' | 'capacity'> {
  /** The columns that the file must have. Default: any. */
  columns?: Columns | undefined
  /** Called for every block that is read. */
  onProgress?: ((progress: OpenProgress) => void) | undefined
  /** Stops the reading. */
  signal?: AbortSignal | undefined
}

export const OPEN_OPTIONS: KeysOf<OpenCollectionOptions<ColumnTypes>> = {
  codes: true,
  threads: true,
  core: true,
  capacity: true,
  columns: true,
  onProgress: true,
  signal: true,
}

type Options = OpenCollectionOptions<ColumnTypes>
type Report = (progress: OpenProgress) => void

/** Throws as Collection.open. */
export async function loadCollection(
  store: CollectionStore,
  options: Options,
): Promise<{ parts: Parts; revisions: Revisions }> {
  if (options.capacity !== undefined) checkCount(options.capacity, 'capacity', 1)
  const source = await sourceOf(store, options.signal)
  try {
    const file = await readCollectionFile(source, options.signal)
    const revisions = new Map([[await identityOf(store), file.metadata.revision]])
    const parts = await reporting(options, (report) => readParts(file, options, report))
    return { parts, revisions }
  } finally {
    await source.close?.()
  }
}

async function readParts(file: CollectionFile, options: Options, report: Report): Promise<Parts> {
  const { source, metadata } = file
  const columns = makeColumns(readColumnTypes(source, metadata.columns, options.columns))
  const { rows, count, coded } = await makeRows(file, options)
  try {
    for (const column of columns.values()) column.reserve(rows.capacity)
    const targets = targetsOf(file, numberTensors(rows, columns, count, coded), columns)
    await readTensors(file, targets, options.signal, report)
    checkRows(source, rows, count)
    const keys = adoptMetadata(file, targets, columns, count)
    rows.adopt(count, coded)
    return partsOf(rows, keys, columns)
  } catch (error) {
    rows.dispose()
    throw error
  }
}

/** A memory for the rows of the file, and for its codes if they are wanted. */
async function makeRows(
  file: CollectionFile,
  { core, capacity = 0, codes, threads }: Options,
): Promise<{ rows: CollectionRows; count: number; coded: boolean }> {
  const { dtype, count, dimension } = shapeOf(file)
  const coded = file.tensors.has('codes') && codes !== false
  const request = { capacity: Math.max(1, count, capacity), dimension, dtype, codes: coded || codes, threads }
  return { rows: await CollectionRows.create(core, request), count, coded }
}
