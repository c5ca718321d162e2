/**
 * From a query to its answer where the rows are elsewhere: codes leave a few rows open, the surest are read
 * and scored first, and then whatever their scores do not rule out. So a question takes two rounds of reads.
 */

import { type OpenRow, sureScore } from '../../bindings/open-rows.ts'
import { hasRoom } from '../../bindings/search.ts'
import { RowspaceError } from '../core/errors.ts'
import { IdSet } from '../core/id-set.ts'
import { vectorQuery } from '../table/query.ts'
import { excludedBy, Searcher, type SearchParams } from '../table/searcher.ts'
import { BestRows, type ScoredRow } from './best-rows.ts'
import type { StoredFile } from './open-stored-file.ts'
import type { RowScorer } from './row-scorer.ts'
import type { StoredCodes } from './stored-codes.ts'
import type { ReadCost } from './stored-rows.ts'

/** A query as a vector, and the rows that it was made from, ascending, each once. */
export interface VectorQuery {
  readonly vector: Float32Array
  readonly inputs: readonly number[]
}

/** An answer, best first, and what it cost. */
export interface StoredAnswer {
  readonly rows: readonly ScoredRow[]
  /** Rows that were read and scored. */
  readonly rescored: number
}

/** What stops reads, and what they cost. */
export interface Reading {
  readonly signal: AbortSignal | undefined
  readonly cost: ReadCost
  /** Called with the rows of each round, before they are read: some of them will be in the answer. */
  onRows?(ids: ReadonlySet<number>): void
}

/** Bytes of rows that are read at once, where a question leaves very many open. */
const ROUND_BYTES = 1 << 24

/** A question on its way. */
interface Pending {
  readonly query: VectorQuery
  readonly best: BestRows
  /** Rows that are open still, the best upper bound first. */
  open: OpenRow[]
}

export class StoredSearcher {
  /** Checks and resolves options. */
  readonly searcher: Searcher
  /** Rows that are read at once. */
  readonly #atOnce: number

  constructor(
    private readonly codes: StoredCodes,
    private readonly stored: StoredFile,
    private readonly scorer: RowScorer,
    tokenOf: (id: number) => string | undefined,
  ) {
    const { size, live } = codes
    this.#atOnce = Math.max(1, Math.floor(ROUND_BYTES / (stored.file.dimension * 4)))
    this.searcher = new Searcher({
      size,
      live,
      tokenOf,
      memory: () => codes.first,
      // options have ids alone by now
      ids: (ids) => Array.from(ids, Number),
      idSet: (test) => IdSet.where(size, (id) => test(id, tokenOf(id))),
    })
  }

