/** voy-search: a k-d tree by Euclidean distance, which ranks unit vectors as their dot products do. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Rows handed over at once: of many more its memory does not hold the copies. */
const STEP = 5_000

/** Its door imports .wasm as bundlers do; Node instantiates it by hand. */
async function load() {
  const folder = createRequire(import.meta.url)
    .resolve('voy-search/package.json')
    .replace('package.json', '')
  const glue = await import(`${folder}voy_search_bg.js`)
  const bytes = readFileSync(`${folder}voy_search_bg.wasm`)
  const { instance } = await WebAssembly.instantiate(bytes, { './voy_search_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  return glue.Voy
}

export async function prepare({ rows, size, dimension, k }) {
  const Voy = await load()
  const resource = (from) => ({
    embeddings: Array.from({ length: Math.min(STEP, size - from) }, (_, place) => ({
      id: String(from + place),
      title: '',
      url: '',
      embeddings: Array.from(rows.subarray((from + place) * dimension, (from + place + 1) * dimension)),
    })),
  })
  const index = new Voy(resource(0))
  for (let from = STEP; from < size; from += STEP) index.add(resource(from))
  return { ask: (query) => index.search(query, k).neighbors.map(({ id }) => Number(id)) }
}
