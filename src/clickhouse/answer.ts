/**
 * From queries to answers: candidates from the engine, scored by the core, until no row that is left out can
 * be in the answer. An answer is what an EmbeddingTable of all rows gives, bit for bit.
 *
 * A query alone requests the rows with the highest bounds, and more of them until that is so. Many queries
 * share scans:
 *
 * 1. Where a condition leaves few rows, they all come, and the core answers.
 * 2. Any rows are scored: the k-th best score among them is one that every row of the answer reaches.
 * 3. The rows of a part of the table whose bounds reach it come, and raise it; then those of a larger part,
 *    and at last of all.
 * 4. Queries that are not answered then (fewer than k rows at first, more rows above than are fetched) go on
 *    alone.
 */
import {
  allAbove,
  type BoundOptions,
  type Candidates,
  checkCount,
  firstByBound,
  passingIds,
  queriesAtOnce,
} from './candidates.ts'
import type { Connection } from './connection.ts'
import { FetchedRows } from './fetched-rows.ts'
import {
  type ClickHouseMatches,
  noMatches,
  type PreparedQuery,
  type RescoreOptions,
  rescore,
} from './rescore.ts'
import { batches } from './sql.ts'

export interface SearchParams extends BoundOptions, RescoreOptions {}

/** Queries whose candidates are held at once. */
const GROUP = 256
/** Rows requested beyond k at first: most queries need no second round. */
const SPARE = 24
/** Each further round requests so many times more. */
const GROWTH = 4
/** Rows that are scored first for many queries: in all, and per query. */
const FIRST_SCORED = 4_096
const FIRST_SCORED_EACH = 256
/**
 * Each further scan of many queries reads so many times more rows: all before the last cost little beside it.
 */
const STEP = 64
/** The largest k of queries that share scans: what comes of a scan grows with it. */
const MAX_TOGETHER = 256

export async function answerQueries(
  connection: Connection,
  queries: readonly PreparedQuery[],
  params: SearchParams,
): Promise<ClickHouseMatches[]> {
  if (params.k === 0) return queries.map(noMatches)
  const answers: ClickHouseMatches[] = []
  for (const some of batches(queries, GROUP)) {
    answers.push(...(await new Group(connection, some, params).answer()))
  }
  return answers
}

interface OpenQuery extends PreparedQuery {
  /** Candidates that are scored before others. */
  readonly head: number
  /** Candidates to request where the query is alone. */
  limit: number
  /** A score that every row of the answer reaches; −Infinity while none is known. */
  minScore: number
  answer: ClickHouseMatches | undefined
}

/** The best rows that came, and the score that another row needs to change them; −Infinity if any will do. */
interface Scored extends Candidates<OpenQuery> {
  answer: ClickHouseMatches
  reached: number
}

class Group {
  private readonly rows: FetchedRows
  private readonly queries: readonly OpenQuery[]

  constructor(
    private readonly connection: Connection,
    queries: readonly PreparedQuery[],
    private readonly params: SearchParams,
  ) {
    this.rows = new FetchedRows(connection, params.dimension)
    this.queries = queries.map((query) => {
      const head = params.k + SPARE
      const limit = Math.min(params.size, head + query.excluded.size)
      return { ...query, head, limit, minScore: Number.NEGATIVE_INFINITY, answer: undefined }
    })
  }

  async answer(): Promise<ClickHouseMatches[]> {
    const { k, dimension } = this.params
    if (this.queries.length > 1) {
      await this.answerFew()
      if (queriesAtOnce(dimension) > 1 && k <= MAX_TOGETHER) await this.answerTogether()
    }
    await this.answerAlone()
    return this.queries.flatMap(({ answer }) => answer ?? [])
  }

  private get open(): OpenQuery[] {
    return this.queries.filter(({ answer }) => answer === undefined)
  }

  /** All rows that pass the condition, where they are no more than candidates would be. */
  private async answerFew(): Promise<void> {
    const { where } = this.params
    if (where === undefined) return
    const limit = this.queries.reduce((sum, query) => sum + query.head, 0)
    const ids = await passingIds(this.connection, where, limit, this.params)
    if (ids === undefined) return
    const all = this.queries.map((query) => ({ query, ids, bounds: [], rest: Number.NEGATIVE_INFINITY }))
    this.settle(await this.score(all, ids))
  }

