/**
 * Opens a table by name in a process of its own, with the built package, and tells what it took and what it answers. A small table is
 * opened first, so that neither time nor memory is that of the engine's first request and of compiling. The memory before is the process's
 * with that table; what it is at most until the rows are in place is the load's. Norms and codes come after the load.
 *
 *   node open.mjs <endpoint> <small table> <name> <JSON: { queries, sample, rows }>
 */
import { openTable } from '../../dist/index.js'

const [endpoint, small, name, request] = process.argv.slice(2)
const { queries, sample, rows } = JSON.parse(request)
await import('../../dist/formats.js')
await import('../../dist/hub.js')
const hub = { endpoint, cache: false }
const first = await openTable(small, { hub })
first.nearest(0)
const peak = () => process.resourceUsage().maxRSS * 1024
const before = process.memoryUsage().rss
let loaded
let cpuOfLoad
let peakOfLoad = 0
const cpuBefore = process.cpuUsage()
const start = performance.now()
const table = await openTable(name, {
  hub,
  onProgress: ({ phase, done }) => {
    if (phase !== 'norms' || done !== 0) return
    loaded = performance.now()
    cpuOfLoad = process.cpuUsage(cpuBefore)
    peakOfLoad = peak()
  },
})
const opened = performance.now()

const timed = (ask) => {
  const from = performance.now()
  const answer = ask()
  return { answer, milliseconds: performance.now() - from, rescored: answer.stats.rescored }
}
const filter = table.idSet(sample)
const nearest = queries.map((id) => {
  const { answer, milliseconds, rescored } = timed(() => table.nearest(id, { k: 10, includeInputs: true }))
  const among = table.nearest(id, { k: 5, filter })
  return {
    first: answer[Symbol.iterator]().next().value,
    milliseconds,
    rescored,
    ids: [...among.ids],
    cosines: [...among.cosines],
    dots: [...among.dots],
  }
})
console.log(
  JSON.stringify({
    size: table.size,
    dimension: table.dimension,
    dtype: table.dtype,
    codes: table.codes,
    loadMilliseconds: loaded - start,
    openMilliseconds: opened - start,
    cpuMilliseconds: (cpuOfLoad.user + cpuOfLoad.system) / 1000,
    // a page the process had given back may be counted in neither
    loadBytes: peakOfLoad - before,
    openBytes: peak() - before,
    rows: rows.map((id) => Buffer.from(table.row(id).buffer).toString('base64')),
    nearest,
  }),
)
