/** Questions to a table over HTTP: what they cost, and whether they have the answers of the table in memory. */
import { openTable } from '../dist/formats.js'
import { viewTable } from '../dist/stored.js'
import { quantile } from './statistics.mjs'

const QUESTIONS = 60

/** `served` counts what the server sent. */
export async function searchServed(url, path, served) {
  const start = served.bytes
  await using table = await viewTable(new URL(url))
  await table.loadIndex()
  const first = served.bytes - start
  using local = await openTable(path)
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
  const [median, most] = [0.5, 0.95].map((share) => quantile(bytes, share))
  return {
    first,
    bytes: median,
    bytes95: most,
    milliseconds: quantile(times, 0.5),
    recall: right / QUESTIONS,
  }
}