  /** The answers to a batch: one scan, and reads that all share. */
  async search(
    queries: readonly VectorQuery[],
    params: SearchParams,
    reading: Reading,
  ): Promise<StoredAnswer[]> {
    const answers: StoredAnswer[] = []
    for (const chunk of this.searcher.chunks(this.codes.first, queries, params)) {
      reading.signal?.throwIfAborted()
      answers.push(...(await this.#searchChunk(chunk, params, reading)))
    }
    return answers
  }

  async #searchChunk(
    queries: readonly VectorQuery[],
    params: SearchParams,
    reading: Reading,
  ): Promise<StoredAnswer[]> {
    const found = this.#scan(queries, params)
    const pending = queries.map((query, index): Pending => {
      const best = new BestRows(params)
      return { query, best, open: found[index] ?? [] }
    })
    await this.#score(pending, (each) => takeSurest(each, params.k), reading)
    for (;;) {
      const waiting = pending.filter(({ open }) => open.length > 0)
      if (waiting.length === 0) break
      const share = Math.ceil(this.#atOnce / waiting.length)
      await this.#score(waiting, (each) => takeOpen(each, share), reading)
    }
    for (const [index, { query, best }] of pending.entries()) {
      if (found[index] === undefined) await this.#scoreAll(query, params, best, reading)
    }
    return pending.map(({ best }) => ({ rows: best.sorted(), rescored: best.scored }))
  }

  /** The rows that codes leave open, for each query; undefined where all rows have to be read. */
  #scan(queries: readonly VectorQuery[], params: SearchParams): (OpenRow[] | undefined)[] {
    const { codes } = this
    const { metric, minScore } = params
    const asked = queries.map(({ vector, inputs }) => ({ vector, excluded: excludedBy({ inputs }, params) }))
    const fewest = Math.min(...asked.map(({ excluded }) => excluded.length))
    const k = Math.min(params.k, codes.size - fewest)
    if (k === 0) return queries.map(() => [])
    const excluded = asked.reduce((sum, each) => sum + each.excluded.length, 0)
    // heaps of so many rows have no room, and would rule nothing out
    if (!hasRoom(codes.first, queries.length, k, excluded)) return queries.map(() => undefined)
    const found = codes.openRows(asked, { allowed: this.#allowed(params), metric, k, minScore })
    return found.map((rows) => {
      if (rows === undefined) return undefined
      const sure = sureScore(rows, k)
      return rows.filter(({ upper }) => upper >= sure).sort((a, b) => b.upper - a.upper || a.id - b.id)
    })
  }

  /** The rows that may be found; undefined where these are all. */
  #allowed({ filter, excluded }: SearchParams): IdSet | undefined {
    if (excluded.length === 0) return filter
    const allowed = new IdSet(this.codes.size)
    allowed.words.set((filter ?? this.codes.live).words)
    for (const id of excluded) allowed.delete(id)
    return allowed
  }

  /** Reads and scores the rows that `take` takes from each question. */
  async #score(
    pending: readonly Pending[],
    take: (each: Pending) => OpenRow[],
    reading: Reading,
  ): Promise<void> {
    const taken = pending.map(take)
    const ids = new Set(taken.flatMap((rows) => rows.map(({ id }) => id)))
    reading.onRows?.(ids)
    const found = await this.#fetch(ids, reading)
    for (const [index, { query, best }] of pending.entries()) {
      this.#scoreRows(query, taken[index] ?? [], found, best)
    }
  }

  /** Rows of length 1 have few norms: another row may have the same, but hardly a score within the bounds. */
  #scoreRows(
    query: VectorQuery,
    open: readonly OpenRow[],
    found: ReadonlyMap<number, Float32Array>,
    best: BestRows,
  ): void {
    if (open.length === 0) return
    const rows = open.map(({ id }) => found.get(id) ?? new Float32Array(0))
    const { cosines, dots, norms } = this.scorer.score(vectorQuery(query.vector, []), rows)
    for (const [place, { id, lower, upper }] of open.entries()) {
      const row = { id, cosine: cosines[place] ?? 0, dot: dots[place] ?? 0 }
      const score = row[best.metric]
      const isSame = Object.is(norms[place], this.codes.inverseNorm(id)) && !(score < lower || score > upper)
      if (!isSame) throw this.#changed(id)
      best.offer(row)
    }
  }

  /** Scores every row: for a query whose norm no bound can be trusted with, or a very large k. */
  async #scoreAll(query: VectorQuery, params: SearchParams, best: BestRows, reading: Reading): Promise<void> {
    const { filter } = params
    const left = new Set([...params.excluded, ...Array.from(excludedBy(query, params))])
    const { size } = this.codes
    for (let start = 0; start < size; start += this.#atOnce) {
      const length = Math.min(this.#atOnce, size - start)
      const ids = Array.from({ length }, (_, index) => start + index)
      const wanted = ids.filter((id) => !left.has(id) && (filter === undefined || filter.has(id)))
      const found = await this.#fetch(wanted, reading)
      this.#scoreRows(query, wanted.map(unbounded), found, best)
    }
  }

  #fetch(ids: Iterable<number>, { signal, cost }: Reading): Promise<Map<number, Float32Array>> {
    return this.stored.rows.fetch(ids, signal, cost)
  }

  #changed(row: number): RowspaceError {
    const { name } = this.stored.file.source
    return new RowspaceError(
      'CHANGED',
      `row ${row} of ${name} is not the row that its index was made of. Make the index again ` +
        '(npx rowspace index).',
      { source: name, row },
    )
  }
}

const unbounded = (id: number): OpenRow => ({
  id,
  upper: Number.POSITIVE_INFINITY,
  lower: Number.NEGATIVE_INFINITY,
})

/** Takes the k rows of the best lower bounds. */
function takeSurest(pending: Pending, k: number): OpenRow[] {
  const surest = [...pending.open].sort((a, b) => b.lower - a.lower || a.id - b.id).slice(0, k)
  const taken = new Set(surest)
  pending.open = pending.open.filter((row) => !taken.has(row))
  return surest
}

/** The next rows, so many at most, that reach the k-th best score. */
function takeOpen({ best, open }: Pending, most: number): OpenRow[] {
  const threshold = best.threshold()
  const firstOut = open.findIndex(({ upper }) => upper < threshold)
  if (firstOut >= 0) open.length = firstOut
  return open.splice(0, most)
}
