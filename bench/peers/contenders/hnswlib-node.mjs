/** hnswlib-node: brute force, and HNSW from a cached index, for it takes minutes to build. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import hnswlib from 'hnswlib-node'

const CACHE = new URL('../cache/', import.meta.url)
const M = 16
const EF_CONSTRUCTION = 200

export function prepare({ rows, size, dimension, k, options: { ef, key } }) {
  if (ef === undefined) {
    const index = new hnswlib.BruteforceSearch('ip', dimension)
    index.initIndex(size)
    addAll(index, rows, dimension)
    return contender(index, k)
  }
  const { index, seconds } = graph({ rows, size, dimension, key })
  index.setEf(ef)
  // building, not reading a cached one
  return { ...contender(index, k), setup: seconds * 1000 }
}

function contender(index, k) {
  return { ask: (query) => index.searchKnn(Array.from(query), k).neighbors }
}

function addAll(index, rows, dimension) {
  for (let id = 0, at = 0; at < rows.length; id++, at += dimension) {
    index.addPoint(Array.from(rows.subarray(at, at + dimension)), id)
  }
}

/** The graph cached under `key`, else a new one; and the seconds of processor time it took to build, then or now. */
function graph({ rows, size, dimension, key }) {
  const index = new hnswlib.HierarchicalNSW('ip', dimension)
  const path = new URL(`${key}.hnsw`, CACHE)
  const timePath = new URL(`${key}.json`, CACHE)
  if (existsSync(path) && existsSync(timePath)) {
    index.readIndexSync(path.pathname)
    return { index, ...JSON.parse(readFileSync(timePath, 'utf8')) }
  }
  // of this thread alone: minutes in which the machine does other things would not be fair
  const start = process.cpuUsage()
  index.initIndex(size, M, EF_CONSTRUCTION)
  addAll(index, rows, dimension)
  const { user, system } = process.cpuUsage(start)
  const seconds = (user + system) / 1e6
  mkdirSync(CACHE, { recursive: true })
  const unfinished = new URL(`${key}.${process.pid}.tmp`, CACHE)
  index.writeIndexSync(unfinished.pathname)
  renameSync(unfinished, path)
  writeFileSync(timePath, JSON.stringify({ seconds }))
  return { index, seconds }
}
