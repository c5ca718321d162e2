/** What larger tables would take, from what the largest measured one of each dimension took: a scan grows with rows and shrinks with cores. */

const CORES_A_SHARD = 16
/** Rows of a shard: codes of 100 numbers fill 25 GB of memory then, of 768 numbers 190 GB. */
const ROWS_A_SHARD = 250_000_000

export function planOf(shapes) {
  const dimensions = [...new Set(shapes.map(({ dimension }) => dimension))]
  return [1e9, 1e10].flatMap((rows) =>
    dimensions.map((dimension) => {
      const { size, stored, results } = shapes.findLast((shape) => shape.dimension === dimension)
      const codes = results.find(({ kernel }) => kernel === 'codes')
      const shards = Math.ceil(rows / ROWS_A_SHARD)
      const seconds = rows / (codes.rowsPerSecondAndCore * CORES_A_SHARD * shards)
      return {
        rows,
        dimension,
        shards,
        disk: ((stored.bytes / size) * rows) / shards,
        memory: (dimension * rows) / shards,
        seconds,
        batchSeconds: (seconds * codes.batch) / codes.milliseconds,
      }
    }),
  )
}
