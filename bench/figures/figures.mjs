/** The figures rowspace set out to reach, each beside what this run measured. */
import { CERTIFIED, CERTIFIED_THREADS, FLOAT32, PORTABLE } from '../entrants.mjs'

const HNSW = 'hnswlib-node, HNSW ef 64'
const ONNX = 'onnxruntime-node, default threads'

/** Results of a report by name; best() is the fastest of those that a test lets pass. */
function finder({ results } = { results: [] }) {
  const median = (name) => results.find((result) => result.name === name)?.median
  const fastest = (test) => {
    const [first] = results.filter(test).sort((a, b) => a.median - b.median)
    return first
  }
  return {
    median,
    fastest,
    /** So many times faster is `name` than `than`. */
    times: (name, than) => median(than) / median(name),
    batch: (name) => results.find((result) => result.name === name)?.batchMedian,
    recall: (name) => results.find((result) => result.name === name)?.recall,
    plain: () => fastest(({ group }) => group === 'plain')?.name,
  }
}

const gte = (what, factor, value, remark) => ({
  what,
  required: `at least ${factor} x`,
  measured: Number.isFinite(value) ? `${value.toFixed(2)} x` : undefined,
  reached: value >= factor,
  remark,
})

const atMost = (what, limit, unit, value, remark) => ({
  what,
  required: `at most ${limit} ${unit}`,
  measured: Number.isFinite(value) ? `${value.toFixed(value < 10 ? 2 : 1)} ${unit}` : undefined,
  reached: value <= limit,
  remark,
})

const recallOf = (value) => (value === undefined ? undefined : `whose recall is ${value.toFixed(3)}`)

/** `small`, `wide` and `glove` (where it is there) are reports (bench/report.mjs), `rest` is bench/figures/rest.mjs's. */
export function figures({ small, wide, glove, rest }) {
  return [
    ...singleQueries(finder(wide)),
    ...onGlove(finder(glove), rest),
    ...batches([small, wide, glove].filter(Boolean)),
    ...others(finder(small), rest),
  ]
}

function singleQueries({ times, fastest, plain, recall, batch }) {
  const peer = fastest(({ group, recall }) => group === 'peer' && recall === 1)?.name
  const hnsw = recallOf(recall(HNSW))
  const certified = (than) => times(CERTIFIED.name, than)
  return [
    gte('f32 scan, one thread, against best plain JS', 5, times(FLOAT32.name, plain()), plain()),
    gte('certified, one thread, against best plain JS', 22, certified(plain())),
    gte(
      'certified, two threads, against the fastest exact peer',
      7,
      times(CERTIFIED_THREADS.name, peer),
      peer,
    ),
    atMost(
      'certified, two threads: times the time of HNSW ef 64',
      1,
      'x',
      times(HNSW, CERTIFIED_THREADS.name),
      hnsw,
    ),
    gte(
      'batch of 100, two threads, against onnxruntime-node',
      1.1,
      batch(ONNX) / batch(CERTIFIED_THREADS.name),
    ),
    gte('certified, two threads against one', 1.7, times(CERTIFIED_THREADS.name, CERTIFIED.name)),
    atMost(
      'certified: times the time of reading the int8 codes once',
      1.2,
      'x',
      1 / certified('reading 1 byte a number'),
    ),
    gte('by relaxed SIMD, against without', 1, certified(PORTABLE.name)),
    gte('by relaxed SIMD, in batches, against without', 1.3, batch(PORTABLE.name) / batch(CERTIFIED.name)),
  ]
}

function onGlove({ median, recall, batch }, { analogies }) {
  const hnsw = median(CERTIFIED_THREADS.name) / median(HNSW)
  const right =
    analogies &&
    `${analogies.correct.toLocaleString('en')} of ${analogies.questions.toLocaleString('en')} right`
  const two = CERTIFIED_THREADS.name
  return [
    atMost('whole GloVe: certified, one thread', 1.1, 'ms', median(CERTIFIED.name)),
    atMost('whole GloVe: two threads: times the time of HNSW ef 64', 3, 'x', hnsw, recallOf(recall(HNSW))),
    gte('whole GloVe: batch of 100, two threads, against onnxruntime-node', 1.1, batch(ONNX) / batch(two)),
    atMost('whole GloVe: all 19,544 Google analogies, two threads', 8, 's', analogies?.seconds, right),
  ]
}

/** How many times a query alone takes the time that it takes in a batch. */
function batches(reports) {
  return reports.map((report) => {
    const { size, dimension } = report
    const { median, batch } = finder(report)
    const least = size < 10_000 ? 1 : 2
    const what = `${size.toLocaleString('en')} x ${dimension}: batch of 100 against one by one`
    return gte(what, least, median(CERTIFIED.name) / batch(CERTIFIED.name))
  })
}

function others(small, { making, memory, call, sizes }) {
  return [
    gte('1,000 x 384, one thread, against best plain JS', 8, small.times(CERTIFIED.name, small.plain())),
    atMost('a call on a table of one row', 2, 'microseconds', call.microseconds),
    atMost('making the table with codes', 0.24, 's', making.milliseconds / 1000),
    atMost('resident memory, times the table', 1.3, 'x', memory.ratio),
    atMost('rowspace.wasm, gzip', 12, 'KB', sizes.core / 1024),
    atMost('search-only bundle, gzip', 19, 'KB', sizes.search / 1024),
  ]
}
