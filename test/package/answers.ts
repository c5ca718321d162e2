/** What the programs of test/package/program/ answer, wherever they run. */

export const ANSWER = {
  nearest: ['north-east 0.6000 0.600', 'north 0.0000 0.000'],
  king: ['queen 0.7839 29.961'],
  paris: ['rome 0.8089 27.804'],
  opened: [3, 4],
  gpt2: 3290,
}

export const MORE = {
  odd: 'west',
  similar: 'north-east',
  chosen: 2,
  graph: [1, 2, 1, 2],
  range: ['north-east'],
  pairs: 1,
  embedded: [0.5, 0.5],
  centred: '0.85',
  sunny: ['south'],
  wmd: 'INVALID_ARGUMENT',
  model: 'NOT_FOUND',
}

export const SLIM_ANSWER = [1, 2]

/** Two thousand questions to a seeded table, on one thread and on two. */
const HASH = { oneThread: 'af62229a', twoThreads: 'af62229a' }

/** All of them, where there are so many threads. */
export const everything = (threads: number) => ({ ...ANSWER, ...MORE, ...HASH, threads })
