/** The rows on the page as points of a plane: the first two principal components of an analogy's, or of them all. */
import { Matrix, SVD } from 'ml-matrix'
import type { EmbeddingTable, Expression } from 'rowspace'
import type { State } from '../state.ts'
import { inputIds } from './arithmetic.ts'
import { readExpression } from './expression.ts'
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
  /** The two steps of an analogy a − b + c, from b to a and from c to the answer, as places in `points`. */
  steps: [number, number][]
  /** Places of the sum and of the answer, the row nearest to it. */
  gap: [number, number] | undefined
  /** Names of the row that the plane puts nearest to the sum, and of the one that is. */
  nearest: { onPlane: string; inAll: string } | undefined
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
        places.push({ name: nameOf(table.vocabulary, id), kind, row: rowOf(table, id, state.normalize) }) - 1,
      )
    }
  }
  let steps: [number, number][] = []
  let answer: number | undefined
  if (expression !== undefined) {
    const { normalize, sumMetric: metric } = state
    places.push({ name: state.expression.trim(), kind: 'sum', row: table.combine(expression, { normalize }) })
    add(inputIds(table, expression), 'input')
    const { ids } = table.analogy(expression, { k: SHOWN_MATCHES, metric, normalize })
    add(ids, 'match')
    answer = byRow.get(ids[0] ?? -1)
    if (answer !== undefined) steps = stepsOf(table, expression, byRow, answer)
  }
  const tokens = split(table, state.sentence)
  const inSentence = tokens.flatMap(({ id }) => id ?? [])
  add(inSentence, 'sentence')
  const chosen = tokens[chosenPlace(tokens, state)]?.id
  if (chosen !== undefined) add(table.nearest(chosen, { k: 10, metric: state.metric }).ids, 'neighbour')
  // the four words of an analogy have a plane of their own
  const plane = new Set(steps.flat())
  const { points, share } = project(places, plane.size === 4 ? [...plane] : [...places.keys()])
  const gap: MapAnswer['gap'] = answer === undefined ? undefined : [0, answer]
  return { points, share, steps, gap, nearest: gap && nearestOf(points, gap) }
}

/** Undefined where it cannot be read, or not yet: the arithmetic says why. */
function readable(table: EmbeddingTable, text: string): Expression | undefined {
  try {
    const { expression } = readExpression(table, text)
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

/** b → a and c → the answer: the same step, if the analogy holds. */
function stepsOf(
  table: EmbeddingTable,
  { positive, negative }: Expression,
  byRow: ReadonlyMap<number, number>,
  answer: number,
): [number, number][] {
  const [ups, downs] = [Array.from(positive ?? []), Array.from(negative ?? [])]
  if (ups.length !== 2 || downs.length !== 1) return []
  const [a, c, b] = [...ups, ...downs].map((term) => {
    const row = Array.isArray(term) ? term[0] : term
    return byRow.get(table.id(row as string | number))
  }) as [number, number, number]
  return [
    [b, a],
    [c, answer],
  ]
}

/**
 * The rows on the plane that keeps the most of the variance of some of them: X − mean = U Σ Vᵀ, and V's first two
 * columns are the axes, each turned so that its largest number is positive.
 */
function project(places: readonly Place[], plane: readonly number[]): { points: MapPoint[]; share: number } {
  // fewer than three rows have no plane of their own
  if (plane.length < 3) return { points: [], share: 0 }
  const spanning = new Matrix(plane.map((place) => [...(places[place]?.row ?? [])]))
  const mean = spanning.mean('column')
  const { rightSingularVectors: axes } = new SVD(spanning.center('column'), { autoTranspose: true })
  const rows = new Matrix(places.map(({ row }) => [...row])).subRowVector(mean)
  const onAxis = (which: number): number[] => {
    const column = rows.mmul(axes.subMatrix(0, axes.rows - 1, which, which)).to1DArray()
    const largest = column.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    return largest < 0 ? column.map((value) => -value) : column
  }
  const [xs, ys] = [onAxis(0), onAxis(1)]
  const points = places.map(({ name, kind }, place) => ({ name, kind, x: xs[place] ?? 0, y: ys[place] ?? 0 }))
  const columns = Array.from({ length: rows.columns }, (_, column) => rows.getColumn(column))
  const all = columns.reduce((sum, column) => sum + squaresOf(column), 0) || 1
  return { points, share: (squaresOf(xs) + squaresOf(ys)) / all }
}

/** The sum of squares about the mean. */
function squaresOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

/** Which row is nearest to the sum on the plane, its terms left out, and which is by all numbers. */
function nearestOf(
  points: readonly MapPoint[],
  [sum, answer]: readonly [number, number],
): MapAnswer['nearest'] {
  const from = points[sum]
  const inAll = points[answer]?.name
  if (from === undefined || inAll === undefined) return undefined
  const distance = ({ x, y }: MapPoint) => Math.hypot(x - from.x, y - from.y)
  const others = points.filter(({ kind }, place) => place !== sum && kind !== 'input')
  const [nearest] = others.sort((a, b) => distance(a) - distance(b))
  return nearest && { onPlane: nearest.name, inAll }
}
