/** A table on ClickHouse, asked as an EmbeddingTable is: the same names, options and bits, as promises. */
import { combine, type Expression, weightedTerms } from '../analogy.ts'
import { describe, isRow, queryList, readSearchOptions } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import { checkId } from '../id-set.ts'
import { EmbeddingTable } from '../table.ts'
import { type Asked, answerQuestions } from './answer.ts'
import type { Kernels } from './bound.ts'
import { conditionSql } from './condition-sql.ts'
import type { Connection } from './connection.ts'
import { fetchRows } from './fetch-rows.ts'
import { findIds, findTokens } from './find-ids.ts'
import type { ClusterMatches } from './matches.ts'
import type {
  ClusterAnalogyOptions,
  ClusterOptions,
  ClusterSearchOptions,
  ColumnTypes,
  NoColumns,
  Query,
  Row,
} from './options.ts'
import { inOrder, type QuestionOptions, Rows, sumQuestion, termsOf, vectorQuestion } from './questions.ts'
import { type Question, smallTable } from './rescore.ts'
import { type Description, namesOf } from './schema.ts'
import { quoteText } from './sql.ts'

/** Made by `openCluster`. */
export class ClusterTable<Columns extends ColumnTypes = NoColumns> {
  /** Rows, |V|. */
  readonly size: number
  /** Columns, d. */
  readonly dimension: number
  /** How the rows were kept in the table that was pushed; on the engine they are float32, which holds the same numbers. */
  readonly dtype: string
  /** Whether rows have tokens. */
  readonly hasTokens: boolean
  /** The metadata columns. */
  readonly columns: ColumnTypes
  /** How the engine computes: for a question alone, and for many at once. */
  readonly kernels: Kernels
  /** The cluster's name, '' for one server. */
  readonly cluster: string
  private closed = false

  /** @internal */
  constructor(
    private readonly connection: Connection,
    description: Description,
    kernels: Kernels,
    private readonly options: Pick<ClusterOptions, 'core'>,
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
  async id(row: Row, options: Waiting = {}): Promise<number> {
    return (await this.find([row], options.signal))[0]!
  }

  /** The token of an id, or undefined where the table has none for it. */
  async token(id: number, options: Waiting = {}): Promise<string | undefined> {
    this.checkOpen()
    checkId(id, this.size)
    return (await fetchRows(this.connection, [id], options.signal)).get(id)?.token
  }

  /** The lookup x_i = E[t_i]: one row, d numbers. */
  async row(row: Row, options: Waiting = {}): Promise<Float32Array> {
    return this.gather([row], options)
  }

  /** n rows, n · d numbers, row-major. */
  async gather(rows: Iterable<Row>, { signal }: Waiting = {}): Promise<Float32Array> {
    const ids = await this.find(listOf(rows), signal)
    const found = await fetchRows(this.connection, ids, signal)
    const target = new Float32Array(ids.length * this.dimension)
    for (const [place, id] of ids.entries()) target.set(found.get(id)!.row, place * this.dimension)
    return target
  }

  /** The cosine of two rows or vectors; 0 where one is a row of zeros. */
  async similarity(a: Query, b: Query, { signal }: Waiting = {}): Promise<number> {
    const asked = [a, b]
    const ids = await this.find(asked.filter(isRow), signal)
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
      const [first, second] = asked.map((query) => (isRow(query) ? sorted.indexOf(ids.shift()!) : query))
      return table.similarity(first!, second!)
    } finally {
      table.dispose()
    }
  }

  /** As EmbeddingTable.nearest. */
  async nearest(query: Query, options: ClusterSearchOptions<Columns> = {}): Promise<ClusterMatches> {
    const question = async (asked: AskedOfTable) => [
      vectorQuestion(query, asked, await this.rowsOf([query], asked)),
    ]
    return (await this.ask(options, question))[0]!
  }

  /** As EmbeddingTable.nearestBatch. */
  async nearestBatch(
    queries: Iterable<Query>,
    options: ClusterSearchOptions<Columns> = {},
  ): Promise<ClusterMatches[]> {
    return this.ask(options, async (asked) => {
      const list = queryList(queries, this.dimension)
      const rows = await this.rowsOf(list, asked)
      return inOrder(list, (query) => vectorQuestion(query, asked, rows))
    })
  }

  /** As EmbeddingTable.analogy. */
  async analogy(
    expression: Expression,
    options: ClusterAnalogyOptions<Columns> = {},
  ): Promise<ClusterMatches> {
    const { unit = false } = options
    return (
      await this.ask(options, async (asked) => [
        sumQuestion(expression, unit, asked, await this.rowsOf(termsOf(expression), asked)),
      ])
    )[0]!
  }

