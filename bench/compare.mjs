/** From times to what they mean: ratios, gigabytes a second, shares of the speed of reading. */

/** Adds to each result its ratio to the best plain loop, its rate, and the share of this machine's speed of reading. */
export function compare(results) {
  const best = Math.min(...results.filter(({ group }) => group === 'plain').map(({ median }) => median))
  const readers = results.filter(({ group }) => group === 'reading')
  return results.map((result) => {
    const { median, bytes, batchMedian } = result
    // what is read once a query by a loop or by rowspace; of others it is not known
    const rated = bytes !== undefined && {
      gigabytesPerSecond: bytes / median / 1e6,
      shareOfReading: timeToRead(readers, bytes) / median,
    }
    return {
      ...result,
      ratio: best / median,
      ...(batchMedian !== undefined && { batchRatio: best / batchMedian }),
      ...rated,
    }
  })
}

/** Milliseconds to read so many bytes once, by the reader of the length that is nearest. */
function timeToRead(readers, bytes) {
  const distance = ({ bytes: read }) => Math.abs(Math.log(read / bytes))
  const [nearest] = [...readers].sort((a, b) => distance(a) - distance(b))
  return nearest === undefined ? Number.NaN : (nearest.median * bytes) / nearest.bytes
}
