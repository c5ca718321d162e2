/** A table onto servers: piece by piece, each whole or not at all; what is there already is counted, not sent. */
import { describe } from '../arguments.ts'
import { type Column, checkValue, makeColumns } from '../collection/columns.ts'
import { RowspaceError } from '../errors.ts'
import type { SourceLike } from '../sources/open.ts'
import type { EmbeddingTable } from '../table.ts'
import { encodeRows } from './codes.ts'
import type { Connection } from './connection.ts'
import type { ColumnTypes, NoColumns, Pushed, PushOptions } from './options.ts'
import { RowBinaryReader, RowBinaryWriter } from './row-binary.ts'
import { openRowSource, type RowBlock, type RowSource } from './row-source.ts'
import {
  completeStatement,
  createStatements,
  type Description,
  dropStatements,
  existingTables,
  metadataColumn,
  namesOf,
  PIECES,
  readDescription,
  SCHEMA_VERSION,
} from './schema.ts'
import { Servers } from './servers.ts'
import { quoteName } from './sql.ts'

/** What is held of a piece here, and sorted there, at once. */
const PIECE_BYTES = 1 << 24

/**
 * Pushes a table to ClickHouse: rows, tokens, metadata, int8 codes. Rows that are there from an earlier push stay, so a push that was cut off
 * goes on where it was, and one that is repeated changes nothing. Two pushes of one table at once: the later one ends the earlier.
 *
 * @param what an EmbeddingTable, or what `openTable` opens
 * @throws RowspaceError `CONFLICT` where another table has this name; `UNSUPPORTED` where a newer version made it, or in a browser;
 * `NOT_FOUND`, `ACCESS_DENIED`, `OUT_OF_MEMORY`, `IO` naming server and table; the signal's reason when aborted. After any of them, push again.
 * @example
 * await pushTable('glove.txt', { url: 'http://localhost:8123', database: 'default', table: 'glove' })
 */
export async function pushTable<Columns extends ColumnTypes = NoColumns>(
  what: EmbeddingTable | SourceLike,
  options: PushOptions<Columns>,
): Promise<Pushed> {
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
      return await new Push(source, servers, options as PushOptions, columns).run()
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
    `a metadata column is named by up to 61 letters, digits, spaces, - and _; got ${JSON.stringify(name)}`,
    { column: name },
  )
}

class Push {
  private readonly main: Connection
  private readonly description: Description
  /** Ids [number · pieceRows, …) as they are counted and sent. */
  private pieces = 0
  private sent = 0

  constructor(
    private readonly source: RowSource,
    private readonly servers: Servers,
    private readonly options: PushOptions,
    private readonly columns: ReadonlyMap<string, Column>,
  ) {
    this.main = servers.main
    const { size, dimension, dtype, hasTokens } = source
    this.description = {
      version: SCHEMA_VERSION,
      size,
      dimension,
      dtype,
      tokens: hasTokens,
      codes: options.codes ?? true,
      pieceRows: pieceRowsOf(options, dimension),
      columns: options.columns ?? {},
      cluster: options.cluster ?? '',
    }
  }

