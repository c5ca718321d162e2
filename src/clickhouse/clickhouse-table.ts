/** A table on ClickHouse with the methods, options and bits of an EmbeddingTable, as promises. */

import { conditionSql } from '../clickhouse/condition-sql.ts'
import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import { describe } from '../core/values.ts'
import { isRow, queryList, readSearchOptions } from '../table/arguments.ts'
import { EmbeddingTable } from '../table/embedding-table.ts'
import { combine, type Expression, type WeightedTerm } from '../table/expression.ts'
import { answerQueries, type SearchParams } from './answer.ts'
import type { Kernels } from './bound.ts'
import type { Connection } from './connection.ts'
import { fetchRows } from './fetch-rows.ts'
import { findIds, findTokens } from './find-ids.ts'
import type { ClickHouseMatches } from './matches.ts'
import type {
  ClickHouseAnalogyOptions,
  ClickHouseOptions,
  ClickHouseSearchOptions,
  ColumnTypes,
  NoColumns,
  Query,
  RowKey,
} from './options.ts'
import {
  copiedQuery,
  copiedTerms,
  inOrder,
  type PrepareOptions,
  prepareQuery,
  prepareSum,
  Rows,
} from './prepare-query.ts'
import { readSearch, readSignalOptions, readSumOptions, type SignalOptions } from './read-options.ts'
import { type PreparedQuery, smallTable } from './rescore.ts'
import { type Description, namesOf } from './schema.ts'
import { quoteText } from './sql.ts'

/** What `inspect` resolves to. */
export interface Inspection {
  /** The engine's version. */
  version: string
  /** Number of shards. */
  shards: number
  /** Bytes on disk on all shards. */
  storedBytes: number
}

/** A table that `openClickHouse` opened. */
export class ClickHouseTable<Columns extends ColumnTypes = NoColumns> {
  /** Rows, |V|. */
  readonly size: number
  /** Columns, d. */
  readonly dimension: number
  /** The element type of the uploaded table. On the engine rows are float32, which holds the same numbers. */
  readonly dtype: string
  /** Whether rows have tokens. */
  readonly hasTokens: boolean
  /** The metadata columns. */
  readonly columns: ColumnTypes
  /** How the engine computes, for single queries and for batches. */
  readonly kernels: Kernels
  /** The cluster's name, '' for one server. */
  readonly cluster: string
  private closed = false

  /** @internal */
  constructor(
    private readonly connection: Connection,
    description: Description,
    kernels: Kernels,
    private readonly options: Pick<ClickHouseOptions, 'core'>,
  ) {
    this.size = description.size
    this.dimension = description.dimension
    this.dtype = description.dtype
    this.hasTokens = description.tokens
    this.columns = description.columns
    this.cluster = description.cluster
    this.kernels = kernels
  }

  /** The id of a row given by id or token. Throws `ID_OUT_OF_RANGE`, `UNKNOWN_TOKEN`, `NO_TOKENS`, `DISPOSED`. */
  async id(row: RowKey, options: SignalOptions = {}): Promise<number> {
    const { signal } = readSignalOptions(options, 'id()')
    return (await this.find([row], signal))[0]!
  }

  /** The token of an id, or undefined where the table has none for it. */
  async token(id: number, options: SignalOptions = {}): Promise<string | undefined> {
    this.checkOpen()
    const { signal } = readSignalOptions(options, 'token()')
    if (typeof id !== 'number')
      throw new RowspaceError('INVALID_ARGUMENT', `an id must be a number; got ${describe(id)}.`)
    checkId(id, this.size)
    return (await fetchRows(this.connection, [id], signal)).get(id)?.token
  }

  /** The lookup x_i = E[t_i]: one row, d numbers. */
  async row(row: RowKey, options: SignalOptions = {}): Promise<Float32Array> {
    return this.rowsById([row], readSignalOptions(options, 'row()'))
  }

