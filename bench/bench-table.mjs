/** One table, all contenders: queries, their answers in float64, turns, and what they mean. */
import { compare } from './compare.mjs'
import { queriesFrom } from './data.mjs'
import { oracle } from './oracle.mjs'
import { measure } from './turns.mjs'

const QUERIES = 24

/**
 * `table` is `{ rows, size, dimension, data, table }`, where `table.table` is what a contender's place reads its rows by; `settings` are
 * `{ k, seed, rounds, quick, start, showProgress }`, `start` as bench/in-process.mjs's. Gives `{ size, dimension, data, k, results }`, a result a
 * contender.
 */
export async function benchTable(
  table,
  contenders,
  { k, seed, rounds, quick, start, showProgress = () => {} },
) {
  const { rows, size, dimension, data } = table
  const queries = queriesFrom(rows, dimension, QUERIES, seed)
  showProgress(`answering ${QUERIES} queries in float64`)
  const results = await measure({
    contenders,
    start,
    table: table.table,
    k,
    queries,
    recall: oracle(rows, dimension, queries, k),
    rounds: quick ? 1 : rounds,
    batches: quick ? 1 : 3,
    budget: quick ? 2 : 40,
    showProgress,
  })
  showProgress('')
  return { size, dimension, data, k, results: compare(results) }
}
