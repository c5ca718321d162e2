/** Seconds to answer a file of analogies over a whole table on two threads, each exactly. Arguments: the table, the questions. */
import { readFileSync } from 'node:fs'
import { openTable } from '../../dist/formats.js'
import { KeyedVectors } from '../../dist/keyed-vectors.js'

const [path, questions] = process.argv.slice(2)
const table = await openTable(path, { threads: 2 })
const vectors = new KeyedVectors(table)
// workers run and kernels are compiled
while (table.threads < 2) {
  table.nearest(0)
  await new Promise((resolve) => setTimeout(resolve, 5))
}
table.nearestBatch([0, 1, 2])
const start = performance.now()
const { correct, incorrect } = await vectors.evaluateWordAnalogies(readFileSync(questions, 'utf8'), {
  caseInsensitive: true,
})
const seconds = (performance.now() - start) / 1000
console.log(JSON.stringify({ seconds, questions: correct + incorrect, correct, threads: table.threads }))
table.dispose()
