/** What larger tables would take, from what the largest measured one of each dimension took: a scan grows with rows and shrinks with cores. */

const CORES_A_SHARD = 16
/** Codes of a shard, which its memory is to hold: of those that are scanned nothing is read from disk then. */
const CODE_BYTES_A_SHARD = 25e9

export function planOf(shapes) {
  const dimensions = [...new Set(shapes.map(({ dimension }) => dimension))]
  return [1e9, 1e10].flatMap((rows) =>
    dimensions.map((dimension) => {
      const { size, stored, results } = shapes.findLast((shape) => shape.dimension === dimension)
      const codes = results.find(({ kernel }) => kernel === 'codes')
      const shards = Math.ceil((rows * dimension) / CODE_BYTES_A_SHARD)
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
