/**
 * Jobs in one process take turns: each once a round, the first of a round another every time. So what else the machine does
 * meets all of them. (turns.mjs does the same for contenders that need a process of their own.)
 */

/**
 * `jobs` are functions by name. With `warm` each runs once more before it is timed, so that what it reads is in the caches as far
 * as it fits. Calls `seen(name, answer, round)` after each, outside the time taken. Returns the milliseconds of each job by name,
 * one per round.
 */
export async function inTurns(jobs, { rounds, warm = false, seen = () => {} }) {
  const names = Object.keys(jobs)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length]
      if (warm) await jobs[name](round)
      const start = performance.now()
      let answer = jobs[name](round)
      // awaiting what is no promise would cost a turn of the event loop
      if (typeof answer?.then === 'function') answer = await answer
      times[name].push(performance.now() - start)
      seen(name, answer, round)
    }
  }
  return times
}
