/** One step with one database in a process of its own: prints what it measured as JSON. */
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { median } from '../statistics.mjs'

const [WARMING, QUESTIONS] = [1, 5]
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

/** Its answers beside rowspace's, which are exact. */
async function ask() {
  const { queries, answers } = given
  const search = await peer.open(folder, dimension, answers[0].length, way)
  const times = []
  let right = 0
  for (let index = 0; index < WARMING + QUESTIONS; index++) {
    const place = index % queries.length
    const start = performance.now()
    const ids = await search(Float32Array.from(queries[place]))
    const time = performance.now() - start
    if (index < WARMING) continue
    times.push(time)
    right += ids.filter((id) => answers[place].includes(Number(id))).length / answers[place].length
  }
  return { milliseconds: median(times), resident: process.memoryUsage.rss(), recall: right / QUESTIONS }
}
