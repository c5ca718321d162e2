/** voy-search: a k-d tree by Euclidean distance, which ranks unit vectors as their dot products do. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

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
  const embeddings = Array.from({ length: size }, (_, id) => ({
    id: String(id),
    title: '',
    url: '',
    embeddings: Array.from(rows.subarray(id * dimension, (id + 1) * dimension)),
  }))
  const index = new Voy({ embeddings })
  return { ask: (query) => index.search(query, k).neighbors.map(({ id }) => Number(id)) }
}