  private async answerTogether(): Promise<void> {
    const { open } = this
    if (open.length === 0) return
    const { where, size, signal, k } = this.params
    const limit = Math.min(FIRST_SCORED, FIRST_SCORED_EACH * open.length, Math.ceil(size / 16))
    const ids = await this.rows.fetchAny(where, limit, signal)
    const sample = open.map((query) => ({ query, ids, bounds: [], rest: Number.POSITIVE_INFINITY }))
    raise(await this.score(sample, ids))
    const queries = open.filter(({ minScore }) => Number.isFinite(minScore))
    for (let below = limit * STEP; ; below *= STEP) {
      const isLast = 4 * below >= size
      const above = await allAbove(this.connection, queries, {
        ...this.params,
        below: isLast ? size : below,
        maxEach: 4 * STEP * (k + SPARE),
      })
      const scored = await this.best(above)
      if (isLast) {
        await checkCount(this.connection, size, signal)
        return this.settle(scored)
      }
      raise(scored)
    }
  }

  private async answerAlone(): Promise<void> {
    for (let { open } = this; open.length > 0; { open } = this) {
      this.settle(await this.best(await firstByBound(this.connection, open, this.params)))
      for (const query of open) query.limit = Math.min(this.params.size, query.limit * GROWTH)
    }
  }

  /**
   * Stores the answers that no row which did not come can change: it would have to reach the last of them.
   */
  private settle(scored: readonly Scored[]): void {
    for (const { query, answer, reached, rest } of scored) {
      if (rest === Number.NEGATIVE_INFINITY || reached > rest) query.answer = answer
    }
  }

  /** The best candidates: those first by their bounds, then those whose bounds reach what these reach. */
  private async best(found: readonly Candidates<OpenQuery>[]): Promise<Scored[]> {
    const candidates = found.map(withoutExcluded)
    const heads = await this.score(
      candidates,
      candidates.flatMap(({ query, ids }) => ids.slice(0, query.head)),
    )
    const more = heads
      .map((head) => {
        const end = head.bounds.findIndex((bound) => bound < head.reached)
        return end < 0 ? head : { ...head, ids: head.ids.slice(0, end) }
      })
      .filter(({ query, ids }) => ids.length > query.head)
    const better = await this.score(
      more,
      more.flatMap(({ ids }) => ids),
    )
    return heads.map((head) => better.find(({ query }) => query === head.query) ?? head)
  }

  /** Every row that came for any of these queries may be in the answer of each. */
  private async score(
    candidates: readonly Candidates<OpenQuery>[],
    ids: readonly number[],
  ): Promise<Scored[]> {
    await this.rows.fetch(ids, this.params.signal)
    const queries = candidates.map(({ query }) => query)
    const answers = await rescore(queries, ids, this.rows, this.params)
    return candidates.map((each, index) => {
      const answer = answers[index]!
      return { ...each, answer, reached: this.reachedBy(answer) }
    })
  }

  private reachedBy({ cosines, dots }: ClickHouseMatches): number {
    const { k, metric, minScore = Number.NEGATIVE_INFINITY } = this.params
    return (metric === 'cosine' ? cosines : dots)[k - 1] ?? Math.fround(minScore)
  }
}

/** Rows that no answer may have need not be fetched. */
function withoutExcluded({ ids, bounds, ...others }: Candidates<OpenQuery>): Candidates<OpenQuery> {
  const { excluded } = others.query
  const isOpen = (_: number, place: number) => !excluded.has(ids[place]!)
  return { ...others, ids: ids.filter(isOpen), bounds: bounds.filter(isOpen) }
}

/** Raises what every row of an answer reaches to what was found. */
function raise(scored: readonly Scored[]): void {
  for (const { query, reached } of scored) {
    if (Number.isFinite(reached)) query.minScore = Math.max(query.minScore, reached)
  }
}