  /** n rows, n · d numbers, row-major. */
  async gather(rows: Iterable<RowKey>, options: SignalOptions = {}): Promise<Float32Array> {
    return this.rowsById(listOf(rows), readSignalOptions(options, 'gather()'))
  }

  private async rowsById(rows: readonly RowKey[], { signal }: SignalOptions): Promise<Float32Array> {
    const ids = await this.find(rows, signal)
    const found = await fetchRows(this.connection, ids, signal)
    const target = new Float32Array(ids.length * this.dimension)
    for (const [place, id] of ids.entries()) target.set(found.get(id)!.row, place * this.dimension)
    return target
  }

  /** The cosine of two rows or vectors; 0 where one is a row of zeros. */
  async similarity(a: Query, b: Query, options: SignalOptions = {}): Promise<number> {
    const { signal } = readSignalOptions(options, 'similarity()')
    const queries = [copiedQuery(a, this.dimension), copiedQuery(b, this.dimension)]
    const ids = await this.find(queries.filter(isRow), signal)
    const found = await fetchRows(this.connection, ids, signal)
    const sorted = Float64Array.from(new Set(ids)).sort()
    const table =
      sorted.length > 0
        ? await smallTable(this.connection, sorted, found, this.options.core)
        : await EmbeddingTable.from(new Float32Array(this.dimension), {
            dimension: this.dimension,
            codes: false,
            core: this.options.core,
          })
    try {
      const [first, second] = queries.map((query) => (isRow(query) ? sorted.indexOf(ids.shift()!) : query))
      return table.similarity(first!, second!)
    } finally {
      table.dispose()
    }
  }

  /** As EmbeddingTable.nearest. */
  async nearest(query: Query, options: ClickHouseSearchOptions<Columns> = {}): Promise<ClickHouseMatches> {
    const given = readSearch(options, 'nearest()', false)
    const copy = copiedQuery(query, this.dimension)
    const prepare = async (params: TableSearchParams) => [
      prepareQuery(copy, params, await this.rowsOf([copy], params)),
    ]
    return (await this.search(given, prepare))[0]!
  }

  /** As EmbeddingTable.nearestBatch. */
  async nearestBatch(
    queries: Iterable<Query>,
    options: ClickHouseSearchOptions<Columns> = {},
  ): Promise<ClickHouseMatches[]> {
    const given = readSearch(options, 'nearestBatch()', false)
    const list = inOrder(queryList(queries, this.dimension), (query) => copiedQuery(query, this.dimension))
    return this.search(given, async (params) => {
      const rows = await this.rowsOf(list, params)
      return inOrder(list, (query) => prepareQuery(query, params, rows))
    })
  }

  /** As EmbeddingTable.analogy. */
  async analogy(
    expression: Expression,
    options: ClickHouseAnalogyOptions<Columns> = {},
  ): Promise<ClickHouseMatches> {
    const { normalize = false, ...given } = readSearch(options, 'analogy()', true)
    const terms = copiedTerms(expression)
    return (
      await this.search(given, async (params) => [
        prepareSum(terms, normalize, params, await this.rowsOf(terms.map(termOf), params)),
      ])
    )[0]!
  }

  /** As EmbeddingTable.analogyBatch. */
  async analogyBatch(
    expressions: Iterable<Expression>,
    options: ClickHouseAnalogyOptions<Columns> = {},
  ): Promise<ClickHouseMatches[]> {
    const { normalize = false, ...given } = readSearch(options, 'analogyBatch()', true)
    const list = inOrder(listOf(expressions), copiedTerms)
    return this.search(given, async (params) => {
      const rows = await this.rowsOf(list.flat().map(termOf), params)
      return inOrder(list, (terms) => prepareSum(terms, normalize, params, rows))
    })
  }

  /** The vector of an expression, d numbers, as EmbeddingTable.combine. */
  async combine(
    expression: Expression,
    options: SignalOptions & { normalize?: boolean | undefined } = {},
  ): Promise<Float32Array> {
    const { normalize, signal } = readSumOptions(options, 'combine()')
    const terms = copiedTerms(expression)
    const rows = await this.rowsOf(terms.map(termOf), { signal })
    return combine(rows.asTable(), terms, normalize)
  }

