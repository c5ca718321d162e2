/** One step of bench/stored.mjs in a process of its own: prints what it measured as JSON. */
import { execFileSync } from 'node:child_process'
import { open } from 'node:fs/promises'
import { writeFileAtomically } from '../dist/formats.js'
import { viewTable, writeIndex } from '../dist/stored.js'
import { median } from './statistics.mjs'

const QUESTIONS = 40
const COLD = 12
/** Questions for databases too. */
const SHARED = 6
/** Bytes of rows to encode from memory: whole rows, twice what is read at once and more. */
const HELD_BYTES = 2 * 6144 * 16_384
const [task, given] = [process.argv[2], JSON.parse(process.argv[3])]
const { path, index, codes, threads } = given
console.log(JSON.stringify(await { index: makeIndex, encode, search }[task]()))
process.exit()

async function makeIndex() {
  let resident = 0
  const onProgress = () => {
    resident = Math.max(resident, process.memoryUsage.rss())
  }
  const start = performance.now()
  await writeFileAtomically(index, writeIndex(path, { codes, onProgress }), { overwrite: true, sync: false })
  return { milliseconds: performance.now() - start, resident }
}

/** Indexing without reads and writes: the first rows of the file, from memory, again and again. */
async function encode() {
  const from = await rowsStart()
  const handle = await open(path)
  const { size } = await handle.stat()
  const held = new Uint8Array(from + Math.min(HELD_BYTES, size - from))
  await handle.read(held, 0, held.length, 0)
  await handle.close()
  const half = (held.length - from) / 2
  const read = async (start, end) => {
    const at = start < from || size === held.length ? start : from + ((start - from) % half)
    return held.subarray(at, at + end - start)
  }
  const start = performance.now()
  let bytes = 0
  for await (const chunk of writeIndex({ name: path, size, read }, { codes })) bytes += chunk.length
  return { milliseconds: performance.now() - start, bytes }
}

async function search() {
  // into the page cache
  await readThrough(index, () => {})
  const before = performance.now()
  const table = await viewTable(path, { index, threads })
  await table.loadIndex()
  const opened = performance.now() - before
  const queries = await makeQueries(table)
  const [warming, warm, cold] = [queries.splice(0, 8), queries.splice(0, QUESTIONS), queries]
  for (const query of warming) await table.nearest(query)
  const times = { scan: [], warm: [], cold: [], batch: [] }
  const timed = async (name, run, count = 1) => {
    const start = performance.now()
    const result = await run()
    times[name].push((performance.now() - start) / count)
    return result
  }
  const answers = []
  for (const query of warm) {
    answers.push(await timed('warm', () => table.nearest(query)))
    // the same again: its rows are held, and none is read
    await timed('scan', () => table.nearest(query))
  }
  for (const query of cold) {
    forget()
    await timed('cold', () => table.nearest(query))
  }
  const batch = warm.slice(0, 32)
  for (let round = 0; round < 3; round++) await timed('batch', () => table.nearestBatch(batch), batch.length)
  const rescored = answers.map(({ stats }) => stats.rescored)
  globalThis.gc()
  return {
    opened,
    resident: process.memoryUsage.rss(),
    ...Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])),
    rescored: median(rescored),
    mostRescored: Math.max(...rescored),
    recall: await recallOf(table, warm.slice(0, 4), answers),
    questions: {
      queries: warm.slice(0, SHARED).map((query) => [...query]),
      answers: answers.slice(0, SHARED).map(({ ids }) => [...ids]),
    },
  }
}

/** Sums of a few rows: near some rows, and equal to none. */
async function makeQueries(table) {
  const ids = await table.randomIds(3 * (8 + QUESTIONS + COLD), { seed: 7 })
  const queries = []
  for (let at = 0; at < ids.length; at += 3) {
    const [first, second, third] = ids.subarray(at, at + 3)
    queries.push(await table.combine({ positive: [first, [second, 0.3], [third, 0.3]] }))
  }
  return queries
}

/** Drops the file of the rows from the page cache. */
function forget() {
  execFileSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc', 'count=0', 'status=none'])
}

async function readThrough(file, use) {
  const handle = await open(file)
  const block = new Uint8Array(1 << 22)
  for (;;) {
    const { bytesRead } = await handle.read(block, 0, block.length)
    if (bytesRead === 0) break
    use(block.subarray(0, bytesRead))
  }
  await handle.close()
}

/** The share of the ten best by float64, of every row, that answers have. */
async function recallOf(table, queries, answers) {
  const { dimension } = table
  const best = queries.map(() => [])
  const inverse = queries.map((query) => 1 / Math.hypot(...query))
  let [id, at] = [0, await rowsStart()]
  const handle = await open(path)
  const block = new Float32Array(dimension * 4096)
  for (;;) {
    const { bytesRead } = await handle.read(new Uint8Array(block.buffer), 0, block.byteLength, at)
    const count = Math.floor(bytesRead / 4 / dimension)
    if (count === 0) break
    at += count * dimension * 4
    for (let row = 0; row < count; row++, id++) {
      let squares = 0
      const sums = queries.map(() => 0)
      for (let j = 0, from = row * dimension; j < dimension; j++) {
        const x = block[from + j]
        squares += x * x
        for (let q = 0; q < queries.length; q++) sums[q] += x * queries[q][j]
      }
      for (let q = 0; q < queries.length; q++) {
        const score = (sums[q] * inverse[q]) / Math.sqrt(squares)
        if (best[q].length === 10 && score <= best[q][9].score) continue
        best[q].push({ id, score })
        best[q].sort((a, b) => b.score - a.score)
        best[q].length = Math.min(10, best[q].length)
      }
    }
  }
  await handle.close()
  const found = best.map((rows, q) => rows.filter((row) => answers[q].ids.includes(row.id)).length / 10)
  return found.reduce((sum, share) => sum + share, 0) / found.length
}

async function rowsStart() {
  const handle = await open(path)
  const length = new BigUint64Array(1)
  await handle.read(new Uint8Array(length.buffer), 0, 8, 0)
  await handle.close()
  return 8 + Number(length[0])
}
