/** One step with one database in a process of its own: prints what it measured as JSON. */
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { viewTable } from '../../dist/stored.js'
import { median } from '../statistics.mjs'

const BLOCK_ROWS = 65_536
const [task, given] = [process.argv[2], JSON.parse(readFileSync(0, 'utf8'))]
const { name, folder, path, dimension, way } = given
const peer = await import(`./${name}.mjs`)
console.log(JSON.stringify(await { ways: () => peer.ways, load, ask }[task]()))
process.exit()

async function load() {
  const start = performance.now()
  await peer.load(folder, dimension, blocks())
  return { milliseconds: performance.now() - start }
}

/** The rows of a safetensors file that has nothing else. */
async function* blocks() {
  const handle = await open(path)
  const length = new BigUint64Array(1)
  await handle.read(new Uint8Array(length.buffer), 0, 8, 0)
  const from = 8 + Number(length[0])
  for (let first = 0; ; first += BLOCK_ROWS) {
    const bytes = new Uint8Array(BLOCK_ROWS * dimension * 4)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from + first * dimension * 4)
    if (bytesRead === 0) break
    yield { first, rows: new Float32Array(bytes.buffer, 0, bytesRead / 4) }
  }
  await handle.close()
}

/** In turns with rowspace, whose answers are exact: what else the machine does meanwhile, both have. */
async function ask() {
  const { answers, index, threads } = given
  const queries = given.queries.map((query) => Float32Array.from(query))
  const k = answers[0].length
  const search = await peer.open(folder, dimension, k, way)
  await search(queries[0])
  const resident = process.memoryUsage.rss()
  const table = await viewTable(path, { index, threads, cacheBytes: 0 })
  for (const query of queries) await table.nearest(query, { k })
  const [times, own] = [[], []]
  let right = 0
  for (const [place, query] of queries.entries()) {
    const start = performance.now()
    const ids = await search(query)
    const middle = performance.now()
    await table.nearest(query, { k })
    times.push(middle - start)
    own.push(performance.now() - middle)
    right += ids.filter((id) => answers[place].includes(Number(id))).length / k
  }
  return {
    milliseconds: median(times),
    rowspace: median(own),
    resident,
    recall: right / queries.length,
  }
}
