/**
 * `npm run bench`: one query for the ten nearest rows by dot product, plain JavaScript and rowspace side by side.
 *
 * All contenders take turns, query by query, in one process in which no WebAssembly memory grows (growing one slows
 * plain typed-array loops down, and the comparison would flatter us). Every answer is checked against the first
 * loop's. `--json` prints the figures alone; `--seed N` makes other rows; `--rounds N` asks more often.
 */
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { EmbeddingTable } from '../dist/index.js'
import { LOOPS } from './plain-js.mjs'

const SHAPES = [
  { size: 1_000, dimension: 384, rounds: 400 },
  { size: 10_000, dimension: 256, rounds: 120 },
  { size: 50_257, dimension: 768, rounds: 40 },
]
const K = 10
const BATCH = 32
const BATCHES = 9

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string' },
  },
})

/** Numbers in −1 … 1 from a seed (xorshift32). */
function seededNumbers(length, seed) {
  const numbers = new Float32Array(length)
  let state = (Math.imul(seed, 0x9e3779b9) ^ length) >>> 0 || 1
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    numbers[i] = state / 2 ** 31
  }
  return numbers
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

/** Asks every contender every query, in turns; returns the times in milliseconds by name. */
function takeTurns(contenders, queries) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (const query of queries) {
    let expected
    for (const [name, ask] of Object.entries(contenders)) {
      const start = performance.now()
      const ids = ask(query)
      times[name].push(performance.now() - start)
      const answer = [...ids].join()
      expected ??= answer
      if (answer !== expected) throw new Error(`${name} answers ${answer}, the first loop ${expected}`)
    }
  }
  return times
}

/** Milliseconds a query where many are asked at once, batch by batch; the answers are checked against single queries'. */
function timeBatches(table, queries) {
  const batch = Array.from({ length: BATCH }, (_, i) => queries[i % queries.length])
  return Array.from({ length: BATCHES }, () => {
    const start = performance.now()
    const answers = table.nearestBatch(batch, { k: K, metric: 'dot' })
    const time = (performance.now() - start) / BATCH
    for (const [index, { ids }] of answers.entries()) {
      const expected = table.nearest(batch[index], { k: K, metric: 'dot' }).ids
      if ([...ids].join() !== [...expected].join())
        throw new Error(`a batch answers ${ids}, a query ${expected}`)
    }
    return time
  })
}

async function benchShape({ size, dimension, rounds }, seed) {
  const rows = seededNumbers(size * dimension, seed)
  const count = Number(options.rounds ?? rounds)
  const queries = Array.from({ length: count }, (_, i) => seededNumbers(dimension, seed * 1000 + i + 1))
  const plain = await EmbeddingTable.from(rows, { dimension, codes: false })
  const coded = await EmbeddingTable.from(rows, { dimension, codes: true })
  const threaded = await EmbeddingTable.from(rows, { dimension, codes: true, threads: 2 })
  while (threaded.threads < 2) await new Promise((resolve) => setTimeout(resolve, 5)) // until its worker runs
  let rescored = 0
  const contenders = Object.fromEntries(
    Object.entries(LOOPS).map(([name, loop]) => [name, (query) => loop(rows, dimension, query, K)]),
  )
  contenders['rowspace, float32 scan'] = (query) => plain.nearest(query, { k: K, metric: 'dot' }).ids
  contenders['rowspace, certified by codes'] = (query) => {
    const { ids } = coded.nearest(query, { k: K, metric: 'dot' })
    rescored = Math.max(rescored, coded.rescored)
    return ids
  }
  contenders['rowspace, codes, two threads'] = (query) => threaded.nearest(query, { k: K, metric: 'dot' }).ids
  takeTurns(contenders, queries.slice(0, Math.ceil(count / 4))) // until the engine has compiled them
  const times = takeTurns(contenders, queries)
  times[`rowspace, batches of ${BATCH}`] = timeBatches(coded, queries)
  times[`rowspace, batches of ${BATCH}, two threads`] = timeBatches(threaded, queries)
  const results = Object.entries(times).map(([name, list]) => {
    const sorted = list.sort((a, b) => a - b)
    const median = quantile(sorted, 0.5)
    return {
      name,
      median,
      p95: quantile(sorted, 0.95),
      // a batch reads the table once for many queries: its rate would say nothing
      gigabytesPerSecond: /batches/.test(name)
        ? null
        : (size * dimension * (/codes/.test(name) ? 1 : 4)) / median / 1e6,
    }
  })
  plain.dispose()
  coded.dispose()
  threaded.dispose()
  const bestLoop = Math.min(...results.filter(({ name }) => name in LOOPS).map(({ median }) => median))
  return {
    size,
    dimension,
    k: K,
    queries: count,
    rescored,
    results: results.map((r) => ({ ...r, ratio: bestLoop / r.median })),
  }
}

function print({ size, dimension, queries, rescored, results }) {
  const table = new Table({
    head: [`${size.toLocaleString('en')} x ${dimension}`, 'median ms', 'p95 ms', 'GB/s', 'x best plain JS'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
  for (const { name, median, p95, gigabytesPerSecond, ratio } of results) {
    table.push([
      name,
      median.toFixed(3),
      p95.toFixed(3),
      gigabytesPerSecond?.toFixed(1) ?? '',
      ratio.toFixed(2),
    ])
  }
  console.log(
    `${table.toString()}\n${queries} queries each, k = ${K}, all answers equal; codes left at most ${rescored} rows to score in full\n`,
  )
}

const report = []
for (const shape of SHAPES) {
  const result = await benchShape(shape, Number(options.seed))
  report.push(result)
  if (!options.json) print(result)
}
if (options.json)
  console.log(JSON.stringify({ node: process.version, seed: Number(options.seed), shapes: report }))
