/** hnswlib-wasm, brute force. Made for pages: it looks for a window while it loads. */

async function load() {
  globalThis.window = globalThis
  try {
    const { loadHnswlib } = await import('hnswlib-wasm/dist/hnswlib.js')
    return await loadHnswlib()
  } finally {
    delete globalThis.window
  }
}

export async function prepare({ rows, size, dimension, k }) {
  const library = await load()
  const index = new library.BruteforceSearch('ip', dimension)
  index.initIndex(size)
  for (let id = 0; id < size; id++) index.addPoint(rows.subarray(id * dimension, (id + 1) * dimension), id)
  return { ask: (query) => index.searchKnn(query, k, undefined).neighbors }
}
