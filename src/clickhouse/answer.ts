/**
 * From queries to answers: candidates from the engine, scored by the core, until no row that is left out can be in the answer. What
 * stands in an answer is what an EmbeddingTable of all rows gives, bit for bit.
 *
 * A query alone asks for the rows that come first by their bounds, and for more of them until that is so. Many queries share scans:
 *
 * 1. Where a condition leaves few rows, they all come, and the core answers.
 * 2. Any rows are scored: the k-th best score among them is one that every row of the answer reaches.
 * 3. The rows of a part of the table whose bounds reach it come, and raise it; then those of a part that is larger, and at last of all.
 * 4. What is not answered then (fewer than k rows at first, more rows above than are fetched) is asked for alone.
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
import { anyRows, type FoundRow, fetchRows } from './fetch-rows.ts'
import { ClickHouseMatches } from './matches.ts'
import { type PreparedQuery, type RescoreOptions, rescore } from './rescore.ts'

export interface SearchParams extends BoundOptions, RescoreOptions {}

/** Queries whose candidates are held at once. */
const GROUP = 256
/** Rows asked for beyond k at first: most queries need no second round. */
const SPARE = 24
/** Each further round asks for so many times more. */
const GROWTH = 4
/** Rows that are scored first, where many queries are asked. */
const FIRST_SCORED = 4_096
const FIRST_SCORED_EACH = 256
/** Each further scan of many queries looks at so many times more rows: all before the last cost little beside it. */
const STEP = 64
/** The largest k of queries that are asked together: what comes of a shared scan grows with it. */
const MAX_TOGETHER = 256

export async function answerQueries(
  connection: Connection,
  queries: readonly PreparedQuery[],
  params: SearchParams,
): Promise<ClickHouseMatches[]> {
  if (params.k === 0) return queries.map(() => ClickHouseMatches.none())
  const answers: ClickHouseMatches[] = []
  for (let from = 0; from < queries.length; from += GROUP) {
    const group = new Group(connection, queries.slice(from, from + GROUP), params)
    answers.push(...(await group.answer()))
  }
  return answers
}

class Group {
  private readonly rows = new Map<number, FoundRow>()
  private readonly answers: ClickHouseMatches[] = []
  /** Queries not answered yet, by their places. */
  private open: number[]

  constructor(
    private readonly connection: Connection,
    private readonly queries: readonly PreparedQuery[],
    private readonly params: SearchParams,
  ) {
    this.open = queries.map((_, place) => place)
  }

  async answer(): Promise<ClickHouseMatches[]> {
    if (this.queries.length > 1) {
      await this.answerFew()
      const shared = queriesAtOnce(this.vectorOf(0).length) > 1
      if (shared && this.params.k <= MAX_TOGETHER) await this.answerTogether()
    }
    await this.answerAlone()
    return this.answers
  }

  private limitOf(place: number): number {
    return Math.min(this.params.size, this.params.k + this.queries[place]!.excluded.size + SPARE)
  }

  private vectorOf(place: number): Float32Array {
    return this.queries[place]!.vector
  }

  /** All rows that pass the condition, where they are no more than candidates would be. */
  private async answerFew(): Promise<void> {
    const { where, size, signal } = this.params
    if (where === undefined) return
    const limit = this.open.reduce((sum, place) => sum + this.limitOf(place), 0)
    const ids = await passingIds(this.connection, { where, size, limit, signal })
    if (ids === undefined) return
    const all = { ids, bounds: [], rest: Number.NEGATIVE_INFINITY }
    await this.fetch(ids)
    const found = await this.score(this.open, ids)
    this.settle(
      this.open,
      this.open.map(() => all),
      found,
    )
  }

