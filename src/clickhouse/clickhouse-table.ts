/** A table on ClickHouse with the methods, options and bits of an EmbeddingTable, as promises. */

import { RowspaceError } from '../core/errors.ts'
import { checkId } from '../core/id-set.ts'
import type { Query, RowKey } from '../core/options.ts'
import { invalidArgument, readList } from '../core/values.ts'
import type { CheckedSearch } from '../metadata/condition.ts'
import type { ColumnTypes, NoColumns } from '../metadata/types.ts'
import { isRow, queryList, readSearchOptions } from '../table/arguments.ts'
import { type AsyncTable, tableClosed } from '../table/async-table.ts'
import { combine, type Expression, type TermTable } from '../table/expression.ts'
import {
  copyQuery,
  copyTerms,
  type GivenQuery,
  givenBatch,
  givenQuery,
  givenSum,
  rowsOf,
} from '../table/given-query.ts'
import { answerQueries } from './answer.ts'
import type { Kernels } from './bound.ts'
import { conditionSql } from './condition-sql.ts'
import type { Connection } from './connection.ts'
import { FetchedRows } from './fetched-rows.ts'
import { findIds, findTokens } from './find-ids.ts'
import type {
  ClickHouseAnalogyOptions,
  ClickHouseOptions,
  ClickHouseSearchOptions,
  SignalOptions,
} from './options.ts'
import { ANALOGY, readCall, SEARCH, SIGNAL_ALONE, SUM, type SumOptions } from './read-options.ts'
import { type ClickHouseMatches, noMatches } from './rescore.ts'
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
export class ClickHouseTable<Columns extends ColumnTypes = NoColumns> implements AsyncTable {
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

  /**
   * The id of a row given by id or token. Throws `ID_OUT_OF_RANGE`, `UNKNOWN_TOKEN`, `NO_TOKENS`, `DISPOSED`.
   */
  async id(row: RowKey, options: SignalOptions = {}): Promise<number> {
    const idOf = await this.find([row], readCall(options, SIGNAL_ALONE, 'id()').signal)
    return idOf(row)
  }

  /** The token of an id, or undefined where the table has none for it. */
  async token(id: number, options: SignalOptions = {}): Promise<string | undefined> {
    this.checkOpen()
    const signal = readCall(options, SIGNAL_ALONE, 'token()').signal
    if (typeof id !== 'number') throw invalidArgument('An id must be a number', id)
    checkId(id, this.size)
    return (await this.fetch([id], signal)).get(id).token
  }

  /** The lookup x_i = E[t_i]: one row, d numbers. */
  async row(row: RowKey, options: SignalOptions = {}): Promise<Float32Array> {
    const table = await this.termTable([row], readCall(options, SIGNAL_ALONE, 'row()').signal)
    return table.row(row)
  }

  /** n rows, n · d numbers, row-major. */
  async gather(rows: Iterable<RowKey>, options: SignalOptions = {}): Promise<Float32Array> {
    const signal = readCall(options, SIGNAL_ALONE, 'gather()').signal
    const list = readList(rows, 'rows')
    const table = await this.termTable(list, signal)
    const target = new Float32Array(list.length * this.dimension)
    for (const [place, row] of list.entries()) target.set(table.row(row), place * this.dimension)
    return target
  }

  /** The cosine of two rows or vectors; 0 where one is a row of zeros. */
  async similarity(a: Query, b: Query, options: SignalOptions = {}): Promise<number> {
    const signal = readCall(options, SIGNAL_ALONE, 'similarity()').signal
    const first = copyQuery(a, this.dimension)
    const second = copyQuery(b, this.dimension)
    const rows = [first, second].filter(isRow)
    const idOf = await this.find(rows, signal)
    const ids = rows.map(idOf)
    const table = await (await this.fetch(ids, signal)).toTable(ids, this.options.core)
    const inTable = (query: Query) => (isRow(query) ? ids.indexOf(idOf(query)) : query)
    try {
      return table.similarity(inTable(first), inTable(second))
    } finally {
      table.dispose()
    }
  }

  /** As EmbeddingTable.nearest. */
  async nearest<const Given extends ClickHouseSearchOptions<Columns> = ClickHouseSearchOptions<Columns>>(
    query: Query,
    options?: Given & CheckedSearch<Given, ClickHouseSearchOptions, Columns>,
  ): Promise<ClickHouseMatches> {
    const given = readCall<ClickHouseSearchOptions<Columns>>(options, SEARCH, 'nearest()')
    return this.searchOne(given, givenQuery(query, this.dimension))
  }

  /** As EmbeddingTable.nearestBatch. */
  async nearestBatch<const Given extends ClickHouseSearchOptions<Columns> = ClickHouseSearchOptions<Columns>>(
    queries: Iterable<Query>,
    options?: Given & CheckedSearch<Given, ClickHouseSearchOptions, Columns>,
  ): Promise<ClickHouseMatches[]> {
    const given = readCall<ClickHouseSearchOptions<Columns>>(options, SEARCH, 'nearestBatch()')
    const list = queryList(queries, this.dimension)
    return this.search(
      given,
      givenBatch(list, (query) => givenQuery(query, this.dimension)),
    )
  }

