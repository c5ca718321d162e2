/** A table on ClickHouse, asked as an EmbeddingTable is: the same names, options and bits, as promises. */
import { combine, type Expression, inputIds, weightedTerms } from '../analogy.ts'
import {
  checkQuery,
  checkVector,
  describe,
  isRow,
  queryList,
  readSearchOptions,
  zeroQuery,
} from '../arguments.ts'
import { isRowspaceError, RowspaceError } from '../errors.ts'
import { checkId } from '../id-set.ts'
import type { Metric } from '../options.ts'
import { EmbeddingTable } from '../table.ts'
import type { Kernel } from './bound.ts'
import { changed, type FoundRow, fetchRows } from './candidates.ts'
import { conditionSql } from './condition-sql.ts'
import { Connection } from './connection.ts'
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
import { type Asked, answerQuestions, type Question, smallTable } from './rescore.ts'
import { type Description, existingTables, namesOf, readDescription } from './schema.ts'
import { quoteText } from './sql.ts'

/**
 * Opens a table that `pushTable` put there. Every answer is the one an EmbeddingTable of the same rows gives, bit for bit, or an error: never
 * one without the rows of a shard that is away.
 *
 * @throws RowspaceError `NOT_FOUND` where there is no such database or table; `TRUNCATED` where its push has not ended; `CHANGED` where its
 * shards have another number of rows than were pushed; `UNSUPPORTED` where a newer version made it; `ACCESS_DENIED`, `IO`.
 * @example
 * const table = await openCluster({ url: 'http://localhost:8123', table: 'glove' })
 * for (const { token, cosine } of await table.nearest('king', { k: 5 })) console.log(token, cosine)
 * await table.close()
 */
