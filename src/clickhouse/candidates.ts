/** Candidates by their bounds: the highest for a query alone, or all above a score, one scan for many. */
import type { Metric } from '../core/options.ts'
import { boundExpression, type Kernels } from './bound.ts'
import type { Connection } from './connection.ts'
import { changed } from './fetched-rows.ts'
import { batches, quoteNumber } from './sql.ts'

/** Rows that may be in the answer to a query, highest bound first. */
export interface Candidates<Query> {
  query: Query
  ids: readonly number[]
  bounds: readonly number[]
  /** No other row scores above this; −Infinity if there are no others. */
  rest: number
}

export interface BoundOptions {
  metric: Metric
  kernels: Kernels
  /** The condition as SQL, evaluated before anything else of a row is read. */
  where: string | undefined
  /** Rows of the table, |V|. */
  size: number
  /** Numbers per row, d. */
  dimension: number
  signal: AbortSignal | undefined
}

/** One query: the `limit` rows whose bounds are highest. */
export interface FirstQuery {
  vector: Float32Array
  limit: number
}

/** Queries per statement. Each is a scan of its own on all cores of the server. */
const SCANS_AT_ONCE = 8

/** The rows whose bounds are highest, for each query. */
export async function firstByBound<Query extends FirstQuery>(
  connection: Connection,
  queries: readonly Query[],
  { metric, kernels, where, size, signal }: BoundOptions,
): Promise<Candidates<Query>[]> {
  const table = connection.rows
  const from = `FROM ${table}${where === undefined ? '' : ` PREWHERE ${where}`}`
  const answers: Candidates<Query>[] = []
  for (const some of batches(queries, SCANS_AT_ONCE)) {
    const scans = some.map(({ vector, limit }, index) => {
      const bound = boundExpression(vector, { metric, kernel: kernels.alone, codes: 'fine' })
      const fields = `toUInt32(${index}) AS query, id, if(isFinite(${bound} AS sum), sum, inf) AS bound`
      return `SELECT * FROM (SELECT ${fields} ${from} ORDER BY bound DESC, id LIMIT ${limit})`
    })
    // one more row holds the current number of rows
    scans.push(`SELECT toUInt32(${some.length}) AS query, count() AS id, 0. AS bound FROM ${table}`)
    const reader = await connection.selectBinary(scans.join(' UNION ALL '), { signal })
    const found = some.map((query) => ({ query, ids: [] as number[], bounds: [] as number[] }))
    let rows = 0
    while (!reader.done) {
      const [index, id, bound] = [reader.uint32(), reader.uint64(), boundOf(reader.float64())]
      const own = found[index]
      if (own === undefined) rows = id
      own?.ids.push(id)
      own?.bounds.push(bound)
    }
    // an answer without the count is not whole
    checkRows(connection, rows, size)
    for (const own of found) {
      const { limit } = own.query
      const hasMore = own.ids.length === limit && limit < size
      answers.push({ ...own, rest: (hasMore ? own.bounds.at(-1) : undefined) ?? Number.NEGATIVE_INFINITY })
    }
  }
  return answers
}

/** One of many queries: all rows whose bounds reach `minScore`, which must be finite. */
export interface SharedQuery {
  vector: Float32Array
  minScore: number
}

/** Queries that share a scan: reading and unpacking, most of the work, happens once for all of them. */
const QUERIES_AT_ONCE = 16
/** Numbers of all of their vectors: the engine parses long statements slowly. */
const NUMBERS_AT_ONCE = 1 << 14

/** How many queries of d numbers share a scan. */
export function queriesAtOnce(dimension: number): number {
  return Math.max(1, Math.min(QUERIES_AT_ONCE, Math.floor(NUMBERS_AT_ONCE / dimension)))
}

export interface SharedOptions extends BoundOptions {
  /** Only rows with ids below this are scanned: |V|, or a part of them. */
  below: number
  /** Most rows to return per query. */
  maxEach: number
}

/**
 * All rows whose bounds reach `minScore`, for each query. If there are more than `maxEach` per query, the
 * scan returns those farthest above it, and `rest` limits what the others may score.
 */
