/**
 * Uploads a table chunk by chunk, each whole or not at all. Chunks that the servers have are not sent again.
 */

import { RowspaceError } from '../core/errors.ts'
import { SafeProgress } from '../core/safe-progress.ts'
import { describe } from '../core/values.ts'
import { type Column, makeColumns } from '../metadata/columns.ts'
import type { ColumnTypes, NoColumns } from '../metadata/types.ts'
import type { RowSource } from '../open/open-rows.ts'
import { Chunks, chunkRowsOf } from './chunks.ts'
import type { Connection } from './connection.ts'
import { blockFields, encodeBlock } from './encode-block.ts'
import type { Uploaded, UploadOptions } from './options.ts'
import { readUploadOptions } from './read-options.ts'
import { openRowSource, type Uploadable } from './row-source.ts'
import {
  CHUNKS_PER_PARTITION,
  completeStatement,
  createStatements,
  type Description,
  dropStatements,
  existingTables,
  namesOf,
  readDescription,
  SCHEMA_VERSION,
} from './schema.ts'
import { Servers } from './servers.ts'

/**
 * Uploads a table to ClickHouse: rows, tokens, metadata and int8 codes. Rows from an earlier upload stay, so
 * an interrupted upload continues where it stopped, and a repeated one changes nothing. If one table is
 * uploaded twice at the same time, the later upload ends the earlier one.
 *
 * @param what an EmbeddingTable, anything that `openTable` opens, or a RowSource. Row sources and files of
 *   safetensors, npy or raw rows are read one chunk at a time, so they may be larger than memory.
 * @param options the server, the table's name, and what to store beside the rows
 * @returns the table's shape, and how many rows were sent
 * @throws RowspaceError `CONFLICT` if another table has this name; `UNSUPPORTED` if a newer version made the
 *   table, or in a browser; `NOT_FOUND`, `ACCESS_DENIED`, `OUT_OF_MEMORY`, `IO` naming server and table; the
 *   signal's reason if aborted. After any of these, upload again.
 * @example
 * await uploadTable('glove.txt', { url: 'http://localhost:8123', database: 'default', table: 'glove' })
 */
export async function uploadTable<Columns extends ColumnTypes = NoColumns>(
  what: Uploadable,
  options: UploadOptions<Columns>,
): Promise<Uploaded> {
  const given = readUploadOptions(options)
  if (typeof globalThis.process?.versions?.node !== 'string') {
    throw new RowspaceError(
      'UNSUPPORTED',
      'uploadTable needs Node: the browser client of ClickHouse sends text only.',
    )
  }
  const columns = makeColumns(given.columns ?? {})
  for (const name of columns.keys()) checkColumnName(name)
  const source = await openRowSource(what, given.signal)
  try {
    const servers = await Servers.open(given)
    try {
      return await new Upload(source, servers, given, columns).run()
    } finally {
      await servers.close()
    }
  } finally {
    await source.close()
  }
}

/** Dots and quotes have a meaning in the engine's column names. */
function checkColumnName(name: string): void {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,60}$/u.test(name)) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    'The name of a metadata column must be 1 to 61 letters, digits, spaces, - and _, ' +
      `and not start with a space or -; got ${describe(name)}.`,
    { column: name },
  )
}

class Upload {
  private readonly main: Connection
  private readonly description: Description
  private sent = 0
  private readonly progress: SafeProgress<'upload'>

  constructor(
    private readonly source: RowSource,
    private readonly servers: Servers,
    private readonly options: UploadOptions,
    private readonly columns: ReadonlyMap<string, Column>,
  ) {
    this.main = servers.main
    this.progress = new SafeProgress(options.onProgress)
    const { size, dimension, dtype = 'f32', hasTokens = false } = source
    this.description = {
      version: SCHEMA_VERSION,
      size,
      dimension,
      dtype,
      tokens: hasTokens,
      codes: options.codes ?? true,
      chunkRows: options.rowsAtOnce ?? chunkRowsOf(dimension),
      columns: options.columns ?? {},
      cluster: options.cluster ?? '',
    }
  }

  async run(): Promise<Uploaded> {
    const { signal, overwrite = false } = this.options
    signal?.throwIfAborted()
    // inserts of an interrupted upload could still arrive after the rows are counted
    await this.main.kill(this.label)
    if (overwrite) await this.servers.run((on) => dropStatements(this.main, on), signal)
    await this.prepare()
    const chunks = new Chunks(this.description)
    const missing = await this.missingChunks(chunks)
    await this.checkRowsThere(chunks, missing)
    await this.send(chunks, missing)
    await this.finish(chunks)
    this.progress.finish()
    const { size, dimension } = this.description
    return { size, dimension, sent: this.sent }
  }

  /** Starts the names of this table's inserts, and of no other's: encoded names have no /. */
  private get label(): string {
    const { database, table } = this.main
    return `rowspace-upload-${encodeURIComponent(database)}/${encodeURIComponent(table)}/`
  }