  /** As EmbeddingTable.analogy. */
  async analogy<const Given extends ClickHouseAnalogyOptions<Columns> = ClickHouseAnalogyOptions<Columns>>(
    expression: Expression,
    options?: Given & CheckedSearch<Given, ClickHouseAnalogyOptions, Columns>,
  ): Promise<ClickHouseMatches> {
    const given = readCall<ClickHouseAnalogyOptions<Columns>>(options, ANALOGY, 'analogy()')
    return this.searchOne(given, givenSum(expression, given.normalize ?? false))
  }

  /** As EmbeddingTable.analogyBatch. */
  async analogyBatch<
    const Given extends ClickHouseAnalogyOptions<Columns> = ClickHouseAnalogyOptions<Columns>,
  >(
    expressions: Iterable<Expression>,
    options?: Given & CheckedSearch<Given, ClickHouseAnalogyOptions, Columns>,
  ): Promise<ClickHouseMatches[]> {
    const given = readCall<ClickHouseAnalogyOptions<Columns>>(options, ANALOGY, 'analogyBatch()')
    const { normalize = false } = given
    const list = readList(expressions, 'expressions')
    return this.search(
      given,
      givenBatch(list, (expression) => givenSum(expression, normalize)),
    )
  }

  /** The vector of an expression, d numbers, as EmbeddingTable.combine. */
  async combine(expression: Expression, options: SumOptions = {}): Promise<Float32Array> {
    const { normalize = false, signal } = readCall(options, SUM, 'combine()')
    const terms = copyTerms(expression)
    return combine(await this.termTable(rowsOf(terms), signal), terms, normalize)
  }

  /** The ids of tokens as they are written; those that the table does not have are not among them. */
  async tokenIds(tokens: Iterable<string>, options: SignalOptions = {}): Promise<Map<string, number>> {
    this.checkOpen()
    const signal = readCall(options, SIGNAL_ALONE, 'tokenIds()').signal
    const list = readList(tokens, 'tokens')
    const odd = list.find((token) => typeof token !== 'string')
    if (odd !== undefined) throw invalidArgument('A token must be a string', odd)
    return this.hasTokens ? findTokens(this.connection, list, signal) : new Map()
  }

  /** The engine's version, the shards, and the bytes that the table takes on all of them. */
  async inspect(options: SignalOptions = {}): Promise<Inspection> {
    this.checkOpen()
    const signal = readCall(options, SIGNAL_ALONE, 'inspect()').signal
    const { connection, cluster } = this
    const { local } = namesOf(connection.table, cluster)
    const parts = cluster === '' ? 'system.parts' : `cluster(${quoteText(cluster)}, system, parts)`
    const [version, bytes] = await connection.selectOne(
      `SELECT version(), sum(bytes_on_disk) FROM ${parts} ` +
        `WHERE active AND database = ${quoteText(connection.database)} AND table = ${quoteText(local)}`,
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
    if (this.closed) throw tableClosed()
  }

  private async searchOne(
    options: ClickHouseSearchOptions<Columns>,
    query: GivenQuery,
  ): Promise<ClickHouseMatches> {
    const [answer = noMatches()] = await this.search(options, [query])
    return answer
  }

  private async search(
    options: ClickHouseSearchOptions<Columns>,
    queries: readonly GivenQuery[],
  ): Promise<ClickHouseMatches[]> {
    this.checkOpen()
    const { filter, exclude = [], includeInputs = false, signal, ...ranking } = options
    const { k, metric, minScore } = readSearchOptions(ranking)
    if (typeof filter === 'function') {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'filter must be a condition on metadata columns, such as { year: { gte: 2020 } }: ' +
          'ClickHouse does not run functions.',
      )
    }
    const where = filter === undefined ? undefined : conditionSql(this.columns, filter)
    const left = readList(exclude, 'rows')
    const excluded = left.map(await this.find(left, signal))
    const table = await this.termTable(
      queries.flatMap(({ rows }) => rows),
      signal,
    )
    const prepared = queries.map((query) => {
      const { vector, inputs } = query.prepare(table, metric)
      return { vector, excluded: new Set(includeInputs ? excluded : [...excluded, ...inputs]) }
    })
    const { size, dimension, kernels } = this
    return answerQueries(this.connection, prepared, {
      ...{ size, dimension, kernels, where, signal },
      ...{ k: Math.min(k, size), metric, minScore, core: this.options.core },
    })
  }

  /** The given rows, as expressions read them. */
  private async termTable(rows: readonly RowKey[], signal: AbortSignal | undefined): Promise<TermTable> {
    const id = await this.find(rows, signal)
    const found = await this.fetch(rows.map(id), signal)
    return { dimension: this.dimension, id, row: (row) => found.get(id(row)).row }
  }

  private async fetch(ids: readonly number[], signal: AbortSignal | undefined): Promise<FetchedRows> {
    const rows = new FetchedRows(this.connection, this.dimension)
    await rows.fetch(ids, signal)
    return rows
  }

  private async find(
    rows: readonly RowKey[],
    signal: AbortSignal | undefined,
  ): Promise<(row: RowKey) => number> {
    this.checkOpen()
    return findIds(this.connection, rows, this, signal)
  }
}
