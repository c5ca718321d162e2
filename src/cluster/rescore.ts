/**
 * From questions to answers: candidates from the engine, scored by the core, more of them until no row that is left out can be in the
 * answer. What stands in an answer is what an EmbeddingTable of all rows gives, bit for bit.
 */

import type { CoreSource } from '../core.ts'
import { isRowspaceError, RowspaceError } from '../errors.ts'
import type { Metric } from '../options.ts'
import { EmbeddingTable } from '../table.ts'
import { type Bounded, type BoundOptions, type FoundRow, fetchRows, selectBounded } from './candidates.ts'
import type { Connection } from './connection.ts'
import { ClusterMatches } from './matches.ts'

export interface Question {
  vector: Float32Array
  /** Rows to leave out of this question's answer. */
  out: ReadonlySet<number>
}

export interface Asked extends BoundOptions {
  k: number
  metric: Metric
  least: number | undefined
  core: CoreSource | undefined
}

/** Rows asked for beyond k at first: most questions need no second round. */
const SPARE = 24
/** Each further round asks for so many times more. */
const GROWTH = 4

export async function answerQuestions(
  connection: Connection,
  questions: readonly Question[],
  asked: Asked,
): Promise<ClusterMatches[]> {
  const answers: (ClusterMatches | undefined)[] = questions.map(() => undefined)
  const limits = questions.map(({ out }) => Math.min(asked.size, asked.k + out.size + SPARE))
  const rows = new Map<number, FoundRow>()
  let open = asked.k === 0 ? [] : questions.map((_, index) => index)
  while (open.length > 0) {
    const bounded = await selectBounded(
      connection,
      open.map((index) => ({ vector: questions[index]!.vector, limit: limits[index]! })),
      asked,
    )
    const wanted = bounded.flatMap(({ ids }) => ids.filter((id) => !rows.has(id)))
    for (const [id, row] of await fetchRows(connection, wanted, asked.signal)) rows.set(id, row)
    const found = await rescore(
      connection,
      open.map((index) => questions[index]!),
      bounded,
      rows,
      asked,
    )
    open = open.filter((index, place) => {
      const answer = found[place]!
      if (isWhole(answer, bounded[place]!, asked)) {
        answers[index] = answer
        return false
      }
      limits[index] = Math.min(asked.size, limits[index]! * GROWTH)
      return true
    })
  }
  return answers.map((answer) => answer ?? ClusterMatches.none())
}

/** Whether no row that did not come can be among the k best: it would have to reach the last of them. */
function isWhole(answer: ClusterMatches, { rest }: Bounded, { k, metric, least }: Asked): boolean {
  if (rest === Number.NEGATIVE_INFINITY) return true
  const scores = metric === 'cosine' ? answer.cosines : answer.dots
  const lowest = scores.length === k ? scores[k - 1]! : least === undefined ? undefined : Math.fround(least)
  return lowest !== undefined && lowest > rest
}

async function rescore(
  connection: Connection,
  questions: readonly Question[],
  bounded: readonly Bounded[],
  rows: ReadonlyMap<number, FoundRow>,
  asked: Asked,
): Promise<ClusterMatches[]> {
  // every row that came for any of them may be in the answer of each; in order of ids, for ties go to the smaller one
  const ids = Float64Array.from(new Set(bounded.flatMap(({ ids }) => ids))).sort()
  if (ids.length === 0) return questions.map(() => ClusterMatches.none())
  const table = await smallTable(connection, ids, rows, asked.core)
  try {
    const k = asked.k + Math.max(...questions.map(({ out }) => out.size))
    const options = { k, metric: asked.metric, least: asked.least }
    const found = table.nearestBatch(
      questions.map(({ vector }) => vector),
      options,
    )
    const tokenOf = (id: number) => rows.get(id)?.token
    return found.map((matches, place) =>
      ClusterMatches.from(matches, ids, questions[place]!.out, asked.k, tokenOf),
    )
  } finally {
    table.dispose()
  }
}

/** A table of the rows that came. Throws `NON_FINITE` naming the row there. */
export async function smallTable(
  connection: Connection,
  ids: Float64Array,
  rows: ReadonlyMap<number, FoundRow>,
  core: CoreSource | undefined,
): Promise<EmbeddingTable> {
  const dimension = rows.get(ids[0]!)!.row.length
  const flat = new Float32Array(ids.length * dimension)
  for (const [place, id] of ids.entries()) {
    const { row } = rows.get(id)!
    if (row.length !== dimension) throw wrongLength(connection, id, row.length, dimension)
    flat.set(row, place * dimension)
  }
  try {
    return await EmbeddingTable.from(flat, { dimension, codes: false, core })
  } catch (error) {
    if (!isRowspaceError(error, 'NON_FINITE')) throw error
    const id = ids[error.details.row as number]
    const { server, title } = connection
    throw new RowspaceError(
      'NON_FINITE',
      `${server}, table ${title}: row ${id} has a number that is not finite in column ${error.details.column}, which no push wrote: push the table anew with replace`,
      { server, table: title, row: id, column: error.details.column },
    )
  }
}

function wrongLength(
  { server, title }: Connection,
  row: number,
  length: number,
  dimension: number,
): RowspaceError {
  return new RowspaceError(
    'INVALID_FORMAT',
    `${server}, table ${title}: row ${row} has ${length} numbers where others have ${dimension}: push the table anew with replace`,
    { server, table: title, row },
  )
}
