/**
 * Contenders take turns: a few queries each, round after round, the first of a round another every time. So what else the machine
 * does meets all of them. Each has a process (or worker) of its own and rests while the others run.
 */
import { meanRecall } from './oracle.mjs'
import { quantile } from './statistics.mjs'

/** Milliseconds between two turns, in which threads that wait for work go to sleep. */
const REST = 3
export const BATCH = 100

const rest = () => new Promise((resolve) => setTimeout(resolve, REST))

/**
 * Makes all contenders, one after another, lets them take turns and judges their answers. `start` gives a contender its place
 * to run; `budget` is the milliseconds of a turn. Throws where a loop or rowspace misses a row; of others the recall is printed.
 */
export async function measure({
  contenders,
  start,
  table,
  k,
  queries,
  recall,
  rounds,
  budget,
  batches,
  showProgress,
}) {
  const taking = []
  try {
    for (const contender of contenders) {
      showProgress(`making ${contender.name}`)
      const place = start(contender)
      taking.push({ ...contender, ...place, times: [], batchTimes: [] })
      const prepared = await place.perform('prepare', { table, k, queries, options: contender.options ?? {} })
      Object.assign(taking.at(-1), prepared)
    }
    for (const { name, perform } of taking) {
      showProgress(`warming ${name}`)
      await perform('warm', { budget })
    }
    for (let round = 0; round < rounds; round++) {
      showProgress(`round ${round + 1} of ${rounds}`)
      for (let turn = 0; turn < taking.length; turn++) {
        const contender = taking[(turn + round) % taking.length]
        await rest()
        const from = contender.times.length
        contender.times.push(...(await contender.perform('turn', { from, budget })).times)
      }
    }
    for (let round = -1; round < batches; round++) {
      showProgress(`batches, ${Math.max(1, round + 1)} of ${batches}`)
      for (const { batched, batchTimes, perform } of taking) {
        if (!batched) continue
        await rest()
        const { time } = await perform('batch', { count: BATCH })
        if (round >= 0) batchTimes.push(time / BATCH)
      }
    }
    const results = []
    for (const contender of taking) results.push(await resultOf(contender, recall))
    return results
  } finally {
    for (const { stop } of taking) stop()
  }
}

async function resultOf(contender, recall) {
  const { name, group, threads = 1, exact, setup, bytes, notes, times, batchTimes, perform } = contender
  const { answers, batchAnswers, mostRescored, resident } = await perform('answers')
  const found = meanRecall(recall, [answers, batchAnswers])
  if (group !== 'peer' && found < 1)
    throw new Error(`${name} is exact, and yet found ${found} of the right rows`)
  return {
    name,
    group,
    threads,
    ...(exact === false && { exact }),
    ...notes,
    median: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    queries: times.length,
    ...(batchTimes.length > 0 && { batchMedian: quantile(batchTimes, 0.5) }),
    ...(found !== undefined && { recall: found }),
    ...(mostRescored > 0 && { mostRescored }),
    setup,
    bytes,
    resident,
  }
}
