/** The best rows of a question so far: the higher score first, of equal ones the smaller id. */

import { Matches, type SearchStats } from '../table/matches.ts'
import type { SearchParams } from '../table/searcher.ts'

/** A row with both scores. */
export interface ScoredRow {
  readonly id: number
  readonly cosine: number
  readonly dot: number
}

/** Rows as an answer has them, best first. */
export function matchesOf(
  rows: readonly ScoredRow[],
  tokenOf: (id: number) => string | undefined,
  stats: SearchStats,
): Matches {
  const ids = Uint32Array.from(rows, ({ id }) => id)
  const cosines = Float32Array.from(rows, ({ cosine }) => cosine)
  const dots = Float32Array.from(rows, ({ dot }) => dot)
  return new Matches(ids, cosines, dots, (id) => ({ id, token: tokenOf(id) }), stats)
}

export class BestRows {
  /** Rows that were offered. */
  scored = 0
  #rows: ScoredRow[] = []
  readonly #k: number
  /** The score that counts. */
  readonly metric: 'cosine' | 'dot'
  readonly #minScore: number

  constructor({ k, metric, minScore }: Pick<SearchParams, 'k' | 'metric' | 'minScore'>) {
    this.#k = k
    this.metric = metric
    this.#minScore = minScore === undefined ? Number.NEGATIVE_INFINITY : Math.fround(minScore)
  }

  offer(row: ScoredRow): void {
    this.scored++
    if (row[this.metric] < this.#minScore) return
    this.#rows.push(row)
    if (this.#rows.length > 2 * this.#k + 1024) this.#cut()
  }

  /** What a row must reach to be in the answer. */
  threshold(): number {
    this.#cut()
    const last = this.#rows[this.#k - 1]
    return last === undefined ? this.#minScore : last[this.metric]
  }

  sorted(): readonly ScoredRow[] {
    this.#cut()
    return this.#rows
  }

  #cut(): void {
    const metric = this.metric
    this.#rows.sort((a, b) => b[metric] - a[metric] || a.id - b.id)
    if (this.#rows.length > this.#k) this.#rows.length = this.#k
  }
}
