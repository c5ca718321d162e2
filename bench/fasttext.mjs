/**
 * `npm run bench:fasttext [-- --words N] [--limit N] [--rounds N]`: how long a fastText model of N seeded words and as many buckets of 300
 * numbers takes to open, and what memory. The file is made as it is read, from a seed, so that no disk is measured.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { openTable } from '../dist/formats.js'
import { describeMachine, machine } from './machine.mjs'
import { median } from './statistics.mjs'

const DIMENSION = 300
/** Letters of n-grams: of the models of 157 languages (cc.*), and of those of Wikipedia (wiki.*). */
const NGRAMS = [
  [5, 5],
  [3, 6],
]

const { values } = parseArgs({
  options: {
    words: { type: 'string', default: '2000000' },
    limit: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    // one row of the table, in this process
    ngrams: { type: 'string' },
  },
})
const [words, limit, rounds] = [Number(values.words), Number(values.limit), Number(values.rounds)]

let seed = 12_345
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

/** Entries of words of 3 to 12 letters, the frequent letters first. */
function dictionary() {
  const bytes = new Uint8Array(words * 23)
  const view = new DataView(bytes.buffer)
  let end = 0
  for (let word = 0; word < words; word++) {
    const letters = 3 + Math.floor(random() * 5 + random() * 6)
    for (let letter = 0; letter < letters; letter++) bytes[end++] = 97 + Math.floor(random() * random() * 26)
    view.setBigInt64(end + 1, BigInt(words - word), true)
    end += 10
  }
  return bytes.subarray(0, end)
}

const matrixHeader = (rows) => {
  const view = new DataView(new ArrayBuffer(17))
  view.setBigInt64(1, BigInt(rows), true)
  view.setBigInt64(9, BigInt(DIMENSION), true)
  return new Uint8Array(view.buffer)
}

const ENTRIES = values.ngrams === undefined ? new Uint8Array() : dictionary()

/** All before the numbers. */
function front(minNgram, maxNgram) {
  const header = new DataView(new ArrayBuffer(92))
  const numbers = [793712314, 12, DIMENSION, 5, 5, 5, 5, 1, 2, 2, words, minNgram, maxNgram, 100]
  for (const [place, number] of numbers.entries()) header.setInt32(4 * place, number, true)
  header.setInt32(64, words, true)
  header.setInt32(68, words, true)
  header.setBigInt64(84, -1n, true)
  return Buffer.concat([new Uint8Array(header.buffer), ENTRIES, matrixHeader(2 * words)])
}

/** Numbers that come again after 4 MiB. */
const PERIOD = 1 << 22
const NUMBERS = Float32Array.from({ length: PERIOD / 4 }, () => random() - 0.5)
const PATTERN = new Uint8Array(2 * PERIOD)
for (const start of [0, PERIOD]) PATTERN.set(new Uint8Array(NUMBERS.buffer), start)

function model(minNgram, maxNgram) {
  const head = front(minNgram, maxNgram)
  const size = head.length + 2 * words * DIMENSION * 4 + 17 + words * DIMENSION * 4
  return {
    name: 'seeded.bin',
    size,
    async read(start, end) {
      const before = head.subarray(start, end)
      const at = (Math.max(start, head.length) - head.length) % PERIOD
      const numbers = PATTERN.subarray(at, at + end - start - before.length)
      return before.length === 0 ? numbers : numbers.length === 0 ? before : Buffer.concat([before, numbers])
    },
  }
}

async function measured(source) {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  const cpu = process.cpuUsage()
  const start = performance.now()
  const table = await openTable(source, { limit })
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(watch)
  table.dispose()
  return { seconds, processor: (user + system) / 1e6, grown: (most - before) / 1e6 }
}

async function printRow([minNgram, maxNgram]) {
  const runs = []
  for (let round = 0; round < rounds; round++) runs.push(await measured(model(minNgram, maxNgram)))
  const middle = (key) => median(runs.map((run) => run[key])).toFixed(2)
  const most = Math.max(...runs.map(({ grown }) => grown)).toFixed(0)
  console.log(
    `| ${minNgram} to ${maxNgram} letters | ${middle('seconds')} | ${middle('processor')} | ${most} MB |`,
  )
}

if (values.ngrams !== undefined) {
  await printRow(values.ngrams.split(',').map(Number))
} else {
  console.log(describeMachine(machine()))
  const rowBytes = limit * DIMENSION * 4
  console.log(
    `${words} words and buckets x ${DIMENSION}, limit ${limit}: rows of ${(rowBytes / 1e6).toFixed(0)} MB\n`,
  )
  console.log('| n-grams | seconds | seconds of the processor | memory beyond the start |')
  console.log('| --- | --- | --- | --- |')
  // each in a process of its own: memory that was given back is not always returned to the system
  for (const ngrams of NGRAMS) {
    const args = [...process.execArgv, ...process.argv.slice(1), '--ngrams', ngrams.join(',')]
    execFileSync(process.execPath, args, { stdio: 'inherit' })
  }
}
