/**
 * `npm run bench:stored [-- --peers --http-alone --rows 5000000 --dimension 384 --codes int8,int4 --threads 2 --folder F --json]`: a seeded table of clustered
 * rows is written to a file, indexed, and searched where it lies, in processes of their own; then a smaller one over HTTP with 20 ms of
 * latency. Answers are held against every row, scored in float64. `--peers` asks the same of databases, which are installed on first use
 * (bench/databases), in the newest Node that there is.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { encodeSafetensors, writeFileAtomically } from '../dist/formats.js'
import { evenNumbers, nearlyNormalNumbers } from './data.mjs'
import { machine } from './machine.mjs'
import { inNewestNode } from './newest-node.mjs'
import { showProgress } from './progress.mjs'
import { formatStored } from './stored-report.mjs'

const WORK = fileURLToPath(new URL('./stored-work.mjs', import.meta.url))
const SEED = 1
const CENTRES = 2000
const BLOCK_ROWS = 4096
/** Rows of the table over HTTP: what a static site may have. */
const SERVED_ROWS = 156_000
const LATENCY = 20

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    dimension: { type: 'string', default: '384' },
    codes: { type: 'string', default: 'int8,int4' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
    peers: { type: 'boolean', default: false },
    'http-alone': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [rows, dimension, threads] = [values.rows, values.dimension, values.threads].map(Number)

/** Rows about seeded centres, scaled to length 1, block by block. */
function* blocks(size) {
  const even = evenNumbers(SEED)
  const normal = nearlyNormalNumbers(SEED)
  const centres = Float32Array.from({ length: CENTRES * dimension }, normal)
  for (let start = 0; start < size; start += BLOCK_ROWS) {
    const block = new Float32Array(Math.min(BLOCK_ROWS, size - start) * dimension)
    for (let at = 0; at < block.length; at += dimension) {
      const centre = Math.floor(even() * CENTRES) * dimension
      let squares = 0
      for (let j = 0; j < dimension; j++) {
        const value = normal() * 0.7 + centres[centre + j]
        block[at + j] = value
        squares += value * value
      }
      const scale = 1 / Math.sqrt(squares)
      for (let j = 0; j < dimension; j++) block[at + j] *= scale
    }
    showProgress(`writing rows: ${start} of ${size}`)
    yield new Uint8Array(block.buffer)
  }
}

async function writeRows(path, size) {
  const tensor = { name: 'embeddings', dtype: 'F32', shape: [size, dimension], bytes: blocks(size) }
  await writeFileAtomically(path, encodeSafetensors([tensor]), { sync: false })
  showProgress('')
}

/** Milliseconds to read a file through, 4 MB at a time. */
async function readThrough(path) {
  const start = performance.now()
  const file = await open(path)
  const block = new Uint8Array(1 << 22)
  while ((await file.read(block, 0, block.length)).bytesRead > 0);
  await file.close()
  return performance.now() - start
}

/** @param group a control group of the kernel that the process is put into */
function work(task, given, group) {
  showProgress(`${task} ${given.codes ?? ''}`)
  const command = [process.execPath, '--expose-gc', WORK, task, JSON.stringify(given)]
  const join = group === undefined ? '' : `echo $$ > ${group}/cgroup.procs; `
  const output = execFileSync('sh', ['-c', `${join}exec "$@"`, 'sh', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  })
  showProgress('')
  return JSON.parse(output)
}

/** A control group that may have so many bytes, page cache included; undefined where none can be made. */
function memoryGroup(bytes) {
  const group = '/sys/fs/cgroup/memory/rowspace-bench'
  try {
    mkdirSync(group)
    writeFileSync(`${group}/memory.limit_in_bytes`, String(bytes))
    return group
  } catch {
    return undefined
  }
}

/** The same search where memory is a quarter of the rows; undefined where it cannot be limited, or is too little. */
function searchLimited(given, bytes, indexBytes) {
  const limit = Math.floor(bytes / 4)
  const group = indexBytes + 3e8 < limit ? memoryGroup(limit) : undefined
  if (group === undefined) return undefined
  try {
    return { limit, ...work('search', given, group) }
  } finally {
    rmdirSync(group)
  }
}

/** Serves files by ranges, each answer after `LATENCY`; counts bytes. */
async function serveFiles(folder) {
  const served = { bytes: 0, requests: 0 }
  const server = createServer(async (request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
    await new Promise((resolve) => setTimeout(resolve, LATENCY))
    try {
      const { size } = statSync(path)
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      const start = Number(from ?? 0)
      const end = Math.min(Number(to ?? size - 1), size - 1)
      const headers = { 'content-length': end - start + 1, etag: '"1"', 'accept-ranges': 'bytes' }
      if (from !== undefined) headers['content-range'] = `bytes ${start}-${end}/${size}`
      response.writeHead(from === undefined ? 200 : 206, headers)
      const file = await open(path)
      for await (const chunk of file.createReadStream({ start, end })) {
        served.bytes += chunk.length
        if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve))
      }
      served.requests++
      response.end()
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, served, close: () => server.close() }
}

if (values.peers) (await import('./peers/install.mjs')).installDatabases()
if (!inNewestNode('databases')) {
  const folder = mkdtempSync(join(values.folder, 'rowspace-stored-'))
  try {
    await main(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function main(folder) {
  const large = values['http-alone'] ? undefined : await searchFiles(folder)
  const overHttp = { rows: SERVED_ROWS, dimension, latency: LATENCY, ...(await searchOverHttp(folder)) }
  const report = { machine: machine(), rows, dimension, threads, ...large, overHttp }
  console.log(values.json ? JSON.stringify(report, undefined, 2) : formatStored(report))
}

async function searchFiles(folder) {
  const path = join(folder, 'rows.safetensors')
  await writeRows(path, rows)
  const bytes = statSync(path).size
  const read = await readThrough(path)
  const results = []
  let asked
  for (const codes of values.codes.split(',')) {
    const index = join(folder, `${codes}.index`)
    const indexed = work('index', { path, index, codes })
    const encoded = work('encode', { path, codes })
    const { size: indexBytes } = statSync(index)
    const given = { path, index, threads, codes }
    const { questions, ...searched } = work('search', given)
    const limited = searchLimited(given, bytes, indexBytes)
    results.push({ codes, indexed, encoded, indexBytes, searched, limited })
    asked ??= { index, ...questions }
  }
  const { measureDatabases } = values.peers ? await import('./databases/run.mjs') : {}
  const databases = measureDatabases?.({ path, folder, dimension, threads, ...asked })
  rmSync(path)
  return { bytes, read, results, databases }
}

async function searchOverHttp(folder) {
  const path = join(folder, 'served.safetensors')
  await writeRows(path, SERVED_ROWS)
  work('index', { path, index: `${path}.index.safetensors`, codes: 'int8' })
  const { searchServed } = await import('./stored-served.mjs')
  const server = await serveFiles(folder)
  try {
    return await searchServed(`${server.url}served.safetensors`, path, server.served, join(folder, 'cache'))
  } finally {
    server.close()
  }
}
