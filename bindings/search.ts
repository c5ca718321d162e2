/**
 * Searches of a table's memory: queries that are written become questions to the core, and their answers are
 * read.
 */
import { BLOCK_ROWS, COSINE, DOT } from '../build/core-constants.ts'
import { MIN_SCAN_BYTES, QUESTIONS } from './layout.ts'
import type { TableMemory } from './table-memory.ts'

const METRICS = { cosine: COSINE, dot: DOT } as const
/** What ranks the rows: the cosine of the angle, or the dot product. */
export type Metric = keyof typeof METRICS

/** What all queries of a search have in common. */
export interface KernelSearch {
  /** Rows to search: the first so many. */
  size: number
  /** How many of them have their bit in `mask`; only those are found. */
  allowed: number
  metric: Metric
  /** Rows wanted. */
  k: number
  /** The minimum score of a row in an answer, as float32; any if undefined. */
  minScore?: number | undefined
}

/** A query that was written by `queryByRow` or `queryByVector`. */
export interface KernelQuery {
  inverseNorm: number
  /** Ids that are not to be in its answer, ascending, each once. */
  excluded: ArrayLike<number>
}

/**
 * Searches for the best k rows of each query, which is written already. `readAnswer` reads what was found.
 * There must be room: one query has it where k ≤ size − its excluded rows.
 */
export function search(memory: TableMemory, queries: readonly KernelQuery[], params: KernelSearch): void {
  writeQuestions(memory, queries, params)
  if (params.k === 0) return
  const { core, layout, workers, questions } = memory
  const { size, k } = params
  const bytes = size * queries.length * (memory.hasCodes ? layout.codeStride : layout.rowBytes)
  if (workers === undefined || bytes < MIN_SCAN_BYTES) {
    core.scanQuestions(layout.table, layout.questions, queries.length, 0, size, BLOCK_ROWS, BLOCK_ROWS)
  } else {
    workers.scan(queries.length, size, k, (index) => questions.heapAt(index, k))
  }
}

/** Whether so many queries of this k, with so many excluded rows in all, can be answered at once. */
export function hasRoom({ layout }: TableMemory, queries: number, k: number, excluded: number): boolean {
  return queries <= QUESTIONS && queries * 2 * (8 + 8 * k) + 4 * excluded <= layout.heapBytes
}

/**
 * Writes the answer of a query to `ids`, `cosines` and `dots`, best first. Returns how many rows. Once per
 * search.
 */
export function readAnswer({ core, layout, questions }: TableMemory, index: number, k: number): number {
  const { ids, cosines, dots, table } = layout
  const count = core.sortedIds(questions.heapAt(index, k), ids)
  core.measure(table, questions.at(index), ids, count, cosines, dots)
  return count
}

/** Writes both scores of the first `count` rows named in `ids`, for the first query. */
export function measure({ core, layout, questions }: TableMemory, inverseNorm: number, count: number): void {
  const { table, ids, cosines, dots } = layout
  questions.write(0, { metric: COSINE, k: 0, inverseNorm, excludedAt: 0, excludedCount: 0 })
  core.measure(table, layout.questions, ids, count, cosines, dots)
}

/** The cosine of the first query with a vector, and the vector's inverse norm. */
export function cosineWithVector(memory: TableMemory, queryNorm: number, vector: ArrayLike<number>) {
  const { core, layout } = memory
  const { dimension, other, queries } = layout
  memory.other.set(vector)
  const inverseNorm = core.inverseNorm(other, dimension)
  return { cosine: core.cosine(other, queries, dimension, inverseNorm, queryNorm), inverseNorm }
}

/** Makes questions of queries that are written. */
export function writeQuestions(
  memory: TableMemory,
  queries: readonly KernelQuery[],
  params: KernelSearch,
): void {
  const { core, layout, questions, heapWords } = memory
  const { metric, k, minScore } = params
  if (memory.hasCodes) memory.relaxed?.prepare(params.size, queries.length)
  // the lists of excluded rows lie at the end of the room for heaps
  let end = heapWords.length
  let index = 0
  for (const { inverseNorm, excluded } of queries) {
    const excludedCount = excluded.length
    end -= excludedCount
    // one or a few: a loop is quicker than set(), which reads lists through their iterator
    for (let place = 0; place < excludedCount; place++) heapWords[end + place] = excluded[place]!
    const excludedAt = layout.heaps + 4 * end
    questions.write(index, { metric: METRICS[metric], k, inverseNorm, excludedAt, excludedCount })
    startHeap(memory, index, k, minScore)
    if (paysToCertify(memory, params, inverseNorm)) core.planQuestion(layout.table, questions.at(index))
    index++
  }
}

/** Empties a heap, or fills it with a minimum score that rows must reach. */
export function startHeap(
  { core, questions }: TableMemory,
  index: number,
  k: number,
  minScore: number | undefined,
): void {
  const heap = questions.heapAt(index, k)
  if (minScore === undefined) core.clearHeap(heap)
  else core.fillHeap(heap, k, minScore)
}

/**
 * A plain scan reads the rows of the mask alone; and a large k, or a norm out of range, leaves nothing to
 * rule out. Where there are codes alone, there is no plain scan.
 */
function paysToCertify(
  { hasCodes, layout }: TableMemory,
  { size, allowed, k }: KernelSearch,
  inverseNorm: number,
): boolean {
  const pays = layout.codesAlone || (allowed * 8 >= size && k * 16 <= size)
  return hasCodes && pays && !Number.isNaN(inverseNorm)
}
