/**
 * From a query to its answer. This is the only file that asks the kernels: for tables, collections, bulk questions and batches. What
 * a search needs goes down as arguments; what it cost comes back with the answer.
 */
import type { KernelQuery, TableMemory } from '../../bindings/table-memory.ts'
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { countBits, IdSet } from '../core/id-set.ts'
import type { Metric, RowKey, SearchOptions } from '../core/options.ts'
import { describe } from '../core/values.ts'
import { checkQuery, readSearchOptions } from './arguments.ts'
import { Matches } from './matches.ts'
import { NO_IDS, type PreparedQuery } from './query.ts'

/** What a searcher needs of the rows it searches. */
export interface SearchedRows {
  readonly size: number
  /** The rows that may be in an answer; `memory.mask` equals it between two searches. */
  readonly live: IdSet
  /** Throws `DISPOSED`. */
  memory(): TableMemory
  ids(rows: Iterable<RowKey>): readonly number[]
  idSet(test: (id: number, token: string | undefined) => boolean): IdSet
  tokenOf(id: number): string | undefined
}

/** The options of a search, checked and resolved. */
export interface SearchParams {
  k: number
  metric: Metric
  minScore: number | undefined
  /** Rows to leave out of every answer. */
  excluded: readonly number[]
  filter: IdSet | undefined
  includeInputs: boolean
}

interface ReadyQuery extends PreparedQuery {
  /** Ids to leave out of its own answer, ascending, each once. */
  readonly excluded: ArrayLike<number>
}

export class Searcher {
  private readonly describe: (id: number) => { id: number; token: string | undefined }

  constructor(private readonly rows: SearchedRows) {
    this.describe = (id) => ({ id, token: rows.tokenOf(id) })
  }

