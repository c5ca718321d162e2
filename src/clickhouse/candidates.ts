/** The rows that come first by their bounds: of each question for itself, or of many in one scan. */
import type { Metric } from '../core/options.ts'
import { boundExpression, type Kernels } from './bound.ts'
import type { Connection } from './connection.ts'
import { changed } from './fetch-rows.ts'
import { RowBinaryReader } from './row-binary.ts'
import { quoteNumber } from './sql.ts'

/** Rows that may be in an answer, in falling order of their bounds. */
export interface Candidates {
  ids: number[]
  bounds: number[]
  /** No row that is not among them scores above this: −Infinity where all are. */
  rest: number
}

export interface BoundOptions {
  metric: Metric
  kernels: Kernels
  /** The condition on a row, or nothing: judged before anything else of the row is read. */
  where: string | undefined
  /** Rows of the table, |V|. */
  size: number
  signal: AbortSignal | undefined
}

/** One question: the `limit` rows whose bounds are highest. */
export interface FirstQuestion {
  vector: Float32Array
  limit: number
}

/** Questions in one statement: each is a scan of its own there, on all its cores; their answers come together. */
const SCANS_AT_ONCE = 8

/** The rows whose bounds are highest, for each question. */
export async function firstByBound(
  connection: Connection,
  questions: readonly FirstQuestion[],
  options: BoundOptions,
): Promise<Candidates[]> {
  const answers: Candidates[] = []
  for (let from = 0; from < questions.length; from += SCANS_AT_ONCE) {
    answers.push(...(await someFirst(connection, questions.slice(from, from + SCANS_AT_ONCE), options)))
  }
  return answers
}

async function someFirst(
  connection: Connection,
  questions: readonly FirstQuestion[],
  { metric, kernels, where, size, signal }: BoundOptions,
): Promise<Candidates[]> {
  const table = connection.named(connection.table)
  const from = `FROM ${table}${where === undefined ? '' : ` PREWHERE ${where}`}`
  const scans = questions.map(({ vector, limit }, question) => {
    const bound = boundExpression(vector, { metric, kernel: kernels.alone, codes: 'fine' })
    return `SELECT * FROM (SELECT toUInt32(${question}) AS question, id, if(isFinite(${bound} AS sum), sum, inf) AS bound ${from} ORDER BY bound DESC, id LIMIT ${limit})`
  })
  // one row more: how many rows there are now
  const count = `SELECT toUInt32(${questions.length}) AS question, count() AS id, 0. AS bound FROM ${table}`
  const reader = await select(connection, [...scans, count].join(' UNION ALL '), signal)
  const answers = questions.map((): Candidates => ({ ids: [], bounds: [], rest: Number.NEGATIVE_INFINITY }))
  while (!reader.done) {
    const [question, id, bound] = [reader.uint32(), reader.uint64(), boundOf(reader.float64())]
    const answer = answers[question]
    if (answer === undefined) checkRows(connection, id, size)
    else {
      answer.ids.push(id)
      answer.bounds.push(bound)
    }
  }
  for (const [place, answer] of answers.entries()) {
    const { limit } = questions[place]!
    if (answer.ids.length === limit && limit < size) answer.rest = answer.bounds[limit - 1]!
  }
  return answers
}

/** One of many questions: the rows whose bounds reach `least`, which must be finite. */
export interface SharedQuestion {
  vector: Float32Array
  minScore: number
}

/** Questions that share a scan: what is read and unpacked once for all of them is most of the work of one. */
const QUESTIONS_AT_ONCE = 16
/** Numbers of all of them: the engine analyses long statements slowly. */
const NUMBERS_AT_ONCE = 1 << 14

/** How many questions of d numbers share a scan. */
export function questionsAtOnce(dimension: number): number {
  return Math.max(1, Math.min(QUESTIONS_AT_ONCE, Math.floor(NUMBERS_AT_ONCE / dimension)))
}

export interface SharedOptions extends BoundOptions {
  /** Rows with ids below this are looked at: |V|, or a part of them. */
  below: number
  /** Rows that come, a question. */
  mostEach: number
}

/**
 * All rows whose bounds reach `least`, for each question. Where they are more than `mostEach` a question, those of a shared scan that
 * are farthest above it come, and `rest` says what the others may score.
 */
