/**
 * Word Mover's Distance (Kusner, Sun, Kolkin & Weinberger, From Word Embeddings To Document Distances, 2015): the least cost of moving the
 * words of one text to those of another, each word's share of its text over the Euclidean distance of the rows. The transport
 * problem is solved by HiGHS (`npm install highs`), which the caller hands over: bundlers resolve imports that nobody calls.
 */

import { RowspaceError } from '../core/errors.ts'
import type { KeysOf } from '../core/strict-options.ts'
import { describe } from '../core/values.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { listOf, liveIdOfKey } from './keys.ts'
import { lengthOf } from './mean-vector.ts'

/** What is asked of HiGHS: a linear program in CPLEX's LP format. */
export interface LinearSolver {
  solve(problem: string): { Status: string; ObjectiveValue?: number | undefined }
}

export interface WordMoversOptions {
  /** Scale rows to length 1 first. True unless given. */
  norm?: boolean | undefined
  /** What solves the transport problem: HiGHS, loaded, or the function that loads it (`import highs from 'highs'`). */
  solver?: LinearSolver | (() => Promise<LinearSolver>) | undefined
}

export const MOVERS_OPTIONS: KeysOf<WordMoversOptions> = { norm: true, solver: true }

/** Infinity where one text has no word of the table. Words that it does not have are left out. */
export async function wordMoversDistance(
  table: EmbeddingTable,
  text: Iterable<string>,
  other: Iterable<string>,
  { norm = true, solver }: WordMoversOptions,
): Promise<number> {
  if (solver !== undefined && typeof solver !== 'function' && typeof solver?.solve !== 'function') {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `solver must have a method solve(), or be a function that loads one; got ${describe(solver)}`,
    )
  }
  const a = wordCounts(table, text)
  const b = wordCounts(table, other)
  if (a.total === 0 || b.total === 0) return Number.POSITIVE_INFINITY
  if (a.ids.length === 1 && b.ids.length === 1 && a.ids[0] === b.ids[0]) return 0
  const rows = new Map([...a.ids, ...b.ids].map((id) => [id, vector(table, id, norm)]))
  const costs = a.ids.map((i) => b.ids.map((j) => euclidean(rows.get(i)!, rows.get(j)!)))
  // whole numbers: both sides have exactly a.total · b.total to move
  const supply = a.counts.map((count) => count * b.total)
  const demand = b.counts.map((count) => count * a.total)
  const { Status, ObjectiveValue } = (await loadSolver(solver)).solve(transport(costs, supply, demand))
  if (Status === 'Optimal' && ObjectiveValue !== undefined) return ObjectiveValue / (a.total * b.total)
  throw new RowspaceError('INVALID_ARGUMENT', `the transport problem was not solved: ${Status}`)
}

function wordCounts(table: EmbeddingTable, text: Iterable<string>) {
  const counts = new Map<number, number>()
  for (const word of listOf(text, 'a text')) {
    const id = liveIdOfKey(table, word)
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return { ids: [...counts.keys()], counts: [...counts.values()], total }
}

function vector(table: EmbeddingTable, id: number, norm: boolean): Float32Array {
  const row = table.row(id)
  const length = lengthOf(row)
  return norm && length > 0 ? row.map((value) => value / length) : row
}

function euclidean(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0))
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

/** Solvers by what loads them, so that each is loaded once. */
const loaded = new WeakMap<() => Promise<LinearSolver>, Promise<LinearSolver>>()

async function loadSolver(solver: WordMoversOptions['solver']): Promise<LinearSolver> {
  if (typeof solver === 'function') {
    const loading = loaded.get(solver) ?? solver()
    loaded.set(solver, loading)
    return loading.catch((error) => {
      loaded.delete(solver)
      throw error
    })
  }
  if (typeof solver?.solve === 'function') return solver
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    "wmdistance needs a solver: npm install highs, import highs from 'highs', then pass { solver: highs }.",
  )
}