  /**
   * Checks the options of a search. The caller's filter and iterable run here, before a query is written: they may search the
   * table themselves.
   */
  params(options: SearchOptions): SearchParams {
    const { rows } = this
    const { exclude, filter, includeInputs = false } = options
    const { k, metric, minScore } = readSearchOptions(options)
    const excluded = exclude === undefined ? NO_IDS : rows.ids(exclude)
    const set = typeof filter === 'function' ? rows.idSet(filter) : filter
    if (set === undefined || (set instanceof IdSet && set.size === rows.size)) {
      return { k: Math.min(k, rows.size), metric, minScore, excluded, filter: set, includeInputs }
    }
    const got = set instanceof IdSet ? `a set over ${set.size} rows` : describe(set)
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `a filter is a test or an IdSet over this table's ${rows.size} rows; got ${got}`,
    )
  }

  /** The rows nearest to a query, its inputs left out unless `includeInputs`. */
  nearest(query: PreparedQuery, params: SearchParams): Matches {
    const memory = this.rows.memory()
    const excluded = excludedBy(query, params)
    const inverseNorm = query.write(memory, params.metric, 0)
    return this.answer(memory, [{ inverseNorm, excluded }], params)[0]!
  }

  /**
   * The same of `count` queries, as many at once as there is room for. All are prepared before the first is written. An error of
   * `prepare` or of writing names the query.
   */
  nearestBatch(count: number, prepare: (index: number) => PreparedQuery, params: SearchParams): Matches[] {
    const queries = Array.from({ length: count }, (_, index) => {
      const query = named(index, () => prepare(index))
      return { ...query, excluded: excludedBy(query, params) }
    })
    const answers: Matches[] = []
    while (answers.length < count) {
      const chunk = this.asManyAsFit(queries, answers.length, params)
      answers.push(...this.answerChunk(chunk, answers.length, params))
    }
    return answers
  }

  /** Both scores of the given rows with a query, in the order given. */
  scores(query: PreparedQuery, ids: Uint32Array): Matches {
    const memory = this.rows.memory()
    const inverseNorm = query.write(memory, 'dot', 0)
    const cosines = new Float32Array(ids.length)
    const dots = new Float32Array(ids.length)
    const room = memory.ids.length
    for (let done = 0; done < ids.length; done += room) {
      const some = ids.subarray(done, done + room)
      memory.ids.set(some)
      memory.measure(inverseNorm, some.length)
      cosines.set(memory.cosines.subarray(0, some.length), done)
      dots.set(memory.dots.subarray(0, some.length), done)
    }
    return new Matches(ids, cosines, dots, this.describe)
  }

  /** The cosine of a query with a row or a vector; 0 with a row of zeros. */
  similarity(query: PreparedQuery, other: number | readonly number[] | Float32Array): number {
    const memory = this.rows.memory()
    // a row of zeros has a cosine with everything, a vector of zeros has none
    const inverseNorm = query.write(memory, query.inputs.length > 0 ? 'dot' : 'cosine', 0)
    if (typeof other === 'number') {
      memory.ids[0] = other
      memory.measure(inverseNorm, 1)
      return memory.cosines[0] ?? 0
    }
    const { cosine, inverseNorm: otherNorm } = memory.cosineWithVector(inverseNorm, other)
    checkQuery(other, otherNorm, 'cosine')
    return cosine
  }

  /** The queries from `first` on that there is room for at once; one at the least. */
  private asManyAsFit(queries: readonly ReadyQuery[], first: number, { k }: SearchParams): ReadyQuery[] {
    const memory = this.rows.memory()
    let excluded = 0
    let fewest = this.rows.size
    let end = first
    for (; end < queries.length; end++) {
      const count = queries[end]?.excluded.length ?? 0
      excluded += count
      fewest = Math.min(fewest, count)
      const wanted = Math.min(k, this.rows.size - fewest)
      if (end > first && !memory.hasRoom(end + 1 - first, wanted, excluded)) break
    }
    return queries.slice(first, end)
  }

  /** k, or as many rows as the answer that leaves out fewest can have. */
  private rowsWanted(queries: readonly { excluded: ArrayLike<number> }[], k: number): number {
    let fewest = this.rows.size
    for (const { excluded } of queries) fewest = Math.min(fewest, excluded.length)
    return Math.min(k, this.rows.size - fewest)
  }

  /** Writes queries, of which the first is number `first` of its batch, and answers them. */
  private answerChunk(queries: readonly ReadyQuery[], first: number, params: SearchParams): Matches[] {
    const memory = this.rows.memory()
    const written = queries.map(({ write, excluded }, place) => {
      const inverseNorm = named(first + place, () => write(memory, params.metric, place))
      return { inverseNorm, excluded }
    })
    return this.answer(memory, written, params)
  }

  /** The answers to queries that are written, and for which there is room. */
  private answer(memory: TableMemory, queries: readonly KernelQuery[], params: SearchParams): Matches[] {
    const { metric, minScore } = params
    const k = this.rowsWanted(queries, params.k)
    const allowed = this.applyFilter(memory, params)
    memory.search(queries, { size: this.rows.size, allowed, metric, k, minScore })
    this.restoreMask(memory, params)
    return queries.map((_, place) => {
      const count = memory.answer(place, k)
      return new Matches(
        memory.ids.slice(0, count),
        memory.cosines.slice(0, count),
        memory.dots.slice(0, count),
        this.describe,
        { rescored: memory.rescored(place) },
      )
    })
  }

  /** Returns how many rows the filter lets through. */
  private applyFilter(memory: TableMemory, { filter, excluded }: SearchParams): number {
    const { live, size } = this.rows
    let allowed = size
    if (filter !== undefined) {
      allowed = 0
      for (let word = 0; word < live.words.length; word++) {
        const bits = live.words[word]! & filter.words[word]!
        memory.mask[word] = bits
        allowed += countBits(bits)
      }
    }
    for (const id of excluded) memory.mask[id >>> 5]! &= ~(1 << (id & 31))
    return allowed
  }

  private restoreMask(memory: TableMemory, { filter, excluded }: SearchParams): void {
    const { live } = this.rows
    if (filter !== undefined) memory.mask.set(live.words)
    else for (const id of excluded) memory.mask[id >>> 5] = live.words[id >>> 5]!
  }
}

/** The inputs that the answer leaves out, ascending, each once. */
function excludedBy({ inputs }: PreparedQuery, { includeInputs }: SearchParams): ArrayLike<number> {
  if (includeInputs) return NO_IDS
  return inputs.length > 1 ? Uint32Array.from(new Set(inputs)).sort() : inputs
}

/** Puts the number of the query into what `work` throws. */
export function named<Value>(query: number, work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    const details = { ...error.details, question: query, cause: error }
    throw new RowspaceError(error.code, `query ${query}: ${error.message}`, details)
  }
}