export async function openCluster<Columns extends ColumnTypes = NoColumns>(
  options: ClusterOptions<Columns>,
): Promise<ClusterTable<Columns>> {
  const connection = await Connection.open(options)
  try {
    const there = await existingTables(connection)
    const names = namesOf(connection.table, '')
    const place = { server: connection.server, table: connection.title }
    if (!there.has(names.meta)) {
      await checkDatabase(connection)
      throw new RowspaceError(
        'NOT_FOUND',
        `${place.server}, table ${place.table}: there is no such table of rowspace: push it first`,
        place,
      )
    }
    const description = await readDescription(connection)
    if (!there.has(names.complete)) {
      throw new RowspaceError(
        'TRUNCATED',
        `${place.server}, table ${place.table}: its push has not ended: push it again, and what is there stays`,
        place,
      )
    }
    checkColumns(connection, description, options.columns ?? {})
    await checkCount(connection, description)
    const kernel = await chooseKernel(connection, description, options.kernel)
    return new ClusterTable<Columns>(connection, description, kernel, options)
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function checkDatabase(connection: Connection): Promise<void> {
  const { database, server, title } = connection
  const { data } = await connection.select(
    `SELECT count() FROM system.databases WHERE name = ${quoteText(database)}`,
  )
  if (Number(data[0]![0]) > 0) return
  throw new RowspaceError(
    'NOT_FOUND',
    `${server}, table ${title}: there is no database ${JSON.stringify(database)}: create it, or name another`,
    {
      server,
      table: title,
      database,
    },
  )
}

async function checkCount(connection: Connection, { size }: Description): Promise<void> {
  const { data } = await connection.select(`SELECT count() FROM ${connection.named(connection.table)}`)
  const count = Number(data[0]![0])
  if (count !== size) throw changed(connection, `it has ${count} rows where ${size} were pushed`)
}

function checkColumns({ server, title }: Connection, { columns }: Description, asked: ColumnTypes): void {
  for (const [name, type] of Object.entries(asked)) {
    if (columns[name] === type) continue
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${server}, table ${title}: it has no metadata column ${JSON.stringify(name)} of type ${type}; its columns are ${JSON.stringify(columns)}`,
      { server, table: title, column: name },
    )
  }
}

const KERNELS: readonly Kernel[] = ['codes', 'dotProduct', 'arrays']

async function chooseKernel(
  connection: Connection,
  { codes }: Description,
  asked: Kernel | undefined,
): Promise<Kernel> {
  const { data } = await connection.select(`SELECT count() FROM system.functions WHERE name = 'dotProduct'`)
  const hasProduct = Number(data[0]![0]) > 0
  const kernel = asked ?? (hasProduct ? 'dotProduct' : codes ? 'codes' : 'arrays')
  if (!KERNELS.includes(kernel)) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `kernel is 'codes', 'dotProduct' or 'arrays'; got ${describe(kernel)}`,
    )
  }
  const { server, title } = connection
  if (kernel === 'codes' && !codes) {
    throw new RowspaceError(
      'UNSUPPORTED',
      `${server}, table ${title}: it was pushed without codes: ask with another kernel, or push it anew`,
    )
  }
  if (kernel === 'dotProduct' && !hasProduct) {
    throw new RowspaceError(
      'UNSUPPORTED',
      `${server}, table ${title}: the server has no function dotProduct: ask with kernel 'codes' or 'arrays'`,
    )
  }
  return kernel
}

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
  /** How the engine computes. */
  readonly kernel: Kernel
  /** The cluster's name, '' for one server. */
  readonly cluster: string
  private closed = false

  /** @internal */
  constructor(
    private readonly connection: Connection,
    description: Description,
    kernel: Kernel,
    private readonly options: Pick<ClusterOptions, 'core'>,
  ) {
    this.size = description.size
    this.dimension = description.dimension
    this.dtype = description.dtype
    this.hasTokens = description.tokens
    this.columns = description.columns
    this.cluster = description.cluster
    this.kernel = kernel
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
      await this.vectorQuestion(query, asked, await this.rowsOf([query], asked)),
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
      return inOrder(list, (query) => this.vectorQuestion(query, asked, rows))
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
        this.sumQuestion(expression, unit, asked, await this.rowsOf(termsOf(expression), asked)),
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
      const terms = (await inOrder(list, async (expression) => termsOf(expression))).flat()
      const rows = await this.rowsOf(terms, asked)
      return inOrder(list, async (expression) => this.sumQuestion(expression, unit, asked, rows))
    })
  }

  /** The vector of an expression, d numbers, as EmbeddingTable.combine. */
  async combine(
    expression: Expression,
    { unit = false, signal }: Waiting & { unit?: boolean | undefined } = {},
  ): Promise<Float32Array> {
    const rows = await this.rowsOf(termsOf(expression), { signal })
    return combine(rows.asTable(), expression, unit)
  }

  /** The ids of tokens as they are written; those that the table does not have are not among them. */
  async tokenIds(tokens: Iterable<string>, { signal }: Waiting = {}): Promise<Map<string, number>> {
    this.checkOpen()
    return this.hasTokens ? this.findTokens([...tokens], signal) : new Map()
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
      kernel: this.kernel,
      where: filter === undefined ? undefined : conditionSql(this.columns, filter),
      size: this.size,
      signal,
      core: this.options.core,
      includeInputs,
      exclude: exclude === undefined ? [] : await this.find(listOf(exclude), signal),
    }
    return answerQuestions(this.connection, await questionsOf(asked), asked)
  }

  private async vectorQuestion(
    query: Query,
    { metric, includeInputs, exclude }: QuestionOptions,
    rows: Rows,
  ): Promise<Question> {
    if (!isRow(query)) {
      const vector = await this.checkedVector(query, metric)
      return { vector, out: new Set(exclude) }
    }
    const id = rows.id(query)
    const vector = rows.row(id)
    if (metric === 'cosine' && vector.every((value) => value === 0)) throw zeroQuery(`row ${id} is all zeros`)
    return { vector, out: new Set(includeInputs ? exclude : [...exclude, id]) }
  }

  private sumQuestion(
    expression: Expression,
    unit: boolean,
    { metric, includeInputs, exclude }: QuestionOptions,
    rows: Rows,
  ): Question {
    const table = rows.asTable()
    const vector = combine(table, expression, unit)
    judge(vector, metric)
    return { vector, out: new Set(includeInputs ? exclude : [...exclude, ...inputIds(table, expression)]) }
  }

  private async checkedVector(
    query: Float32Array | readonly number[],
    metric: Metric,
  ): Promise<Float32Array> {
    checkVector(query, this.dimension)
    const vector = Float32Array.from(query)
    judge(vector, metric, query)
    return vector
  }

  /** The rows that queries and terms name. */
  private async rowsOf(queries: readonly (Query | Float32Array)[], { signal }: Waiting): Promise<Rows> {
    const named = queries.filter(isRow)
    const ids = await this.find(named, signal)
    const found = await fetchRows(this.connection, ids, signal)
    return new Rows(this.dimension, new Map(named.map((row, place) => [row, ids[place]!])), found)
  }

  /** The ids of rows by id or token: tokens as written, else with a leading space. */
  private async find(rows: readonly Row[], signal: AbortSignal | undefined): Promise<number[]> {
    this.checkOpen()
    for (const row of rows) {
      if (typeof row === 'number') checkId(row, this.size)
      else if (typeof row !== 'string') {
        throw new RowspaceError(
          'INVALID_ARGUMENT',
          `a row is named by an id or a token; got ${describe(row)}`,
        )
      }
    }
    const names = [...new Set(rows.filter((row) => typeof row === 'string'))]
    if (names.length === 0) return rows as number[]
    if (!this.hasTokens) {
      throw new RowspaceError(
        'NO_TOKENS',
        `this table has no tokens, so ${JSON.stringify(names[0])} names no row: ask by id`,
      )
    }
    const ids = await this.findTokens(
      names.flatMap((name) => [name, ` ${name}`]),
      signal,
    )
    return rows.map((row) => {
      if (typeof row === 'number') return row
      const id = ids.get(row) ?? ids.get(` ${row}`)
      if (id !== undefined) return id
      const { server, title } = this.connection
      throw new RowspaceError(
        'UNKNOWN_TOKEN',
        `${JSON.stringify(row)} is not a token of table ${title} on ${server}`,
        { token: row },
      )
    })
  }

  private async findTokens(
    names: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Map<string, number>> {
    const found = new Map<string, number>()
    // half a surrogate pair is no token of any table
    const valid = [...new Set(names)].filter((name) => !/\p{Surrogate}/u.test(name))
    for (let from = 0; from < valid.length; from += TOKENS_AT_ONCE) {
      const list = valid
        .slice(from, from + TOKENS_AT_ONCE)
        .map(quoteText)
        .join(',')
      const statement = `SELECT token, min(id) FROM ${this.connection.named(this.connection.table)} WHERE token IN (${list}) GROUP BY token`
      const { data } = await this.connection.select(statement, {
        signal,
        settings: { max_query_size: statement.length * 4 + 4096 },
      })
      for (const [token, id] of data) found.set(String(token), Number(id))
    }
    return found
  }
}

const TOKENS_AT_ONCE = 2_000

interface Waiting {
  signal?: AbortSignal | undefined
}

interface QuestionOptions {
  metric: Metric
  includeInputs: boolean
  exclude: readonly number[]
}

type AskedOfTable = Asked & QuestionOptions

/** The rows that a question names, as `combine` reads them from a table. */
class Rows {
  constructor(
    private readonly dimension: number,
    private readonly ids: ReadonlyMap<Row, number>,
    private readonly found: ReadonlyMap<number, FoundRow>,
  ) {}

  id(row: Row): number {
    return this.ids.get(row)!
  }

  row(row: Row): Float32Array {
    return this.found.get(typeof row === 'number' ? row : this.id(row))!.row
  }

  asTable() {
    return { dimension: this.dimension, id: (row: Row) => this.id(row), row: (row: Row) => this.row(row) }
  }
}

function termsOf(expression: Expression) {
  return weightedTerms(expression).map(({ term }) => term)
}

function listOf(rows: Iterable<Row>): Row[] {
  if (typeof rows === 'object' && rows !== null && Symbol.iterator in rows) return [...rows]
  throw new RowspaceError('INVALID_ARGUMENT', `a list of rows was expected; got ${describe(rows)}`)
}

/** Judges a query as the core does: by whether it is finite and not zeros. */
function judge(vector: Float32Array, metric: Metric, given: ArrayLike<number> = vector): void {
  const hasOdd = !vector.every(Number.isFinite)
  const isZero = vector.every((value) => value === 0)
  checkQuery(given, hasOdd ? Number.POSITIVE_INFINITY : isZero ? 0 : 1, metric)
}

/** Puts the number of the question into what is thrown. */
async function inOrder<Given, Made>(
  list: readonly Given[],
  make: (given: Given) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = []
  for (const [question, given] of list.entries()) {
    try {
      made.push(await make(given))
    } catch (error) {
      if (!isRowspaceError(error)) throw error
      throw new RowspaceError(error.code, `query ${question}: ${error.message}`, {
        ...error.details,
        question,
        cause: error,
      })
    }
  }
  return made
}