  private async answerTogether(): Promise<void> {
    if (this.open.length === 0) return
    const { where, size, signal, k } = this.params
    const limit = Math.min(FIRST_SCORED, FIRST_SCORED_EACH * this.open.length, Math.ceil(size / 16))
    const sample = await anyRows(this.connection, { where, limit, signal })
    for (const [id, row] of sample) this.rows.set(id, row)
    const minScore = new Map<number, number>()
    const raise = (places: readonly number[], found: readonly ClickHouseMatches[]) => {
      for (const [index, place] of places.entries()) {
        const reached = this.reachedBy(found[index]!)
        if (Number.isFinite(reached)) minScore.set(place, Math.max(reached!, minScore.get(place) ?? reached!))
      }
    }
    raise(this.open, await this.score(this.open, [...sample.keys()]))
    const places = [...minScore.keys()]
    for (let below = limit * STEP; ; below *= STEP) {
      const isLast = 4 * below >= size
      const above = await allAbove(
        this.connection,
        places.map((place) => ({ vector: this.vectorOf(place), minScore: minScore.get(place)! })),
        { ...this.params, below: isLast ? size : below, maxEach: 4 * STEP * (k + SPARE) },
      )
      const found = await this.best(places, above)
      if (isLast) {
        await checkCount(this.connection, size, signal)
        return this.settle(places, above, found)
      }
      raise(places, found)
    }
  }

  private async answerAlone(): Promise<void> {
    const limits = this.queries.map((_, place) => this.limitOf(place))
    while (this.open.length > 0) {
      const places = this.open
      const candidates = await firstByBound(
        this.connection,
        places.map((place) => ({ vector: this.vectorOf(place), limit: limits[place]! })),
        this.params,
      )
      this.settle(places, candidates, await this.best(places, candidates))
      for (const place of this.open) limits[place] = Math.min(this.params.size, limits[place]! * GROWTH)
    }
  }

  /** Keeps the answers that no row which did not come can change: it would have to reach the last of them. */
  private settle(
    places: readonly number[],
    candidates: readonly Candidates[],
    found: readonly ClickHouseMatches[],
  ): void {
    for (const [index, place] of places.entries()) {
      const { rest } = candidates[index]!
      const reached = this.reachedBy(found[index]!)
      if (rest > Number.NEGATIVE_INFINITY && !(reached !== undefined && reached > rest)) continue
      this.answers[place] = found[index]!
      this.open = this.open.filter((other) => other !== place)
    }
  }

  /** The best of the candidates: those that come first by their bounds, then those whose bounds reach what these reach. */
  private async best(
    places: readonly number[],
    candidates: readonly Candidates[],
  ): Promise<ClickHouseMatches[]> {
    const heads = candidates.map(({ ids }, index) => ids.slice(0, this.limitOf(places[index]!)))
    await this.fetch(heads.flat())
    const found = await this.score(places, heads.flat())
    const reaching = candidates.map(({ ids, bounds }, index) => {
      const reached = this.reachedBy(found[index]!) ?? Number.NEGATIVE_INFINITY
      const end = bounds.findIndex((bound) => bound < reached)
      return end < 0 ? ids : ids.slice(0, end)
    })
    const more = places
      .map((_, index) => index)
      .filter((index) => reaching[index]!.length > heads[index]!.length)
    const ids = more.flatMap((index) => reaching[index]!)
    await this.fetch(ids)
    const better = await this.score(
      more.map((index) => places[index]!),
      ids,
    )
    for (const [at, index] of more.entries()) found[index] = better[at]!
    return found
  }

  private async fetch(ids: readonly number[]): Promise<void> {
    const wanted = ids.filter((id) => !this.rows.has(id))
    for (const [id, row] of await fetchRows(this.connection, wanted, this.params.signal))
      this.rows.set(id, row)
  }

  /** Every row that came for any of these queries may be in the answer of each. */
  private score(places: readonly number[], ids: readonly number[]): Promise<ClickHouseMatches[]> {
    const queries = places.map((place) => this.queries[place]!)
    return rescore(this.connection, queries, ids, this.rows, this.params)
  }

  /** What a row must score to come into an answer, or undefined where any score will do. */
  private reachedBy(answer: ClickHouseMatches): number | undefined {
    const { k, metric, minScore } = this.params
    const scores = metric === 'cosine' ? answer.cosines : answer.dots
    return scores.length === k ? scores[k - 1]! : minScore === undefined ? undefined : Math.fround(minScore)
  }
}