export async function allAbove(
  connection: Connection,
  questions: readonly SharedQuestion[],
  options: SharedOptions,
): Promise<Candidates[]> {
  const answers: Candidates[] = []
  const atOnce = questionsAtOnce(questions[0]?.vector.length ?? 1)
  for (let from = 0; from < questions.length; from += atOnce) {
    answers.push(...(await someAbove(connection, questions.slice(from, from + atOnce), options)))
  }
  return answers
}

async function someAbove(
  connection: Connection,
  questions: readonly SharedQuestion[],
  { metric, kernels, where, size, signal, below, mostEach }: SharedOptions,
): Promise<Candidates[]> {
  const most = mostEach * questions.length
  const conditions = [...(below < size ? [`id < ${below}`] : []), ...(where === undefined ? [] : [where])]
  const table = connection.named(connection.table)
  const bounds = questions.map(({ vector }) =>
    boundExpression(vector, { metric, kernel: kernels.shared, codes: 'coarse' }),
  )
  const minScore = questions.map((question) => quoteNumber(question.minScore))
  // how far a row is above what is asked for, at most: in its order the engine holds no more rows than come
  const scan =
    `SELECT id, arrayMap(x -> if(isFinite(x), x, inf), [${bounds.join(', ')}]) AS bounds, ` +
    `arrayReduce('max', arrayMap((x, y) -> x - y, bounds, [${minScore.join(', ')}])) AS excess FROM ${table}` +
    `${conditions.length === 0 ? '' : ` PREWHERE ${conditions.join(' AND ')}`} WHERE excess >= 0 ORDER BY excess DESC, id LIMIT ${most}`
  const reader = await select(connection, scan, signal)
  const rows: { id: number; bounds: Float64Array }[] = []
  let last = Number.POSITIVE_INFINITY
  while (!reader.done) {
    const [id, found, above] = [reader.uint64(), reader.doubles(), reader.float64()]
    rows.push({ id, bounds: found })
    last = Math.min(last, above)
  }
  return questions.map(({ minScore }, n) => {
    const reaching = rows
      .map(({ id, bounds }) => ({ id, bound: boundOf(bounds[n]!) }))
      .filter(({ bound }) => bound >= minScore)
      .sort((a, b) => b.bound - a.bound || a.id - b.id)
    return {
      ids: reaching.map(({ id }) => id),
      bounds: reaching.map(({ bound }) => bound),
      rest:
        rows.length < most
          ? justBelow(minScore)
          : boundOf(minScore + last + 2 ** -40 * (Math.abs(minScore) + last)),
    }
  })
}

/** Scores are float32, as is what they are to reach: one that does not is at most this. */
function justBelow(minScore: number): number {
  return minScore - Math.abs(minScore) * 2 ** -30 - Number.MIN_VALUE
}

/** The ids of all rows that pass a condition, in no order; undefined where they are more than `most`. */
export async function passingIds(
  connection: Connection,
  {
    where,
    size,
    most,
    signal,
  }: { where: string; size: number; most: number; signal: AbortSignal | undefined },
): Promise<number[] | undefined> {
  // float64 holds every id, and is read as the bounds are
  const statement = `SELECT count(), groupArrayIf(${most + 1})(toFloat64(id), ${where}) FROM ${connection.named(connection.table)}`
  const reader = await select(connection, statement, signal)
  checkRows(connection, reader.uint64(), size)
  const ids = reader.doubles()
  return ids.length > most ? undefined : Array.from(ids)
}

async function select(
  connection: Connection,
  statement: string,
  signal: AbortSignal | undefined,
): Promise<RowBinaryReader> {
  return new RowBinaryReader(await connection.selectBinary(statement, { signal }))
}

/** Throws `CHANGED` where the table has another number of rows than were pushed. */
export async function checkCount(connection: Connection, size: number, signal?: AbortSignal): Promise<void> {
  const statement = `SELECT count() FROM ${connection.named(connection.table)}`
  checkRows(connection, (await select(connection, statement, signal)).uint64(), size)
}

function checkRows(connection: Connection, rows: number, size: number): void {
  if (rows !== size) throw changed(connection, `it has ${rows} rows where ${size} were pushed`)
}

/** A dot from 2^128 − 2^103 on is rounded to infinity by the core. */
const INFINITE_FROM = 3.4e38

function boundOf(bound: number): number {
  return bound >= INFINITE_FROM ? Number.POSITIVE_INFINITY : bound
}
