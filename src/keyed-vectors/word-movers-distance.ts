/**
 * Word Mover's Distance (Kusner, Sun, Kolkin & Weinberger, From Word Embeddings To Document Distances, 2015):
 * the minimum cost of moving the words of one text to the words of another, where a word weighs its share of
 * the text and a move costs the Euclidean distance of the rows. HiGHS (`npm install highs`) solves the
 * transport problem. The caller passes it: bundlers would resolve an import here even where nobody calls
 * this.
 */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe, readList } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { liveIdOfKey } from './keys.ts'
import { normalized } from './norm.ts'

/** A solver of linear programs: HiGHS. */
export interface LinearSolver {
  /** Solves a problem in CPLEX's LP format. */
  solve(problem: string): {
    /** 'Optimal' where it was solved. */
    Status: string
    /** The value of the objective. */
    ObjectiveValue?: number | undefined
  }
}

/** How Word Mover's Distance is computed. */
export interface WordMoversOptions {
  /** Scale rows to length 1 first. Default: true. */
  norm?: boolean | undefined
  /**
   * HiGHS, loaded, or the function that loads it (`import highs from 'highs'`). Required where texts differ.
   */
  solver?: LinearSolver | (() => Promise<LinearSolver>) | undefined
}

export const MOVERS_OPTIONS: KeysOf<WordMoversOptions> = { norm: true, solver: true }

/** The distance; Infinity where one text has no word of the table. Unknown words are left out. */
export async function wordMoversDistance(
  table: EmbeddingTable,
  text: Iterable<string>,
  other: Iterable<string>,
  { norm = true, solver }: WordMoversOptions,
): Promise<number> {
  if (solver !== undefined && typeof solver !== 'function' && typeof solver?.solve !== 'function') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `solver must have a method solve(), or be a function that loads one; got ${describe(solver)}.`,
    )
  }
  const a = wordCounts(table, text)
  const b = wordCounts(table, other)
  if (a.total === 0 || b.total === 0) return Number.POSITIVE_INFINITY
  if (a.ids.length === 1 && b.ids.length === 1 && a.ids[0] === b.ids[0]) return 0
  const rows = (ids: readonly number[]) => ids.map((id) => (norm ? normalized(table.row(id)) : table.row(id)))
  const to = rows(b.ids)
  const costs = rows(a.ids).map((x) => to.map((y) => euclidean(x, y)))
  // integers: both sides have exactly a.total · b.total to move
  const supply = a.counts.map((count) => count * b.total)
  const demand = b.counts.map((count) => count * a.total)
  const { Status, ObjectiveValue } = (await loadSolver(solver)).solve(transport(costs, supply, demand))
  if (Status === 'Optimal' && ObjectiveValue !== undefined) return ObjectiveValue / (a.total * b.total)
  throw new RowspaceError('INVALID_ARGUMENT', `the transport problem was not solved: ${Status}.`)
}

/** How often a text has each word of the table. */
function wordCounts(table: EmbeddingTable, text: Iterable<string>) {
  const counts = new Map<number, number>()
  const ids = readList(text, 'words').flatMap((word) => liveIdOfKey(table, word) ?? [])
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return { ids: [...counts.keys()], counts: [...counts.values()], total: ids.length }
}

function euclidean(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0))
}

/** Minimise Σ cost · x where the rows of x sum to the supply and its columns to the demand. */
function transport(costs: readonly number[][], supply: readonly number[], demand: readonly number[]): string {
  const name = (i: number, j: number) => `x_${i}_${j}`
  const sum = (names: string[]) => names.join('\n + ')
  const objective = costs.flatMap((row, i) => row.map((cost, j) => `${cost} ${name(i, j)}`))
  const rows = supply.map((amount, i) => `${sum(demand.map((_, j) => name(i, j)))} = ${amount}`)
  const columns = demand.map((amount, j) => `${sum(supply.map((_, i) => name(i, j)))} = ${amount}`)
  return `Minimize\n obj: ${sum(objective)}\nSubject To\n ${[...rows, ...columns].join('\n ')}\nEnd`
}

/** Solvers by the function that loads them: each is loaded once. */
const loaded = new WeakMap<() => Promise<LinearSolver>, LinearSolver>()

async function loadSolver(solver: WordMoversOptions['solver']): Promise<LinearSolver> {
  if (solver === undefined) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      "wmdistance needs a solver: npm install highs, import highs from 'highs', then pass { solver: highs }.",
    )
  }
  if (typeof solver !== 'function') return solver
  const instance = loaded.get(solver) ?? (await solver())
  loaded.set(solver, instance)
  return instance
}
