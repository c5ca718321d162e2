/** A table onto servers: piece by piece, each whole or not at all; what is there already is counted, not sent. */

import { RowspaceError } from '../core/errors.ts'
import { reportLater } from '../core/report-later.ts'
import { describe } from '../core/values.ts'
import { type Column, makeColumns } from '../metadata/columns.ts'
import type { RowSource } from '../open/open-rows.ts'
import { Pieces, pieceRowsOf } from './chunks.ts'
import type { Connection } from './connection.ts'
import { blockFields, encodeBlock } from './encode-block.ts'
import type { ColumnTypes, NoColumns, Uploaded, UploadOptions } from './options.ts'
import { readPushOptions } from './read-options.ts'
import { RowBinaryReader } from './row-binary.ts'
import { openRowSource, type Uploadable } from './row-source.ts'
import {
  completeStatement,
  createStatements,
  type Description,
  dropStatements,
  existingTables,
  namesOf,
  PIECES,
  readDescription,
  SCHEMA_VERSION,
} from './schema.ts'
import { Servers } from './servers.ts'

/**
 * Pushes a table to ClickHouse: rows, tokens, metadata, int8 codes. Rows that are there from an earlier push stay, so a push that was cut off
 * goes on where it was, and one that is repeated changes nothing. Two pushes of one table at once: the later one ends the earlier.
 *
 * @param what an EmbeddingTable, what `openTable` opens, or a RowSource. A source, and files of safetensors, npy and raw rows, are read a piece at a time, whatever their size.
 * @throws RowspaceError `CONFLICT` where another table has this name; `UNSUPPORTED` where a newer version made it, or in a browser;
 * `NOT_FOUND`, `ACCESS_DENIED`, `OUT_OF_MEMORY`, `IO` naming server and table; the signal's reason when aborted. After any of them, push again.
 * @example
 * await uploadTable('glove.txt', { url: 'http://localhost:8123', database: 'default', table: 'glove' })
 */
export async function uploadTable<Columns extends ColumnTypes = NoColumns>(
  what: Uploadable,
  given: UploadOptions<Columns>,
): Promise<Uploaded> {
  const options = readPushOptions(given as UploadOptions)
  if (typeof globalThis.process?.versions?.node !== 'string') {
    throw new RowspaceError(
      'UNSUPPORTED',
      'tables are pushed from Node: the client for browsers sends no bytes',
    )
  }
  const columns = makeColumns(options.columns ?? {})
  for (const name of columns.keys()) checkColumnName(name)
  const source = await openRowSource(what, options.signal)
  try {
    const servers = await Servers.open(options)
    try {
      return await new Push(source, servers, options, columns).run()
    } finally {
      await servers.close()
    }
  } finally {
    await source.close()
  }
}

