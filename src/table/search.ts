/**
 * From a question to its answer: which rows may be in it, the core's search, and what the answer looks like.
 */
import type { TableMemory } from '../../bindings/table-memory.ts'
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { countBits, IdSet } from '../core/id-set.ts'
import type { Metric, RowKey, SearchOptions } from '../core/options.ts'
import { describe } from '../core/values.ts'
import { readSearchOptions } from './arguments.ts'
import { Matches } from './matches.ts'
import type { ReadQuery } from './query.ts'

const NOTHING: readonly number[] = []

/** What a search needs of a table. */
export interface Searched {
  readonly size: number
  /** The bits of rows that may be in an answer; `memory.mask` equals it between two questions. */
  readonly live: IdSet
  ids(rows: Iterable<RowKey>): number[]
  idSet(test: (id: number, token: string | undefined) => boolean): IdSet
  tokenOf(id: number): string | undefined
}

/** The options of a question, judged and resolved. */
export interface Asked {
  k: number
  metric: Metric
  minScore: number | undefined
  out: readonly number[]
  filter: IdSet | undefined
  includeInputs: boolean
}

/**
 * Judges the options of a question. The caller's filter and iterable run here, before the query is written:
 * they may ask the table questions of their own.
 */
export function readQuestion(table: Searched, options: SearchOptions): Asked {
  const { exclude, filter, includeInputs = false } = options
  const { k, metric, minScore } = readSearchOptions(options)
  const out = exclude === undefined ? NOTHING : table.ids(exclude)
  const set = typeof filter === 'function' ? table.idSet(filter) : filter
  if (set === undefined || (set instanceof IdSet && set.size === table.size)) {
    return { k: Math.min(k, table.size), metric, minScore, out, filter: set, includeInputs }
  }
  const got = set instanceof IdSet ? `a set over ${set.size} rows` : describe(set)
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a filter is a test or an IdSet over this table's ${table.size} rows; got ${got}`,
  )
}

export function search(table: Searched, memory: TableMemory, query: ReadQuery, asked: Asked): Matches {
  const { out, filter, k, metric, includeInputs } = asked
  const inverseNorm = query.write(memory, metric, 0)
  const inputs = includeInputs ? NOTHING : query.inputs
  const allowed = applyFilter(table, memory, filter)
  leaveOut(memory, inputs)
  leaveOut(memory, out)
  memory.rescored = 0
  memory.minScore = asked.minScore
  const count = memory.search(table.size, allowed, inverseNorm, metric, k)
  restore(table, memory, filter, inputs)
  restore(table, memory, filter, out)
  return new Matches(
    memory.ids.slice(0, count),
    memory.cosines.slice(0, count),
    memory.dots.slice(0, count),
    table.tokenOf,
  )
}

/**
 * Answers `count` queries, as many at once as there is room for. All are read before the first is written.
 * What `read` throws, and writing, names the question.
 */
export function searchBatch(
  table: Searched,
  memory: TableMemory,
  count: number,
  read: (question: number) => ReadQuery,
  asked: Asked,
): Matches[] {
  const queries = Array.from({ length: count }, (_, question) => named(question, () => read(question)))
  const answers: Matches[] = []
  memory.rescored = 0
  memory.minScore = asked.minScore
  while (answers.length < count) {
    const first = answers.length
    const some = queries.slice(first, first + countAtOnce(table, memory, queries, first, asked))
    const norms = some.map((query, place) =>
      named(first + place, () => query.write(memory, asked.metric, place)),
    )
    // a row asked with is left out afterwards, for it may be in the other answers
    const k = rowsWanted(table.size, Math.max(...some.map(({ inputs }) => inputs.length)), asked)
    const allowed = applyFilter(table, memory, asked.filter)
    leaveOut(memory, asked.out)
    memory.searchBatch(table.size, allowed, norms, asked.metric, k)
    restore(table, memory, asked.filter, asked.out)
    for (const [place, { inputs }] of some.entries()) {
      const found = memory.answer(place, k)
      answers.push(withoutInputs(table, memory, found, asked.includeInputs ? NOTHING : inputs, asked.k))
    }
  }
  return answers
}

/**
 * How many queries from `first` on there is room for: the more inputs one of them has, the more rows each
 * needs.
 */
function countAtOnce(
  { size }: Searched,
  memory: TableMemory,
  queries: readonly ReadQuery[],
  first: number,
  asked: Asked,
): number {
  let count = 0
  let most = 0
  while (first + count < queries.length) {
    most = Math.max(most, queries[first + count]!.inputs.length)
    if (count > 0 && count >= memory.questionsAtOnce(rowsWanted(size, most, asked))) break
    count++
  }
  return count
}

/** k, and so many more that a question of `inputs` rows still has k when these are left out. */
function rowsWanted(size: number, inputs: number, { k, includeInputs }: Asked): number {
  return includeInputs ? k : Math.min(size, k + inputs)
}

/** Puts the number of the question into what `work` throws. */
function named<Value>(question: number, work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    const details = { ...error.details, question, cause: error }
    throw new RowspaceError(error.code, `query ${question}: ${error.message}`, details)
  }
}

function withoutInputs(
  table: Searched,
  memory: TableMemory,
  found: number,
  inputs: readonly number[],
  k: number,
): Matches {
  let kept = 0
  for (let place = 0; place < found && kept < k; place++) {
    if (inputs.includes(memory.ids[place]!)) continue
    memory.ids[kept] = memory.ids[place]!
    memory.cosines[kept] = memory.cosines[place]!
    memory.dots[kept] = memory.dots[place]!
    kept++
  }
  return new Matches(
    memory.ids.slice(0, kept),
    memory.cosines.slice(0, kept),
    memory.dots.slice(0, kept),
    table.tokenOf,
  )
}

function leaveOut(memory: TableMemory, ids: readonly number[]): void {
  for (const id of ids) memory.mask[id >>> 5]! &= ~(1 << (id & 31))
}

function restore(table: Searched, memory: TableMemory, filter: IdSet | undefined, ids: readonly number[]) {
  const { words } = table.live
  if (filter !== undefined) memory.mask.set(words)
  else for (const id of ids) memory.mask[id >>> 5] = words[id >>> 5]!
}

/** Returns how many rows the filter lets through. */
function applyFilter({ live, size }: Searched, memory: TableMemory, filter: IdSet | undefined): number {
  if (filter === undefined) return size
  let allowed = 0
  for (let word = 0; word < live.words.length; word++) {
    const bits = live.words[word]! & filter.words[word]!
    memory.mask[word] = bits
    allowed += countBits(bits)
  }
  return allowed
}
