/**
 * What runs beside one contender, in a process or a worker of its own: makes it, queries it on request, takes the time. Each
 * task takes one object and gives one, so that they may come through any channel.
 */

/** Turns until an engine has compiled what it will. */
const WARM_TURNS = 4

export function contenderHost(readRows) {
  let contender
  let queries
  /** Answers by the query's place, as they came first: any that differs later is an error. */
  let answers
  let batchAnswers
  let mostRescored

  async function ask(place) {
    const query = queries[place]
    const start = performance.now()
    let ids = contender.ask(query)
    if (ids instanceof Promise) ids = await ids
    const time = performance.now() - start
    if (ids !== undefined) keep(answers, place, ids)
    if (contender.rescored) mostRescored = Math.max(mostRescored, contender.rescored())
    return time
  }

  const tasks = {
    async prepare({ module, table, k, options, queries: given }) {
      const { prepare } = await import(module)
      const rows = await readRows(table)
      const start = performance.now()
      contender = await prepare({ rows, ...table, k, options })
      const setup = performance.now() - start
      await contender.start?.()
      // copies: as they came they may be views into one message, whose offset usearch overlooks
      queries = given.map((query) => query.slice())
      answers = []
      batchAnswers = []
      mostRescored = 0
      return { setup: contender.setup ?? setup, bytes: contender.bytes, notes: contender.notes }
    },
    warm: ({ budget }) => tasks.turn({ from: 0, budget: WARM_TURNS * budget }),
    /** Asks from a query on until `budget` milliseconds are over, one query at least. */
    async turn({ from, budget }) {
      const end = performance.now() + budget
      const times = []
      do times.push(await ask((from + times.length) % queries.length))
      while (performance.now() < end)
      return { times }
    },
    /** All queries at once; the milliseconds for all of them. */
    async batch({ count }) {
      const some = Array.from({ length: count }, (_, place) => queries[place % queries.length])
      const start = performance.now()
      const found = await contender.batch(some)
      const time = performance.now() - start
      for (const [place, ids] of found.entries()) keep(batchAnswers, place % queries.length, ids)
      return { time }
    },
    /** What was answered, by the query's place. */
    answers: () => ({ answers, batchAnswers, mostRescored }),
  }
  return ({ task, ...given }) => tasks[task](given)
}

function keep(answers, place, ids) {
  answers[place] ??= [...ids].map(Number)
  if (answers[place].some((id, rank) => id !== Number(ids[rank]))) {
    throw new Error(`query ${place} was answered ${answers[place]}, and later ${ids}`)
  }
}