/** Dots and quotes mean something in names of columns. */
function checkColumnName(name: string): void {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,60}$/u.test(name)) return
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a metadata column is named by up to 61 letters, digits, spaces, - and _; got ${describe(name)}`,
    { column: name },
  )
}

class Push {
  private readonly main: Connection
  private readonly description: Description
  private sent = 0
  /** What onProgress threw first: it costs nobody the push. */
  private progressError: unknown

  constructor(
    private readonly source: RowSource,
    private readonly servers: Servers,
    private readonly options: UploadOptions,
    private readonly columns: ReadonlyMap<string, Column>,
  ) {
    this.main = servers.main
    const { size, dimension, dtype = 'f32', hasTokens = false } = source
    this.description = {
      version: SCHEMA_VERSION,
      size,
      dimension,
      dtype,
      tokens: hasTokens,
      codes: options.codes ?? true,
      pieceRows: pieceRowsOf(options.rowsAtOnce, dimension),
      columns: options.columns ?? {},
      cluster: options.cluster ?? '',
    }
  }

  async run(): Promise<Uploaded> {
    const { signal, overwrite = false } = this.options
    signal?.throwIfAborted()
    // what an interrupted push had under way would come in after the rows are counted
    await this.main.kill(`${this.label}-`)
    if (overwrite) await this.servers.run((on) => dropStatements(this.main, on), signal)
    await this.prepare()
    const pieces = new Pieces(this.description)
    const missing = await this.missingPieces(pieces)
    await this.checkRowsThere(pieces, missing)
    await this.send(pieces, missing)
    await this.finish(pieces)
    if (this.progressError !== undefined) reportLater(this.progressError)
    const { size, dimension } = this.description
    return { size, dimension, sent: this.sent }
  }

  private get label(): string {
    return `rowspace-push-${encodeURIComponent(this.main.title)}`
  }

  /** Makes the tables, or sees that those that are there are of this shape. */
  private async prepare(): Promise<void> {
    const { signal } = this.options
    const there = await existingTables(this.main, signal)
    const names = namesOf(this.main.table, this.description.cluster)
    if (there.has(names.meta)) this.compare(await readDescription(this.main, signal))
    else if (there.has(names.asked) || there.has(names.local))
      throw this.conflict('a table that rowspace did not make')
    await this.servers.run(
      (on, replicated) => createStatements(this.main, this.description, { on, replicated }),
      signal,
    )
  }

  private compare(found: Description): void {
    const shape = ({ size, dimension, dtype, tokens, codes, columns, cluster }: Description) =>
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
      throw this.conflict(`another table, ${shape(found)}, where ${shape(this.description)} was to be pushed`)
    }
    this.description.pieceRows = found.pieceRows
  }

  private conflict(what: string): RowspaceError {
    const { server, title } = this.main
    return new RowspaceError(
      'CONFLICT',
      `${server}, table ${title}: there is ${what}: take another name, or replace it (overwrite: true)`,
      { server, table: title },
    )
  }

  /** Pieces to send. Where one is there in part or twice, its partition goes first, and all pieces of it are sent again. */
  private async missingPieces(pieces: Pieces): Promise<number[]> {
    const { signal } = this.options
    const there = await pieces.there(this.main, signal)
    const wrong = [...there].filter(([piece, rows]) => rows !== pieces.rowsOf(piece)).map(([piece]) => piece)
    const partitions = new Set(wrong.map((piece) => Math.floor(piece / PIECES)))
    if (partitions.size > 0) {
      const { local } = namesOf(this.main.table, this.description.cluster)
      const drop = (on: string) =>
        Array.from(
          partitions,
          (partition) => `ALTER TABLE ${this.main.named(local)}${on} DROP PARTITION ${partition}`,
        )
      await this.servers.run(drop, signal)
    }
    return pieces.all().filter((piece) => !there.has(piece) || partitions.has(Math.floor(piece / PIECES)))
  }

  /** Rows that are there already must be this table's: the first and the last of some pieces are compared. */
  private async checkRowsThere(pieces: Pieces, missing: readonly number[]): Promise<void> {
    const { signal } = this.options
    const absent = new Set(missing)
    const there = pieces.all().filter((piece) => !absent.has(piece))
    const step = Math.max(1, Math.floor(there.length / 8))
    const some = there.filter((_, index) => index % step === 0)
    if (some.length === 0) return
    const ids = new Set(some.flatMap((piece) => [pieces.start(piece), pieces.end(piece) - 1]))
    const bytes = await this.main.selectBinary(
      `SELECT id, row FROM ${this.main.named(this.main.table)} WHERE id IN (${[...ids].join(', ')})`,
      { signal },
    )
    const reader = new RowBinaryReader(bytes)
    while (!reader.done) {
      const id = reader.uint64()
      const row = reader.floats()
      const { rows } = await this.source.read(id, id + 1, signal)
      if (row.length === rows.length && row.every((value, i) => Object.is(value, rows[i]))) continue
      throw this.conflict(`another table of this shape, with another row ${id}`)
    }
  }

  private async send(pieces: Pieces, missing: readonly number[]): Promise<void> {
    const { signal, metadata } = this.options
    const { size, dimension, codes } = this.description
    const statement = `INSERT INTO ${this.main.named(this.main.table)} (${blockFields(this.columns)})`
    const shape = { dimension, codes, columns: this.columns, metadata }
    let done = size - missing.reduce((sum, piece) => sum + pieces.rowsOf(piece), 0)
    this.report(done)
    for (const piece of missing) {
      signal?.throwIfAborted()
      const start = pieces.start(piece)
      const block = await this.source.read(start, pieces.end(piece), signal)
      const bytes = encodeBlock(start, block, shape)
      await this.main.insertBinary(statement, bytes, { signal, label: this.label, settings: INSERT_SETTINGS })
      this.sent += pieces.rowsOf(piece)
      done += pieces.rowsOf(piece)
      this.report(done)
    }
  }

  private report(done: number): void {
    try {
      this.options.onProgress?.({ phase: 'push', done, total: this.description.size })
    } catch (error) {
      this.progressError ??= error ?? new Error(`onProgress threw ${error}`)
    }
  }

  /** Counts once more; only what is whole is marked as such. */
  private async finish(pieces: Pieces): Promise<void> {
    const there = await pieces.there(this.main, this.options.signal)
    const wrong = pieces.all().find((piece) => there.get(piece) !== pieces.rowsOf(piece))
    if (wrong !== undefined) {
      const { server, title } = this.main
      throw new RowspaceError(
        'IO',
        `${server}, table ${title}: of rows ${pieces.start(wrong)} to ${pieces.end(wrong) - 1} there are ${there.get(wrong) ?? 0} after the push: push it again`,
        { server, table: title, reason: 'INCOMPLETE' },
      )
    }
    await this.servers.run((on) => [completeStatement(this.main, this.description, on)], this.options.signal)
  }
}

/** One piece is one block there, written to one shard before the insert returns. */
const INSERT_SETTINGS = {
  insert_distributed_sync: 1,
  min_insert_block_size_rows: 0,
  min_insert_block_size_bytes: 0,
}