  /** The ids of tokens as they are written; those that the table does not have are not among them. */
  async tokenIds(tokens: Iterable<string>, options: SignalOptions = {}): Promise<Map<string, number>> {
    this.checkOpen()
    const { signal } = readSignalOptions(options, 'tokenIds()')
    const list = listOf(tokens)
    const odd = list.find((token) => typeof token !== 'string')
    if (odd !== undefined)
      throw new RowspaceError('INVALID_ARGUMENT', `a token must be a string; got ${describe(odd)}.`)
    return this.hasTokens ? findTokens(this.connection, list, signal) : new Map()
  }

  /** The engine's version, the shards, and the bytes that the table takes on all of them. */
  async inspect(options: SignalOptions = {}): Promise<Inspection> {
    this.checkOpen()
    const { signal } = readSignalOptions(options, 'inspect()')
    const { connection, cluster } = this
    const { local } = namesOf(connection.table, cluster)
    const parts = cluster === '' ? 'system.parts' : `cluster(${quoteText(cluster)}, system, parts)`
    const [version, bytes] = await connection.selectOne(
      `SELECT version(), sum(bytes_on_disk) FROM ${parts} WHERE active AND database = ${quoteText(connection.database)} AND table = ${quoteText(local)}`,
      { signal },
    )
    const [shards] =
      cluster === ''
        ? [1]
        : await connection.selectOne(
            `SELECT max(shard_num) FROM system.clusters WHERE cluster = ${quoteText(cluster)}`,
            { signal },
          )
    return { version: String(version), shards: Number(shards), storedBytes: Number(bytes) }
  }

  /** Closes the connections. Every later query throws `DISPOSED`. Calling it twice is harmless. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.connection.close()
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private checkOpen(): void {
    if (this.closed) throw new RowspaceError('DISPOSED', 'This table was closed. Open it again.')
  }

  private async search(
    options: ClickHouseSearchOptions<Columns>,
    prepare: (params: TableSearchParams) => Promise<PreparedQuery[]>,
  ): Promise<ClickHouseMatches[]> {
    this.checkOpen()
    const { k, metric, minScore } = readSearchOptions({ ...options, filter: undefined })
    const { filter, exclude, includeInputs = false, signal } = options
    if (typeof filter === 'function') {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'filter must be a condition on metadata columns, { year: { gte: 2020 } }: ClickHouse does not run functions.',
      )
    }
    const params = {
      k: Math.min(k, this.size),
      metric,
      minScore,
      kernels: this.kernels,
      where: filter === undefined ? undefined : conditionSql(this.columns, filter),
      size: this.size,
      signal,
      core: this.options.core,
      includeInputs,
      exclude: exclude === undefined ? [] : await this.find(listOf(exclude), signal),
    }
    return answerQueries(this.connection, await prepare(params), params)
  }

  /** The rows that queries and terms name. */
  private async rowsOf(queries: readonly (Query | Float32Array)[], { signal }: SignalOptions): Promise<Rows> {
    const named = queries.filter(isRow)
    const ids = await this.find(named, signal)
    const found = await fetchRows(this.connection, ids, signal)
    return new Rows(this.dimension, new Map(named.map((row, place) => [row, ids[place]!])), found)
  }

  private async find(rows: readonly RowKey[], signal: AbortSignal | undefined): Promise<number[]> {
    this.checkOpen()
    const { size, hasTokens } = this
    return findIds(this.connection, rows, { size, hasTokens, signal })
  }
}

type TableSearchParams = SearchParams & PrepareOptions

const termOf = ({ term }: WeightedTerm) => term

/** A copy of a list. */
function listOf<Entry>(list: Iterable<Entry>): Entry[] {
  if (typeof list === 'object' && list !== null && Symbol.iterator in list) return [...list]
  throw new RowspaceError('INVALID_ARGUMENT', `A list was expected; got ${describe(list)}.`)
}
