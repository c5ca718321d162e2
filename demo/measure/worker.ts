/** Measures in a worker of its own: plain JavaScript and rowspace take turns on the same rows and queries. */
import { expose } from 'comlink'
import { EmbeddingTable } from 'rowspace'
import { plainNearest } from './plain-js.ts'

export interface Measured {
  name: string
  /** The median of the turns, for one query. */
  milliseconds: number
}

export interface Measurement {
  size: number
  dimension: number
  results: Measured[]
  queries: number
  /** Queries whose ten ids were the same from all contenders. */
  equal: number
}

/** The open table's rows, or a shape to be filled from a seed. */
export interface Rows {
  dimension: number
  rows?: Float32Array
  size?: number
}

interface Contender {
  name: string
  ask: (query: Float32Array) => ArrayLike<number>
  times: number[]
  repeats: number
}

const K = 10
const TURNS = 15
/** Milliseconds that a turn lasts at least, so that a coarse clock can measure it. */
const MIN_MILLISECONDS = 3

async function measure(
  { dimension, rows, size = 0 }: Rows,
  onProgress: (done: number) => void,
): Promise<Measurement> {
  const numbers = rows ?? seededNumbers(size * dimension)
  const made: EmbeddingTable[] = []
  const make = async (options: { codes: boolean; threads?: 'auto' }) => {
    const table = await EmbeddingTable.from(numbers, { dimension, ...options })
    made.push(table)
    return table
  }
  try {
    const contenders = [contender('plain JavaScript', (query) => plainNearest(numbers, dimension, query, K))]
    const add = (name: string, table: EmbeddingTable) =>
      contenders.push(contender(name, (query) => table.nearest(query, { k: K, metric: 'dot' }).ids))
    const table = await make({ codes: false })
    add('rowspace, every row', table)
    add('rowspace, certified', await make({ codes: true }))
    const threaded = await make({ codes: true, threads: 'auto' })
    await started(threaded)
    if (threaded.threads > 1) add(`certified, ${threaded.threads} threads`, threaded)
    const queries = [...table.randomIds(Math.min(TURNS, table.size), { seed: 7 })].map((id) => table.row(id))
    const equal = await takeTurns(contenders, queries, onProgress)
    const results = contenders.map(({ name, times }) => ({ name, milliseconds: median(times) }))
    return { size: table.size, dimension, results, queries: queries.length, equal }
  } finally {
    for (const table of made) table.dispose()
  }
}

/** Workers start a little after the table is made; where there are none, a second is enough to know. */
async function started(table: EmbeddingTable): Promise<void> {
  if (!crossOriginIsolated) return
  const all = Math.min(navigator.hardwareConcurrency, 16)
  for (let waited = 0; waited < 1000 && table.threads < all; waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const contender = (name: string, ask: Contender['ask']): Contender => ({ name, ask, times: [], repeats: 1 })

async function takeTurns(
  contenders: Contender[],
  queries: Float32Array[],
  onProgress: (done: number) => void,
): Promise<number> {
  for (const query of queries.slice(0, 1)) for (const each of contenders) warmUp(each, query)
  let equal = 0
  for (const [turn, query] of queries.entries()) {
    const answers = contenders.map((each) => {
      const start = performance.now()
      for (let i = 1; i < each.repeats; i++) each.ask(query)
      const ids = each.ask(query)
      each.times.push((performance.now() - start) / each.repeats)
      return Array.from(ids).join()
    })
    if (answers.every((answer) => answer === answers[0])) equal++
    await onProgress((turn + 1) / queries.length)
  }
  return equal
}

/** Runs until the engine has compiled it, and finds how often it fits into a turn. */
function warmUp(each: Contender, query: Float32Array): void {
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < 60 || calls < 3) {
    each.ask(query)
    calls++
  }
  each.repeats = Math.max(1, Math.ceil((MIN_MILLISECONDS * calls) / (performance.now() - start)))
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Numbers in −1 … 1 from a seed (xorshift32), as `npm run bench` draws them. */
function seededNumbers(length: number): Float32Array {
  const numbers = new Float32Array(length)
  let state = (0x9e3779b9 ^ length) >>> 0 || 1
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    numbers[i] = state / 2 ** 31
  }
  return numbers
}

const measureWorker = { measure }
export type MeasureWorker = typeof measureWorker

expose(measureWorker)
