/** From a question to its answer: which rows may be in it, the core's search, and what the answer looks like. */
import type { TableMemory } from '../bindings/table-memory.ts'
import { describe, readSearchOptions } from './arguments.ts'
import { isRowspaceError, RowspaceError } from './errors.ts'
import { countBits, IdSet } from './id-set.ts'
import { Matches } from './matches.ts'
import type { Metric, Row, SearchOptions } from './options.ts'

const NOTHING: readonly number[] = []

/** What a search needs of a table. */
export interface Searched {
  readonly size: number
  /** The bits of rows that may be in an answer; `memory.mask` equals it between two questions. */
  readonly live: IdSet
  ids(rows: Iterable<Row>): number[]
  select(test: (id: number, token: string | undefined) => boolean): IdSet
  tokenOf(id: number): string | undefined
}

/** The options of a question, judged and resolved. */
export interface Asked {
  k: number
  metric: Metric
  least: number | undefined
  out: readonly number[]
  filter: IdSet | undefined
  includeInputs: boolean
}

/** A query that has been written to the memory: its inverse norm, and the rows it was made from. */
export interface Written {
  inverseNorm: number
  inputs: readonly number[]
}

/**
 * Judges the options of a question. The caller's filter and iterable run here, before the query is written: they may
 * ask the table questions of their own.
 */
export function readQuestion(table: Searched, options: SearchOptions): Asked {
  const { exclude, filter, includeInputs = false } = options
  const { k, metric, least } = readSearchOptions(options)
  const out = exclude === undefined ? NOTHING : table.ids(exclude)
  const set = typeof filter === 'function' ? table.select(filter) : filter
  if (set === undefined || (set instanceof IdSet && set.size === table.size)) {
    return { k: Math.min(k, table.size), metric, least, out, filter: set, includeInputs }
  }
  const got = set instanceof IdSet ? `a set over ${set.size} rows` : describe(set)
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `a filter is a test or an IdSet over this table's ${table.size} rows; got ${got}`,
  )
}

/** Answers the query that was written. */
export function search(table: Searched, memory: TableMemory, written: Written, asked: Asked): Matches {
  const { out, filter, k, metric, includeInputs } = asked
  const inputs = includeInputs ? NOTHING : written.inputs
  const allowed = applyFilter(table, memory, filter)
  leaveOut(memory, inputs)
  leaveOut(memory, out)
  memory.rescored = 0
  memory.least = asked.least
  const count = memory.search(table.size, allowed, written.inverseNorm, metric, k)
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
 * Answers `count` queries, as many at once as there is room for. `write` writes the query of a question to a place of
 * the memory. What it throws names the question.
 */
export function searchBatch(
  table: Searched,
  memory: TableMemory,
  count: number,
  write: (question: number, place: number) => Written,
  asked: Asked,
): Matches[] {
  const answers: Matches[] = []
  memory.rescored = 0
  memory.least = asked.least
  while (answers.length < count) {
    const written = writeSome(table, memory, answers.length, count, write, asked)
    // a row asked with is left out afterwards, for it may be in the other answers
    const k = rowsWanted(table, written, asked)
    const allowed = applyFilter(table, memory, asked.filter)
    leaveOut(memory, asked.out)
    const norms = written.map(({ inverseNorm }) => inverseNorm)
    memory.searchBatch(table.size, allowed, norms, asked.metric, k)
    restore(table, memory, asked.filter, asked.out)
    for (const [place, { inputs }] of written.entries()) {
      const found = memory.answer(place, k)
      answers.push(withoutInputs(table, memory, found, asked.includeInputs ? NOTHING : inputs, asked.k))
    }
  }
  return answers
}

/** Writes queries from `first` on until the memory has no more room for questions of their k. */
function writeSome(
  table: Searched,
  memory: TableMemory,
  first: number,
  count: number,
  write: (question: number, place: number) => Written,
  asked: Asked,
): Written[] {
  const written: Written[] = []
  const room = () => memory.questionsAtOnce(rowsWanted(table, written, asked))
  for (let question = first; question < count && written.length < room(); question++) {
    written.push(named(question, () => write(question, written.length)))
  }
  // the last may have brought so many inputs that it must wait for the next round
  while (written.length > room()) written.pop()
  return written
}

/** k, and so many more that every question still has k when its own inputs are left out. */
function rowsWanted(table: Searched, written: readonly Written[], { k, includeInputs }: Asked): number {
  const most = written.reduce((most, { inputs }) => Math.max(most, inputs.length), 0)
  return includeInputs ? k : Math.min(table.size, k + most)
}

/** Puts the number of the question into what `write` throws. */
function named<Value>(question: number, write: () => Value): Value {
  try {
    return write()
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
