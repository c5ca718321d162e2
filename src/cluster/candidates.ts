/** Rows of the engine by id, and the rows that come first by their bounds. */
import { RowspaceError } from '../errors.ts'
import type { Metric } from '../options.ts'
import { boundExpression, type Kernel } from './bound.ts'
import type { Connection } from './connection.ts'
import { RowBinaryReader } from './row-binary.ts'

export interface FoundRow {
  row: Float32Array
  token: string | undefined
}

/** Ids in one statement: what SQL holds of them stays far below max_query_size. */
const IDS_AT_ONCE = 5_000

/** The rows of these ids. Throws `CHANGED` where one is not there. */
export async function fetchRows(
  connection: Connection,
  ids: Iterable<number>,
  signal: AbortSignal | undefined,
): Promise<Map<number, FoundRow>> {
  const wanted = [...new Set(ids)]
  const found = new Map<number, FoundRow>()
  for (let from = 0; from < wanted.length; from += IDS_AT_ONCE) {
    const some = wanted.slice(from, from + IDS_AT_ONCE)
    const bytes = await connection.selectBinary(
      `SELECT id, token, row FROM ${connection.named(connection.table)} PREWHERE id IN (${some.join(',')})`,
      { signal },
    )
    const reader = new RowBinaryReader(bytes)
    while (!reader.done) {
      const id = reader.uint64()
      const token = reader.uint8() === 1 ? undefined : reader.text()
      found.set(id, { token, row: reader.floats() })
    }
  }
  const missing = wanted.find((id) => !found.has(id))
  if (missing === undefined) return found
  throw changed(connection, `row ${missing} is not there any more`)
}

export function changed(connection: Connection, what: string): RowspaceError {
  const { server, title } = connection
  return new RowspaceError(
    'CHANGED',
    `${server}, table ${title}: ${what}: see that every shard has its rows, or push the table again`,
    { server, table: title },
  )
}

/** One question to the engine: the `limit` rows whose bounds are highest. */
export interface BoundQuestion {
  vector: Float32Array
  limit: number
}

/** Rows in falling order of their bounds. */
export interface Bounded {
  ids: number[]
  /** No row that is not among them scores above this: −Infinity where all are. */
  rest: number
}

export interface BoundOptions {
  metric: Metric
  kernel: Kernel
  /** The condition on a row, or nothing: judged before anything else of the row is read. */
  where: string | undefined
  /** Rows of the table, |V|. */
  size: number
  signal: AbortSignal | undefined
}

/** Questions in one statement: each is a scan of its own there, on all its cores; their answers come together. */
const QUESTIONS_AT_ONCE = 8

export async function selectBounded(
  connection: Connection,
  questions: readonly BoundQuestion[],
  options: BoundOptions,
): Promise<Bounded[]> {
  const answers: Bounded[] = []
  for (let from = 0; from < questions.length; from += QUESTIONS_AT_ONCE) {
    const some = questions.slice(from, from + QUESTIONS_AT_ONCE)
    answers.push(...(await selectSome(connection, some, options)))
  }
  return answers
}

async function selectSome(
  connection: Connection,
  questions: readonly BoundQuestion[],
  { metric, kernel, where, size, signal }: BoundOptions,
): Promise<Bounded[]> {
  const from = `FROM ${connection.named(connection.table)}${where === undefined ? '' : ` PREWHERE ${where}`}`
  const scans = questions.map(({ vector, limit }, question) => {
    const bound = boundExpression(vector, metric, kernel)
    return `SELECT * FROM (SELECT toUInt32(${question}) AS question, id, ${bound} AS bound ${from} ORDER BY bound DESC, id LIMIT ${limit})`
  })
  // one row more: how many rows there are now
  const count = `SELECT toUInt32(${questions.length}) AS question, count() AS id, 0. AS bound FROM ${connection.named(connection.table)}`
  const statement = [...scans, count].join(' UNION ALL ')
  const { data } = await connection.select(statement, {
    signal,
    // the numbers of the questions are what makes it long
    settings: { max_query_size: statement.length * 2 + 4096, output_format_json_quote_denormals: 1 },
  })
  const answers = questions.map(({ limit }) => ({
    ids: [] as number[],
    rest: Number.NEGATIVE_INFINITY,
    limit,
  }))
  let rows = 0
  for (const [question, id, bound] of data) {
    const answer = answers[Number(question)]
    if (answer === undefined) {
      rows = Number(id)
      continue
    }
    answer.ids.push(Number(id))
    if (answer.ids.length === answer.limit && answer.limit < size) answer.rest = boundOf(bound)
  }
  if (rows !== size) throw changed(connection, `it has ${rows} rows where ${size} were pushed`)
  return answers
}

/** A dot from 2^128 − 2^103 on is rounded to infinity by the core. */
const INFINITE_FROM = 3.4e38

function boundOf(value: string | number | null | undefined): number {
  const bound =
    value === null || value === undefined
      ? Number.POSITIVE_INFINITY
      : Number(String(value).replace('inf', 'Infinity'))
  return bound >= INFINITE_FROM ? Number.POSITIVE_INFINITY : bound
}
