/** The libraries that rowspace is measured beside, with the threads they use. */
import { availableParallelism } from 'node:os'
import { CERTIFIED, FLOAT32 } from '../entrants.mjs'
import { FIRST_NODE } from '../newest-node.mjs'

const ALL = availableParallelism()

const peer = (name, file, { options, threads = 1, batched = false, exact, program } = {}) => ({
  name,
  group: 'peer',
  module: new URL(`./contenders/${file}.mjs`, import.meta.url).href,
  options,
  threads,
  batched,
  exact,
  program,
})

/** voy-search takes 3.8 GB for all of GloVe: it is left out where there are more rows. */
const MAX_VOY_ROWS = 100_000

/** For a table of `size` rows; `key` is its name where an index of it is cached. */
export const peers = ({ size, key }) => [
  peer('onnxruntime-node, default threads', 'onnxruntime', { options: {}, threads: ALL, batched: true }),
  peer('onnxruntime-node, one thread', 'onnxruntime', { options: { threads: 1 }, batched: true }),
  peer('onnxruntime-web, two threads', 'onnxruntime', {
    options: { web: true, threads: 2 },
    threads: 2,
    batched: true,
  }),
  peer('onnxruntime-web, one thread', 'onnxruntime', { options: { web: true, threads: 1 }, batched: true }),
  peer('usearch exact, default threads', 'usearch', { options: {}, threads: ALL, batched: true }),
  peer('usearch exact, one thread', 'usearch', { options: { threads: 1 }, batched: true }),
  peer('tfjs-backend-wasm', 'tfjs', { batched: true }),
  peer('hnswlib-node, brute force', 'hnswlib-node', { options: {} }),
  peer('hnswlib-node, HNSW ef 64', 'hnswlib-node', { options: { ef: 64, key }, exact: false }),
  peer('hnswlib-node, HNSW ef 512', 'hnswlib-node', { options: { ef: 512, key }, exact: false }),
  peer('hnswlib-wasm, brute force', 'hnswlib-wasm'),
  ...(size <= MAX_VOY_ROWS ? [peer('voy-search', 'voy')] : []),
  peer('sqlite-vec', 'sqlite-vec', { program: FIRST_NODE }),
  peer('transformers.js cos_sim', 'transformers'),
]

/** rowspace in the Node that the bench was started in, where that is another. */
export function inFirstNode() {
  if (FIRST_NODE === process.execPath) return []
  return [FLOAT32, CERTIFIED].map((entrant) => ({
    ...entrant,
    name: `${entrant.name}, first Node`,
    program: FIRST_NODE,
  }))
}
