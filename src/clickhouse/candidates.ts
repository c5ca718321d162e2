/** Selects candidates by their bounds: the highest for each query alone, or all above a score for many queries in one scan. */
import type { Metric } from '../core/options.ts'
import { boundExpression, type Kernels } from './bound.ts'
import type { Connection } from './connection.ts'
import { changed } from './fetch-rows.ts'
import { RowBinaryReader } from './row-binary.ts'
import { quoteNumber } from './sql.ts'

/** Rows that may be in an answer, highest bound first. */
export interface Candidates {
  ids: number[]
  bounds: number[]
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
export async function firstByBound(
  connection: Connection,
  queries: readonly FirstQuery[],
  options: BoundOptions,
): Promise<Candidates[]> {
  const answers: Candidates[] = []
  for (let from = 0; from < queries.length; from += SCANS_AT_ONCE) {
    answers.push(...(await someFirst(connection, queries.slice(from, from + SCANS_AT_ONCE), options)))
  }
  return answers
}

async function someFirst(
  connection: Connection,
  queries: readonly FirstQuery[],
  { metric, kernels, where, size, signal }: BoundOptions,
): Promise<Candidates[]> {
  const table = connection.named(connection.table)
  const from = `FROM ${table}${where === undefined ? '' : ` PREWHERE ${where}`}`
  const scans = queries.map(({ vector, limit }, query) => {
    const bound = boundExpression(vector, { metric, kernel: kernels.alone, codes: 'fine' })
    return `SELECT * FROM (SELECT toUInt32(${query}) AS query, id, if(isFinite(${bound} AS sum), sum, inf) AS bound ${from} ORDER BY bound DESC, id LIMIT ${limit})`
  })
  // one more row holds the current number of rows
  const count = `SELECT toUInt32(${queries.length}) AS query, count() AS id, 0. AS bound FROM ${table}`
  const reader = await select(connection, [...scans, count].join(' UNION ALL '), signal)
  const answers = queries.map((): Candidates => ({ ids: [], bounds: [], rest: Number.NEGATIVE_INFINITY }))
  while (!reader.done) {
    const [query, id, bound] = [reader.uint32(), reader.uint64(), boundOf(reader.float64())]
    const answer = answers[query]
    if (answer === undefined) checkRows(connection, id, size)
    else {
      answer.ids.push(id)
      answer.bounds.push(bound)
    }
  }
  for (const [place, answer] of answers.entries()) {
    const { limit } = queries[place]!
    if (answer.ids.length === limit && limit < size) answer.rest = answer.bounds[limit - 1]!
  }
  return answers
}

/** One of many queries: all rows whose bounds reach `minScore`, which must be finite. */
export interface SharedQuery {
  vector: Float32Array
  minScore: number
}

/** Queries that share a scan: reading and unpacking, most of the work of one query, happens once for all of them. */
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
 * All rows whose bounds reach `minScore`, for each query. If there are more than `maxEach` per query, the scan returns
 * those farthest above it, and `rest` limits what the others may score.
 */
export async function allAbove(
  connection: Connection,
  queries: readonly SharedQuery[],
  options: SharedOptions,
): Promise<Candidates[]> {
  const answers: Candidates[] = []
  const atOnce = queriesAtOnce(queries[0]?.vector.length ?? 1)
  for (let from = 0; from < queries.length; from += atOnce) {
    answers.push(...(await someAbove(connection, queries.slice(from, from + atOnce), options)))
  }
  return answers
}

async function someAbove(
  connection: Connection,
  queries: readonly SharedQuery[],
  { metric, kernels, where, size, signal, below, maxEach }: SharedOptions,
): Promise<Candidates[]> {
  const limit = maxEach * queries.length
  const conditions = [...(below < size ? [`id < ${below}`] : []), ...(where === undefined ? [] : [where])]
  const table = connection.named(connection.table)
  const bounds = queries.map(({ vector }) =>
    boundExpression(vector, { metric, kernel: kernels.shared, codes: 'coarse' }),
  )
  const minScore = queries.map((query) => quoteNumber(query.minScore))
  // excess: how far a row is above its query's minScore at most. Ordered by it, the engine holds only `limit` rows
  const scan =
    `SELECT id, arrayMap(x -> if(isFinite(x), x, inf), [${bounds.join(', ')}]) AS bounds, ` +
    `arrayReduce('max', arrayMap((x, y) -> x - y, bounds, [${minScore.join(', ')}])) AS excess FROM ${table}` +
    `${conditions.length === 0 ? '' : ` PREWHERE ${conditions.join(' AND ')}`} WHERE excess >= 0 ORDER BY excess DESC, id LIMIT ${limit}`
  const reader = await select(connection, scan, signal)
  const rows: { id: number; bounds: Float64Array }[] = []
  let last = Number.POSITIVE_INFINITY
  while (!reader.done) {
    const [id, found, above] = [reader.uint64(), reader.doubles(), reader.float64()]
    rows.push({ id, bounds: found })
    last = Math.min(last, above)
  }
  return queries.map(({ minScore }, n) => {
    const reaching = rows
      .map(({ id, bounds }) => ({ id, bound: boundOf(bounds[n]!) }))
      .filter(({ bound }) => bound >= minScore)
      .sort((a, b) => b.bound - a.bound || a.id - b.id)
    return {
      ids: reaching.map(({ id }) => id),
      bounds: reaching.map(({ bound }) => bound),
      rest:
        rows.length < limit
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
  {
    where,
    size,
    limit,
    signal,
  }: { where: string; size: number; limit: number; signal: AbortSignal | undefined },
): Promise<number[] | undefined> {
  // float64 holds every id, and the reader reads lists of float64
  const statement = `SELECT count(), groupArrayIf(${limit + 1})(toFloat64(id), ${where}) FROM ${connection.named(connection.table)}`
  const reader = await select(connection, statement, signal)
  checkRows(connection, reader.uint64(), size)
  const ids = reader.doubles()
  return ids.length > limit ? undefined : Array.from(ids)
}

async function select(
  connection: Connection,
  statement: string,
  signal: AbortSignal | undefined,
): Promise<RowBinaryReader> {
  return new RowBinaryReader(await connection.selectBinary(statement, { signal }))
}

/** Throws `CHANGED` if the table does not have the number of rows that were uploaded. */
export async function checkCount(connection: Connection, size: number, signal?: AbortSignal): Promise<void> {
  const statement = `SELECT count() FROM ${connection.named(connection.table)}`
  checkRows(connection, (await select(connection, statement, signal)).uint64(), size)
}

function checkRows(connection: Connection, rows: number, size: number): void {
  if (rows !== size) throw changed(connection, `it has ${rows} rows where ${size} were uploaded`)
}

/** The core rounds a dot from 2^128 − 2^103 on to infinity. */
const INFINITE_FROM = 3.4e38

function boundOf(bound: number): number {
  return bound >= INFINITE_FROM ? Number.POSITIVE_INFINITY : bound
}
