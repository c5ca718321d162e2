/** Questions to a table over HTTP: what they cost, and whether they have the answers of the table in memory. */
import { openTable } from '../dist/formats.js'
import { viewTable } from '../dist/stored.js'
import { quantile } from './statistics.mjs'

const QUESTIONS = 60

/** `served` counts what the server sent; the index is kept in `cache`. */
export async function searchServed(url, path, served, cache) {
  const visit = async () => {
    const [start, begun] = [served.bytes, performance.now()]
    const table = await viewTable(new URL(url), { cache })
    await table.loadIndex()
    return { table, bytes: served.bytes - start, opened: performance.now() - begun }
  }
  const first = await visit()
  await first.table.close()
  const second = await visit()
  const { table } = second
  const local = await openTable(path)
  const [bytes, times] = [[], []]
  let right = 0
  const ids = local.randomIds(2 * QUESTIONS, { seed: 3 })
  for (let at = 0; at < ids.length; at += 2) {
    const query = local.combine({ positive: [ids[at], [ids[at + 1], 0.5]] })
    const before = served.bytes
    const begun = performance.now()
    const answer = await table.nearest(query)
    times.push(performance.now() - begun)
    bytes.push(served.bytes - before)
    const expected = local.nearest(query)
    right += answer.ids.filter((id) => expected.ids.includes(id)).length / expected.length
  }
  await table.close()
  local.dispose()
  const [median, most] = [0.5, 0.95].map((share) => quantile(bytes, share))
  return {
    first: first.bytes,
    firstOpened: first.opened,
    second: second.bytes,
    secondOpened: second.opened,
    bytes: median,
    bytes95: most,
    milliseconds: quantile(times, 0.5),
    recall: right / QUESTIONS,
  }
}