  /** Creates the tables. Existing tables must have this shape. */
  private async prepare(): Promise<void> {
    const { signal } = this.options
    const there = await existingTables(this.main, signal)
    const names = namesOf(this.main.table, this.description.cluster)
    if (there.has(names.meta)) this.compare(await readDescription(this.main, signal))
    else if (there.has(names.table) || there.has(names.local))
      throw this.conflict('has a table that rowspace did not make')
    await this.servers.run(
      (on, replicated) => createStatements(this.main, this.description, { on, replicated }),
      signal,
    )
  }

  private compare(found: Description): void {
    const shape = ({ size, dimension, dtype, tokens, codes, cluster, columns }: Description) =>
      JSON.stringify({
        size,
        dimension,
        dtype,
        tokens,
        codes,
        cluster,
        columns: Object.entries(columns).sort(),
      })
    if (shape(found) !== shape(this.description)) {
      throw this.conflict(`has another table, ${shape(found)}, instead of ${shape(this.description)}`)
    }
    this.description.chunkRows = found.chunkRows
  }

  private conflict(problem: string): RowspaceError {
    const remedy = 'Use another name, or replace the table (overwrite: true).'
    return this.main.error('CONFLICT', `the server ${problem}. ${remedy}`)
  }

  /** The chunks to send. If one is there in part or twice, its whole partition is dropped and sent again. */
  private async missingChunks(chunks: Chunks): Promise<number[]> {
    const { signal } = this.options
    const there = await chunks.there(this.main, signal)
    const partitionOf = (chunk: number) => Math.floor(chunk / CHUNKS_PER_PARTITION)
    const wrong = [...there].filter(([chunk, rows]) => rows !== chunks.rowsOf(chunk))
    const partitions = new Set(wrong.map(([chunk]) => partitionOf(chunk)))
    const local = this.main.named(namesOf(this.main.table, this.description.cluster).local)
    await this.servers.run(
      (on) => Array.from(partitions, (partition) => `ALTER TABLE ${local}${on} DROP PARTITION ${partition}`),
      signal,
    )
    return chunks.all().filter((chunk) => !there.has(chunk) || partitions.has(partitionOf(chunk)))
  }

  /** Rows on the servers must be rows of this table. Compares the first and the last row of some chunks. */
  private async checkRowsThere(chunks: Chunks, missing: readonly number[]): Promise<void> {
    const { signal } = this.options
    const absent = new Set(missing)
    const there = chunks.all().filter((chunk) => !absent.has(chunk))
    const step = Math.max(1, Math.floor(there.length / 8))
    const some = there.filter((_, index) => index % step === 0)
    if (some.length === 0) return
    const ids = new Set(some.flatMap((chunk) => [chunks.start(chunk), chunks.end(chunk) - 1]))
    const reader = await this.main.selectBinary(
      `SELECT id, row FROM ${this.main.rows} WHERE id IN (${[...ids].join(', ')})`,
      { signal },
    )
    while (!reader.done) {
      const [id, row] = [reader.uint64(), reader.floats()]
      const { rows } = await this.source.read(id, id + 1, signal)
      if (row.length === rows.length && row.every((value, i) => Object.is(value, rows[i]))) continue
      throw this.conflict(`has another table of this shape, with another row ${id}`)
    }
  }

  private async send(chunks: Chunks, missing: readonly number[]): Promise<void> {
    const { signal, metadata } = this.options
    const { size, dimension, codes } = this.description
    const statement = `INSERT INTO ${this.main.rows} (${blockFields(this.columns)})`
    const shape = { dimension, codes, columns: this.columns, metadata }
    let done = size - missing.reduce((sum, chunk) => sum + chunks.rowsOf(chunk), 0)
    this.progress.report('upload', done, size)
    for (const chunk of missing) {
      signal?.throwIfAborted()
      const start = chunks.start(chunk)
      const block = await this.source.read(start, chunks.end(chunk), signal)
      const bytes = encodeBlock(start, block, shape)
      await this.main.insertBinary(statement, bytes, { signal, label: this.label, settings: INSERT_SETTINGS })
      this.sent += chunks.rowsOf(chunk)
      done += chunks.rowsOf(chunk)
      this.progress.report('upload', done, size)
    }
  }

  /** Counts the rows again, then marks the table as complete. */
  private async finish(chunks: Chunks): Promise<void> {
    const there = await chunks.there(this.main, this.options.signal)
    const wrong = chunks.all().find((chunk) => there.get(chunk) !== chunks.rowsOf(chunk))
    if (wrong !== undefined) {
      const rows = `rows ${chunks.start(wrong)} to ${chunks.end(wrong) - 1}`
      throw this.main.error(
        'IO',
        `of ${rows} the servers have ${there.get(wrong) ?? 0} after the upload. Upload the table again.`,
        { reason: 'INCOMPLETE' },
      )
    }
    await this.servers.run((on) => [completeStatement(this.main, this.description, on)], this.options.signal)
  }
}

/** The engine writes a chunk as one block, to one shard, before the insert returns. */
const INSERT_SETTINGS = {
  insert_distributed_sync: 1,
  min_insert_block_size_rows: 0,
  min_insert_block_size_bytes: 0,
}
