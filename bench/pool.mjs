/**
 * `npm run bench:pool`: texts of 20 tokens, already tokenized, to vectors: plain JavaScript loops and rowspace in turns in one process. Every
 * answer is checked against float64.
 */
import { EmbeddingTable } from '../dist/index.js'
import { pool } from '../dist/text.js'
import { evenNumbers, seededRows } from './data.mjs'
import { inTurns } from './in-turns.mjs'
import { median } from './statistics.mjs'

const TEXTS = 2048
const TOKENS = 20
const ROUNDS = 15
const SEED = 1

/** Row by row into the target. */
function byRows(rows, dimension, bags) {
  const target = new Float32Array(bags.length * dimension)
  for (let text = 0; text < bags.length; text++) {
    const ids = bags[text]
    const at = text * dimension
    for (let term = 0; term < ids.length; term++) {
      const row = ids[term] * dimension
      for (let i = 0; i < dimension; i++) target[at + i] += rows[row + i]
    }
    for (let i = 0; i < dimension; i++) target[at + i] /= ids.length
  }
  return target
}

/** Four columns at a time in locals. */
function byColumns(rows, dimension, bags) {
  const target = new Float32Array(bags.length * dimension)
  for (let text = 0; text < bags.length; text++) {
    const ids = bags[text]
    const at = text * dimension
    const scale = 1 / ids.length
    for (let i = 0; i < dimension; i += 4) {
      let [a, b, c, d] = [0, 0, 0, 0]
      for (let term = 0; term < ids.length; term++) {
        const row = ids[term] * dimension + i
        a += rows[row]
        b += rows[row + 1]
        c += rows[row + 2]
        d += rows[row + 3]
      }
      target[at + i] = a * scale
      target[at + i + 1] = b * scale
      target[at + i + 2] = c * scale
      target[at + i + 3] = d * scale
    }
  }
  return target
}

/** Four rows at a time into the target. */
function byFourRows(rows, dimension, bags) {
  const target = new Float32Array(bags.length * dimension)
  for (let text = 0; text < bags.length; text++) {
    const ids = bags[text]
    const at = text * dimension
    for (let term = 0; term < ids.length; term += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((next) => ids[term + next] * dimension)
      for (let i = 0; i < dimension; i++)
        target[at + i] += rows[a + i] + rows[b + i] + (rows[c + i] + rows[d + i])
    }
    const scale = 1 / ids.length
    for (let i = 0; i < dimension; i++) target[at + i] *= scale
  }
  return target
}

for (const [size, dimension] of [
  [20_000, 100],
  [29_528, 256],
  [341_479, 100],
  [50_257, 768],
]) {
  const random = evenNumbers(SEED)
  const rows = seededRows({ size, dimension, kind: 'gaussian', seed: SEED })
  const table = await EmbeddingTable.from(rows, { dimension, codes: false })
  // words as texts have them: common ones often
  const bags = Array.from({ length: TEXTS }, () =>
    Uint32Array.from({ length: TOKENS }, () => Math.floor(size ** random()) - 1),
  )
  const contenders = {
    'plain JS, row by row': () => byRows(rows, dimension, bags),
    'plain JS, four columns': () => byColumns(rows, dimension, bags),
    'plain JS, four rows': () => byFourRows(rows, dimension, bags),
    rowspace: () => pool(table, bags),
    'rowspace, normalized': () => pool(table, bags, { normalize: true }),
  }
  const seen = (name, answer, round) => {
    if (round > 0 || name.endsWith('normalized')) return
    for (const [text, ids] of bags.entries()) {
      const column = text % dimension
      const sum = ids.reduce((sum, id) => sum + rows[id * dimension + column], 0) / TOKENS
      if (Math.abs(answer[text * dimension + column] - sum) > 1e-5)
        throw new Error(`${name}: text ${text} is wrong`)
    }
  }
  const times = await inTurns(contenders, { rounds: ROUNDS, warm: true, seen })
  const medians = Object.entries(times).map(([name, list]) => [name, median(list)])
  const best = Math.min(...medians.filter(([name]) => name.startsWith('plain')).map(([, time]) => time))
  console.log(`${size} x ${dimension}, ${TEXTS} texts of ${TOKENS} tokens`)
  for (const [name, time] of medians) {
    const rate = TEXTS / time / 1000
    const gigabytes = (TEXTS * TOKENS * dimension * 4) / time / 1e6
    console.log(
      `  ${name.padEnd(24)}${rate.toFixed(2).padStart(7)} M texts/s ${gigabytes.toFixed(1).padStart(6)} GB/s ${(best / time).toFixed(2).padStart(6)} x`,
    )
  }
  table.dispose()
}
