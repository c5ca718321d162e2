/**
 * From a query to its answer. Only this file calls the kernels of a search: for tables, collections, bulk
 * queries and batches. What a search needs goes down as arguments; what it cost comes back with the answer.
 */
import {
  cosineWithVector,
  hasRoom,
  type KernelQuery,
  measure,
  readAnswer,
  search,
} from '../../bindings/search.ts'
import type { TableMemory } from '../../bindings/table-memory.ts'
import { RowspaceError } from '../core/errors.ts'
import { clearBit, countBits, IdSet } from '../core/id-set.ts'
import { namedQuery } from '../core/named-query.ts'
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

export class Searcher {
  readonly #rows: SearchedRows
  readonly #describe: (id: number) => { id: number; token: string | undefined }

  constructor(rows: SearchedRows) {
    this.#rows = rows
    this.#describe = (id) => ({ id, token: rows.tokenOf(id) })
  }

  /**
   * Checks the options of a search. The caller's filter and iterable run here, before a query is written:
   * they may search the table themselves.
   */
  params(options: SearchOptions): SearchParams {
    const rows = this.#rows
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
      `filter must be a function or an IdSet over this table's ${rows.size} rows; got ${got}.`,
    )
  }

  /** The rows nearest to a query, its inputs left out unless `includeInputs`. */
  nearest(query: PreparedQuery, params: SearchParams): Matches {
    const memory = this.#rows.memory()
    const inverseNorm = query.write(memory, params.metric, 0)
    const k = this.#search(memory, [{ inverseNorm, excluded: excludedBy(query, params) }], params)
    return this.#answer(memory, 0, k)
  }

  /**
   * The same of many queries, as many at once as there is room for. All are prepared before the first is
   * written. An error of `prepare` or of writing names the query.
   */
  nearestBatch<Query>(
    given: readonly Query[],
    prepare: (query: Query) => PreparedQuery,
    params: SearchParams,
  ): Matches[] {
    const queries = given.map((query, index) => namedQuery(index, () => prepare(query)))
    const memory = this.#rows.memory()
    const answers: Matches[] = []
    for (const chunk of this.chunks(memory, queries, params)) {
      const first = answers.length
      const written = chunk.map((query, place) => {
        const inverseNorm = namedQuery(first + place, () => query.write(memory, params.metric, place))
        return { inverseNorm, excluded: excludedBy(query, params) }
      })
      const k = this.#search(memory, written, params)
      for (const place of chunk.keys()) answers.push(this.#answer(memory, place, k))
    }
    return answers
  }

  /** Both scores of the given rows with a query, in the order given. */
  scores(query: PreparedQuery, ids: Uint32Array): Matches {
    const memory = this.#rows.memory()
    const inverseNorm = query.write(memory, 'dot', 0)
    const cosines = new Float32Array(ids.length)
    const dots = new Float32Array(ids.length)
    const room = memory.ids.length
    // Stryker disable next-line EqualityOperator: a last step of no ids does nothing
    for (let done = 0; done < ids.length; done += room) {
      const some = ids.subarray(done, done + room)
      memory.ids.set(some)
      measure(memory, inverseNorm, some.length)
      cosines.set(memory.cosines.subarray(0, some.length), done)
      dots.set(memory.dots.subarray(0, some.length), done)
    }
    return new Matches(ids, cosines, dots, this.#describe)
  }

  /** The cosine of a query with a row or a vector; 0 with a row of zeros. */
  similarity(query: PreparedQuery, other: number | readonly number[] | Float32Array): number {
    const memory = this.#rows.memory()
    // a row of zeros has a cosine with everything, a vector of zeros has none
    const inverseNorm = query.write(memory, query.inputs.length > 0 ? 'dot' : 'cosine', 0)
    if (typeof other === 'number') {
      memory.ids[0] = other
      measure(memory, inverseNorm, 1)
      return memory.cosines[0] ?? 0
    }
    const { cosine, inverseNorm: otherNorm } = cosineWithVector(memory, inverseNorm, other)
    checkQuery(other, otherNorm, 'cosine')
    return cosine
  }

  /** A batch in chunks that there is room for at once; for one query there always is. */
  chunks<Query extends Pick<PreparedQuery, 'inputs'>>(
    memory: TableMemory,
    queries: readonly Query[],
    params: SearchParams,
  ): Query[][] {
    const chunks: Query[][] = []
    let chunk: Query[] = []
    let excluded = 0
    let fewest = 0
    for (const query of queries) {
      const { length } = excludedBy(query, params)
      excluded += length
      fewest = Math.min(fewest, length)
      const k = Math.min(params.k, this.#rows.size - fewest)
      if (chunk.length === 0 || !hasRoom(memory, chunk.length + 1, k, excluded)) {
        chunk = []
        chunks.push(chunk)
        excluded = length
        fewest = length
      }
      chunk.push(query)
    }
    return chunks
  }

  /** Searches for queries that are written, and for which there is room. Returns the k of their answers. */
  #search(memory: TableMemory, queries: readonly KernelQuery[], params: SearchParams): number {
    const { size } = this.#rows
    const { metric, minScore } = params
    let fewest = size
    for (const { excluded } of queries) fewest = Math.min(fewest, excluded.length)
    // no answer can have more rows than the query that excludes fewest leaves
    const k = Math.min(params.k, size - fewest)
    const allowed = this.#applyFilter(memory, params)
    search(memory, queries, { size, allowed, metric, k, minScore })
    this.#restoreMask(memory, params)
    return k
  }

  /** The answer to the query at a place. */
  #answer(memory: TableMemory, place: number, k: number): Matches {
    const count = readAnswer(memory, place, k)
    const rescored = memory.questions.rescored(place)
    const { ids, cosines, dots } = memory
    return new Matches(ids.slice(0, count), cosines.slice(0, count), dots.slice(0, count), this.#describe, {
      rescored,
    })
  }

  /** Returns how many rows the filter lets through. */
  #applyFilter({ mask }: TableMemory, { filter, excluded }: SearchParams): number {
    const { live, size } = this.#rows
    let allowed = size
    if (filter !== undefined) {
      allowed = 0
      for (let word = 0; word < live.words.length; word++) {
        const bits = (live.words[word] ?? 0) & (filter.words[word] ?? 0)
        mask[word] = bits
        allowed += countBits(bits)
      }
    }
    for (const id of excluded) clearBit(mask, id)
    return allowed
  }

  #restoreMask({ mask }: TableMemory, { filter, excluded }: SearchParams): void {
    const { words } = this.#rows.live
    if (filter !== undefined) mask.set(words)
    else for (const id of excluded) mask[id >>> 5] = words[id >>> 5] ?? 0
  }
}

/** The inputs that the answer leaves out. */
export function excludedBy(
  { inputs }: Pick<PreparedQuery, 'inputs'>,
  { includeInputs }: SearchParams,
): ArrayLike<number> {
  return includeInputs ? NO_IDS : inputs
}