  async run(): Promise<Pushed> {
    const { signal, replace = false } = this.options
    signal?.throwIfAborted()
    // what an interrupted push had under way would come in after the rows are counted
    await this.main.kill(`${this.label}-`)
    if (replace) await this.servers.run((on) => dropStatements(this.main, on), signal)
    await this.prepare()
    const missing = await this.missingPieces()
    await this.checkRowsThere(missing)
    await this.send(missing)
    await this.finish()
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
    this.pieces = Math.ceil(this.description.size / this.description.pieceRows)
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
      `${server}, table ${title}: there is ${what}: take another name, or replace it (replace: true)`,
      { server, table: title },
    )
  }

  /** Rows of each piece as the shards have them. */
  private async countPieces(): Promise<Map<number, number>> {
    const { pieceRows } = this.description
    const { data } = await this.main.select(
      `SELECT intDiv(id, ${pieceRows}) AS piece, count() AS n FROM ${this.main.named(this.main.table)} GROUP BY piece`,
      { signal: this.options.signal },
    )
    return new Map(data.map(([piece, count]) => [Number(piece), Number(count)]))
  }

  private rowsOf(piece: number): number {
    const { size, pieceRows } = this.description
    return Math.max(0, Math.min(size, (piece + 1) * pieceRows) - piece * pieceRows)
  }

  /** Pieces to send. Where one is there in part or twice, its partition goes first, and all pieces of it are sent again. */
  private async missingPieces(): Promise<number[]> {
    const counts = await this.countPieces()
    const wrong = [...counts].filter(([piece, count]) => count !== this.rowsOf(piece)).map(([piece]) => piece)
    const partitions = [...new Set(wrong.map((piece) => Math.floor(piece / PIECES)))]
    if (partitions.length > 0) {
      const local = namesOf(this.main.table, this.description.cluster).local
      const drop = (on: string) =>
        partitions.map(
          (partition) => `ALTER TABLE ${this.main.named(local)}${on} DROP PARTITION ${partition}`,
        )
      await this.servers.run(drop, this.options.signal)
    }
    const all = Array.from({ length: this.pieces }, (_, piece) => piece)
    return all.filter((piece) => !counts.has(piece) || partitions.includes(Math.floor(piece / PIECES)))
  }

  /** Rows that are there already must be this table's: the first and the last of some pieces are compared. */
  private async checkRowsThere(missing: readonly number[]): Promise<void> {
    const absent = new Set(missing)
    const there = Array.from({ length: this.pieces }, (_, piece) => piece).filter(
      (piece) => !absent.has(piece),
    )
    const step = Math.max(1, Math.floor(there.length / 8))
    const ids = there
      .filter((_, index) => index % step === 0)
      .flatMap((piece) => [
        piece * this.description.pieceRows,
        piece * this.description.pieceRows + this.rowsOf(piece) - 1,
      ])
    if (ids.length === 0) return
    const bytes = await this.main.selectBinary(
      `SELECT id, row FROM ${this.main.named(this.main.table)} WHERE id IN (${[...new Set(ids)].join(', ')})`,
      { signal: this.options.signal },
    )
    const reader = new RowBinaryReader(bytes)
    while (!reader.done) {
      const id = reader.uint64()
      const row = reader.floats()
      const { rows } = await this.source.read(id, id + 1)
      if (row.length === rows.length && row.every((value, i) => Object.is(value, rows[i]))) continue
      throw this.conflict(`another table of this shape, with another row ${id}`)
    }
  }

  private async send(missing: readonly number[]): Promise<void> {
    const { signal } = this.options
    const { size, pieceRows } = this.description
    const fields = ['id', 'token', 'row', 'codes', 'scale', 'norm', 'residual']
    const names = [...fields, ...[...this.columns.keys()].map((name) => quoteName(metadataColumn(name)))]
    const statement = `INSERT INTO ${this.main.named(this.main.table)} (${names.join(', ')})`
    let done = size - missing.reduce((sum, piece) => sum + this.rowsOf(piece), 0)
    this.report(done)
    for (const piece of missing) {
      signal?.throwIfAborted()
      const start = piece * pieceRows
      const end = start + this.rowsOf(piece)
      const bytes = this.encode(start, await this.source.read(start, end))
      await this.main.insertBinary(statement, bytes, { signal, label: this.label, settings: INSERT_SETTINGS })
      this.sent += end - start
      done += end - start
      this.report(done)
    }
  }

  private report(done: number): void {
    this.options.onProgress?.({ phase: 'push', done, total: this.description.size })
  }

  /** The rows of a piece as RowBinary. Throws `NON_FINITE` naming row and column. */
  private encode(start: number, { rows, tokens }: RowBlock): Uint8Array {
    const { dimension, codes } = this.description
    const odd = rows.findIndex((value) => !Number.isFinite(value))
    if (odd >= 0) {
      const id = start + Math.floor(odd / dimension)
      throw new RowspaceError(
        'NON_FINITE',
        `row ${id} has ${rows[odd]} in column ${odd % dimension}: every number must be finite`,
        {
          row: id,
          column: odd % dimension,
        },
      )
    }
    const coded = encodeRows(rows, dimension)
    const writer = new RowBinaryWriter()
    const none = new Int8Array(0)
    for (let index = 0; index < coded.norms.length; index++) {
      const id = start + index
      const token = tokens?.[index]
      const from = index * dimension
      writer.uint64(id)
      writeText(writer, checkedToken(token, id))
      writer.array(rows.subarray(from, from + dimension))
      writer.array(codes ? coded.codes.subarray(from, from + dimension) : none)
      writer.float32(coded.scales[index]!)
      writer.float64(coded.norms[index]!)
      writer.float32(coded.residuals[index]!)
      this.writeMetadata(writer, id, token)
    }
    return writer.finish()
  }

  private writeMetadata(writer: RowBinaryWriter, id: number, token: string | undefined): void {
    if (this.columns.size === 0) return
    const given = this.options.metadata?.(id, token) ?? {}
    if (typeof given !== 'object') {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `metadata of row ${id} is an object; got ${describe(given)}`,
      )
    }
    for (const [name, { type }] of this.columns) {
      const value = (given as Record<string, unknown>)[name] ?? null
      checkValue(name, type, value)
      if (value === null || typeof value === 'string') writeText(writer, value)
      else {
        writer.uint8(0)
        if (typeof value === 'boolean') writer.uint8(Number(value))
        else writer.float64(value)
      }
    }
  }

  /** Counts once more; only what is whole is marked as such. */
  private async finish(): Promise<void> {
    const counts = await this.countPieces()
    for (let piece = 0; piece < this.pieces; piece++) {
      if (counts.get(piece) === this.rowsOf(piece)) continue
      const { server, title } = this.main
      throw new RowspaceError(
        'IO',
        `${server}, table ${title}: rows ${piece * this.description.pieceRows} to ${piece * this.description.pieceRows + this.rowsOf(piece) - 1} are there ${counts.get(piece) ?? 0} times in all after the push: push it again`,
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

const MOST_ROWS = 1 << 19

function pieceRowsOf({ rowsAtOnce }: PushOptions, dimension: number): number {
  if (rowsAtOnce === undefined) {
    return Math.max(1, Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(PIECE_BYTES / (5 * dimension + 32)))))
  }
  if (Number.isSafeInteger(rowsAtOnce) && rowsAtOnce >= 1 && rowsAtOnce <= MOST_ROWS) return rowsAtOnce
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `rowsAtOnce is a whole number from 1 to ${MOST_ROWS}; got ${rowsAtOnce}`,
  )
}

function writeText(writer: RowBinaryWriter, text: string | null | undefined): void {
  writer.uint8(text === null || text === undefined ? 1 : 0)
  if (text !== null && text !== undefined) writer.text(text)
}

/** Half a surrogate pair has no UTF-8. */
function checkedToken(token: string | undefined, id: number): string | undefined {
  if (token === undefined || !/\p{Surrogate}/u.test(token)) return token
  throw new RowspaceError(
    'INVALID_ENCODING',
    `the token ${JSON.stringify(token)} of row ${id} is no valid Unicode`,
    { id },
  )
}
