/** rowspace, with and without codes, on one thread or several. */
const CODE_BYTES = { int8: 1, int4: 0.5, none: 4 }
/** Milliseconds that workers may take to start. */
const PATIENCE = 5_000

const { EmbeddingTable } = await import(new URL('../../dist/index.js', import.meta.url))

export async function prepare({ rows, size, dimension, k, options: { codes, threads = 1, portable } }) {
  // a core that is handed over runs without the kernels with relaxed SIMD
  const core = portable ? new URL('../../dist/rowspace.wasm', import.meta.url) : undefined
  const table = await EmbeddingTable.from(rows, { dimension, codes, threads, core })
  const options = { k, metric: 'dot' }
  const query = rows.slice(0, dimension)
  let rescored = 0
  return {
    bytes: size * dimension * CODE_BYTES[table.codes],
    ask: (query) => {
      const { ids, stats } = table.nearest(query, options)
      rescored = stats.rescored
      return ids
    },
    batch: (queries) => table.nearestBatch(queries, options).map(({ ids }) => ids),
    rescored: () => rescored,
    notes: { codes: table.codes },
    /** Until its workers run: they start beside the program. */
    async start() {
      const end = performance.now() + PATIENCE
      while (table.threads < threads) {
        if (performance.now() > end) throw new Error(`${table.threads} of ${threads} threads run`)
        table.nearest(query, options)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
  }
}
