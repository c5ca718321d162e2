/** The rows on the page as points of a plane: the first two principal components of just these rows. */
import { Matrix, SVD } from 'ml-matrix'
import { type EmbeddingTable, type Expression, parseExpression } from 'rowspace'
import type { State } from '../state.ts'
import { inputIds } from './arithmetic.ts'
import { chosenPlace, nameOf, norm, split } from './tokens.ts'

/** Why a row is on the map. Of several reasons the first counts. */
export type PointKind = 'sum' | 'input' | 'match' | 'sentence' | 'neighbour'

export interface MapPoint {
  name: string
  kind: PointKind
  x: number
  y: number
}

export interface MapAnswer {
  points: MapPoint[]
  /** The sides of the parallelogram a − b + c, as places in `points`: the two steps that are alike first. */
  sides: [number, number][]
  /** How much of the variance of these rows the two axes carry, 0 … 1. */
  share: number
}

interface Place {
  name: string
  kind: PointKind
  row: Float32Array
}

const SHOWN_MATCHES = 6

export function mapOf(table: EmbeddingTable, state: State): MapAnswer {
  const expression = readable(table, state.expression)
  const places: Place[] = []
  const byRow = new Map<number, number>()
  const add = (ids: Iterable<number>, kind: PointKind) => {
    for (const id of ids) {
      if (byRow.has(id)) continue
      byRow.set(
        id,
        places.push({ name: nameOf(table, id), kind, row: rowOf(table, id, state.normalize) }) - 1,
      )
    }
  }
  let sides: [number, number][] = []
  if (expression !== undefined) {
    const { normalize, sumMetric: metric } = state
    places.push({ name: state.expression.trim(), kind: 'sum', row: table.combine(expression, { normalize }) })
    add(inputIds(table, expression), 'input')
    sides = parallelogram(table, expression, byRow)
    add(table.analogy(expression, { k: SHOWN_MATCHES, metric, normalize }).ids, 'match')
  }
  const tokens = split(table, state.sentence)
  const inSentence = tokens.flatMap(({ id }) => id ?? [])
  add(inSentence, 'sentence')
  const chosen = tokens[chosenPlace(tokens, state)]?.id
  if (chosen !== undefined) add(table.nearest(chosen, { k: 10, metric: state.metric }).ids, 'neighbour')
  return { ...project(places), sides }
}

/** Undefined where it cannot be read, or not yet: the arithmetic says why. */
function readable(table: EmbeddingTable, text: string): Expression | undefined {
  try {
    const expression = parseExpression(text)
    return inputIds(table, expression).length > 0 ? expression : undefined
  } catch {
    return undefined
  }
}

function rowOf(table: EmbeddingTable, id: number, normalize: boolean): Float32Array {
  const row = table.row(id)
  const length = normalize ? norm(row) || 1 : 1
  return row.map((value) => value / length)
}

/** b → a and c → sum are the same step; so are b → c and a → sum. The sum is place 0. */
function parallelogram(
  table: EmbeddingTable,
  { positive = [], negative = [] }: Expression,
  byRow: Map<number, number>,
): [number, number][] {
  if (positive.length !== 2 || negative.length !== 1) return []
  const [a, c, b] = [...positive, ...negative].map((term) => {
    const row = Array.isArray(term) ? term[0] : term
    return byRow.get(table.id(row as string | number))
  }) as [number, number, number]
  return [
    [b, a],
    [c, 0],
    [b, c],
    [a, 0],
  ]
}

/**
 * X − mean = U Σ Vᵀ: the points are the first two columns of U Σ, each turned so that its largest number is
 * positive.
 */
function project(places: readonly Place[]): { points: MapPoint[]; share: number } {
  // fewer than three rows have no plane of their own
  if (places.length < 3) return { points: [], share: 0 }
  const rows = new Matrix(places.map(({ row }) => [...row])).center('column')
  const decomposed = new SVD(rows, { autoTranspose: true, computeRightSingularVectors: true })
  const axis = (which: number): number[] => {
    const size = decomposed.diagonal[which] ?? 0
    const column = places.map((_, place) => decomposed.leftSingularVectors.get(place, which) * size)
    const largest = column.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    return largest < 0 ? column.map((value) => -value) : column
  }
  const [xs, ys] = [axis(0), axis(1)]
  const variance = decomposed.diagonal.map((value) => value ** 2)
  const all = variance.reduce((sum, value) => sum + value, 0) || 1
  return {
    points: places.map(({ name, kind }, place) => ({ name, kind, x: xs[place] ?? 0, y: ys[place] ?? 0 })),
    share: ((variance[0] ?? 0) + (variance[1] ?? 0)) / all,
  }
}
