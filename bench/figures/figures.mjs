/** The figures rowspace set out to reach, each beside what this run measured. */
import { CERTIFIED, CERTIFIED_THREADS, FLOAT32, FLOAT32_THREADS } from '../entrants.mjs'

const HNSW = 'hnswlib-node, HNSW ef 64'

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
    ...others(finder(small), finder(wide), rest),
  ]
}

function singleQueries({ times, fastest, plain, recall }) {
  const peer = fastest(({ group, recall }) => group === 'peer' && recall === 1)?.name
  const hnsw = recallOf(recall(HNSW))
  const certified = (than) => times(CERTIFIED.name, than)
  return [
    gte('f32 scan, one thread, against best plain JS', 5, times(FLOAT32.name, plain()), plain()),
    gte('certified, one thread, against best plain JS', 16, certified(plain())),
    gte(
      'certified, one thread, against onnxruntime-web, one thread',
      3,
      certified('onnxruntime-web, one thread'),
    ),
    gte(
      'certified, one thread, against usearch exact, one thread',
      4,
      certified('usearch exact, one thread'),
    ),
    gte('certified, one thread, against hnswlib-node brute force', 4, certified('hnswlib-node, brute force')),
    gte(
      'certified, two threads, against the fastest exact peer',
      5,
      times(CERTIFIED_THREADS.name, peer),
      peer,
    ),
    gte('certified, two threads, against HNSW ef 64', 1, times(CERTIFIED_THREADS.name, HNSW), hnsw),
    atMost('certified, one thread: times the time of HNSW ef 64', 1.3, 'x', 1 / certified(HNSW), hnsw),
    gte('certified, two threads against one', 1.7, times(CERTIFIED_THREADS.name, CERTIFIED.name)),
    gte('f32, two threads against one', 1.2, times(FLOAT32_THREADS.name, FLOAT32.name)),
    atMost(
      'certified: times the time of reading the int8 codes once',
      1.3,
      'x',
      1 / certified('reading 1 byte a number'),
    ),
  ]
}

function onGlove({ times, median, recall }, { analogies }) {
  const hnsw = median(CERTIFIED_THREADS.name) / median(HNSW)
  const right =
    analogies &&
    `${analogies.correct.toLocaleString('en')} of ${analogies.questions.toLocaleString('en')} right`
  return [
    gte('whole GloVe: certified, one thread, against f32 on one', 3, times(CERTIFIED.name, FLOAT32.name)),
    gte(
      'whole GloVe: certified, two threads, against f32 on one',
      5,
      times(CERTIFIED_THREADS.name, FLOAT32.name),
    ),
    atMost(
      'whole GloVe: certified, two threads: times the time of HNSW ef 64',
      5,
      'x',
      hnsw,
      recallOf(recall(HNSW)),
    ),
    atMost('whole GloVe: all 19,544 Google analogies, two threads', 20, 's', analogies?.seconds, right),
  ]
}

function others(small, wide, { making, memory, call, sizes }) {
  const web = wide.batch('onnxruntime-web, one thread')
  return [
    gte(
      'batch of 100 in Node 24 against onnxruntime-web',
      2.5,
      web / wide.batch(`${CERTIFIED.name}, Node 24`),
    ),
    gte('batch of 100 in Node 20 against onnxruntime-web', 1.5, web / wide.batch(CERTIFIED.name)),
    gte('1,000 x 384, one thread, against best plain JS', 8, small.times(CERTIFIED.name, small.plain())),
    atMost('a call on a table of one row', 2, 'microseconds', call.microseconds),
    atMost('making the table with codes', 0.4, 's', making.milliseconds / 1000),
    atMost('resident memory, times the table', 1.3, 'x', memory.ratio),
    atMost('rowspace.wasm, gzip', 12, 'KB', sizes.core / 1024),
    atMost('search-only bundle, gzip', 19, 'KB', sizes.search / 1024),
  ]
}