  /** As EmbeddingTable.analogyBatch. */
  async analogyBatch(
    expressions: Iterable<Expression>,
    options: ClusterAnalogyOptions<Columns> = {},
  ): Promise<ClusterMatches[]> {
    const { unit = false } = options
    return this.ask(options, async (asked) => {
      const list = [...expressions]
      const terms = inOrder(list, termsOf).flat()
      const rows = await this.rowsOf(terms, asked)
      return inOrder(list, (expression) => sumQuestion(expression, unit, asked, rows))
    })
  }

  /** The vector of an expression, d numbers, as EmbeddingTable.combine. */
  async combine(
    expression: Expression,
    { unit = false, signal }: Waiting & { unit?: boolean | undefined } = {},
  ): Promise<Float32Array> {
    const rows = await this.rowsOf(termsOf(expression), { signal })
    return combine(rows.asTable(), weightedTerms(expression), unit)
  }

  /** The ids of tokens as they are written; those that the table does not have are not among them. */
  async tokenIds(tokens: Iterable<string>, { signal }: Waiting = {}): Promise<Map<string, number>> {
    this.checkOpen()
    return this.hasTokens ? findTokens(this.connection, [...tokens], signal) : new Map()
  }

  /** The engine's version, the shards, and the bytes that the table takes on all of them. */
  async inspect({ signal }: Waiting = {}): Promise<{ version: string; shards: number; storedBytes: number }> {
    this.checkOpen()
    const { connection, cluster } = this
    const { local } = namesOf(connection.table, cluster)
    const parts = cluster === '' ? 'system.parts' : `cluster(${quoteText(cluster)}, system, parts)`
    const { data } = await connection.select(
      `SELECT version(), sum(bytes_on_disk) FROM ${parts} WHERE active AND database = ${quoteText(connection.database)} AND table = ${quoteText(local)}`,
      { signal },
    )
    const shards =
      cluster === ''
        ? 1
        : Number(
            (
              await connection.select(
                `SELECT max(shard_num) FROM system.clusters WHERE cluster = ${quoteText(cluster)}`,
                { signal },
              )
            ).data[0]![0],
          )
    return { version: String(data[0]![0]), shards, storedBytes: Number(data[0]![1]) }
  }

  /** Lets go of the connections; every question after it throws `DISPOSED`. Harmless when called twice. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.connection.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private checkOpen(): void {
    if (this.closed) throw new RowspaceError('DISPOSED', 'this table was closed: open it again')
  }

  private async ask(
    options: ClusterSearchOptions<Columns>,
    questionsOf: (asked: AskedOfTable) => Promise<Question[]>,
  ): Promise<ClusterMatches[]> {
    this.checkOpen()
    const { k, metric, least } = readSearchOptions({ ...options, filter: undefined })
    const { filter, exclude, includeInputs = false, signal } = options
    if (typeof filter === 'function') {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'a filter of a cluster is a condition on metadata columns, { year: { atLeast: 2020 } }: functions do not run there',
      )
    }
    const asked = {
      k: Math.min(k, this.size),
      metric,
      least,
      kernels: this.kernels,
      where: filter === undefined ? undefined : conditionSql(this.columns, filter),
      size: this.size,
      signal,
      core: this.options.core,
      includeInputs,
      exclude: exclude === undefined ? [] : await this.find(listOf(exclude), signal),
    }
    return answerQuestions(this.connection, await questionsOf(asked), asked)
  }

  /** The rows that queries and terms name. */
  private async rowsOf(queries: readonly (Query | Float32Array)[], { signal }: Waiting): Promise<Rows> {
    const named = queries.filter(isRow)
    const ids = await this.find(named, signal)
    const found = await fetchRows(this.connection, ids, signal)
    return new Rows(this.dimension, new Map(named.map((row, place) => [row, ids[place]!])), found)
  }

  private async find(rows: readonly Row[], signal: AbortSignal | undefined): Promise<number[]> {
    this.checkOpen()
    const { size, hasTokens } = this
    return findIds(this.connection, rows, { size, hasTokens, signal })
  }
}

interface Waiting {
  signal?: AbortSignal | undefined
}

type AskedOfTable = Asked & QuestionOptions

function listOf(rows: Iterable<Row>): Row[] {
  if (typeof rows === 'object' && rows !== null && Symbol.iterator in rows) return [...rows]
  throw new RowspaceError('INVALID_ARGUMENT', `a list of rows was expected; got ${describe(rows)}`)
}