export async function allAbove<Query extends SharedQuery>(
  connection: Connection,
  queries: readonly Query[],
  options: SharedOptions,
): Promise<Candidates<Query>[]> {
  const answers: Candidates<Query>[] = []
  for (const some of batches(queries, queriesAtOnce(options.dimension))) {
    answers.push(...(await someAbove(connection, some, options)))
  }
  return answers
}

async function someAbove<Query extends SharedQuery>(
  connection: Connection,
  queries: readonly Query[],
  { metric, kernels, where, size, signal, below, maxEach }: SharedOptions,
): Promise<Candidates<Query>[]> {
  const limit = maxEach * queries.length
  const conditions = [...(below < size ? [`id < ${below}`] : []), ...(where === undefined ? [] : [where])]
  const bounds = queries.map(({ vector }) =>
    boundExpression(vector, { metric, kernel: kernels.shared, codes: 'coarse' }),
  )
  const minScores = queries.map(({ minScore }) => quoteNumber(minScore)).join(', ')
  // excess: how far a row is above its query's minScore. Ordered by it, the engine holds `limit` rows
  const scan =
    `SELECT id, arrayMap(x -> if(isFinite(x), x, inf), [${bounds.join(', ')}]) AS bounds, ` +
    `arrayReduce('max', arrayMap((x, y) -> x - y, bounds, [${minScores}])) AS excess ` +
    `FROM ${connection.rows}` +
    `${conditions.length === 0 ? '' : ` PREWHERE ${conditions.join(' AND ')}`} ` +
    `WHERE excess >= 0 ORDER BY excess DESC, id LIMIT ${limit}`
  const reader = await connection.selectBinary(scan, { signal })
  const found = queries.map((query) => ({ query, rows: [] as { id: number; bound: number }[] }))
  let count = 0
  let last = Number.POSITIVE_INFINITY
  for (; !reader.done; count++) {
    const [id, bounds, excess] = [reader.uint64(), reader.doubles(), reader.float64()]
    last = Math.min(last, excess)
    for (const [index, { query, rows }] of found.entries()) {
      const bound = boundOf(bounds[index] ?? Number.POSITIVE_INFINITY)
      if (bound >= query.minScore) rows.push({ id, bound })
    }
  }
  return found.map(({ query, rows }) => {
    const { minScore } = query
    rows.sort((a, b) => b.bound - a.bound || a.id - b.id)
    return {
      query,
      ids: rows.map(({ id }) => id),
      bounds: rows.map(({ bound }) => bound),
      rest:
        count < limit
          ? justBelow(minScore)
          : boundOf(minScore + last + 2 ** -40 * (Math.abs(minScore) + last)),
    }
  })
}

/** Scores and minScore are float32, so a score that does not reach minScore is at most this. */
function justBelow(minScore: number): number {
  return minScore - Math.abs(minScore) * 2 ** -30 - Number.MIN_VALUE
}

/** The ids of all rows that pass a condition, in no order; undefined if there are more than `limit`. */
export async function passingIds(
  connection: Connection,
  where: string,
  limit: number,
  { size, signal }: BoundOptions,
): Promise<number[] | undefined> {
  // float64 holds every id, and the reader reads lists of float64
  const ids = `groupArrayIf(${limit + 1})(toFloat64(id), ${where})`
  const statement = `SELECT count(), ${ids} FROM ${connection.rows}`
  const reader = await connection.selectBinary(statement, { signal })
  checkRows(connection, reader.uint64(), size)
  const found = reader.doubles()
  return found.length > limit ? undefined : Array.from(found)
}

/** Throws `CHANGED` if the table does not have the number of rows that were uploaded. */
export async function checkCount(connection: Connection, size: number, signal?: AbortSignal): Promise<void> {
  const statement = `SELECT count() FROM ${connection.rows}`
  const reader = await connection.selectBinary(statement, { signal })
  checkRows(connection, reader.uint64(), size)
}

function checkRows(connection: Connection, rows: number, size: number): void {
  if (rows !== size) throw changed(connection, `it has ${rows} rows where ${size} were uploaded`)
}

/** The core rounds a dot from 2^128 − 2^103 on to infinity. */
const INFINITE_FROM = 3.4e38

function boundOf(bound: number): number {
  return bound >= INFINITE_FROM ? Number.POSITIVE_INFINITY : bound
}
