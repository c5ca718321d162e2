/**
 * `npm run bench:stored [-- --http-alone --rows 5000000 --dimension 384 --codes int8,int4 --threads 2 --folder F --json]`: a seeded table of clustered
 * rows is written to a file, indexed, and searched where it lies, in processes of their own; then a smaller one over HTTP with 20 ms of
 * latency. Answers are held against every row, scored in float64.
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
import { describeMachine, machine } from './machine.mjs'
import { showProgress } from './progress.mjs'

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

const folder = mkdtempSync(join(values.folder, 'rowspace-stored-'))
try {
  const large = values['http-alone'] ? undefined : await searchFiles()
  const report = { machine: machine(), rows, dimension, threads, ...large, overHttp: await searchOverHttp() }
  console.log(values.json ? JSON.stringify(report, undefined, 2) : format(report))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function searchFiles() {
  const path = join(folder, 'rows.safetensors')
  await writeRows(path, rows)
  const bytes = statSync(path).size
  const read = await readThrough(path)
  const results = []
  for (const codes of values.codes.split(',')) {
    const index = join(folder, `${codes}.index`)
    const indexed = work('index', { path, index, codes })
    const { size: indexBytes } = statSync(index)
    const given = { path, index, threads, codes }
    const searched = work('search', given)
    results.push({ codes, indexed, indexBytes, searched, limited: searchLimited(given, bytes, indexBytes) })
  }
  rmSync(path)
  return { bytes, read, results }
}

async function searchOverHttp() {
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

function format({ bytes, read, results, overHttp }) {
  const file = results === undefined ? '' : `${formatFiles({ bytes, read, results })}\n\n`
  return `${describeMachine(machine())}\n${file}${formatServed(overHttp)}`
}

function milliseconds(value) {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

function formatServed({ first, firstOpened, second, secondOpened, recall, ...question }) {
  const megabytes = (value) => `${(value / 1e6).toFixed(1)} MB`
  const [median, most] = [question.bytes, question.bytes95].map((value) => `${(value / 1e3).toFixed(0)} KB`)
  return (
    `Over HTTP, ${SERVED_ROWS.toLocaleString('en')} x ${dimension}, ${LATENCY} ms of latency: first visit ` +
    `${megabytes(first)} in ${milliseconds(firstOpened)} ms, second ${megabytes(second)} in ` +
    `${milliseconds(secondOpened)} ms; then a question ${median} (95 % under ${most}), ` +
    `${milliseconds(question.milliseconds)} ms, recall ${recall.toFixed(3)}.`
  )
}

function formatFiles({ bytes, read, results }) {
  const gigabytes = (value) => `${(value / 1e9).toFixed(2)} GB`
  const lines = [
    `${rows.toLocaleString('en')} x ${dimension} float32, ${gigabytes(bytes)}, read through in ${(read / 1e3).toFixed(1)} s; ${threads} threads, k = 10`,
    '',
    `| | ${results.map(({ codes }) => `${codes} codes`).join(' | ')} |`,
    `| --- |${' --- |'.repeat(results.length)}`,
  ]
  const row = (name, cell) => lines.push(`| ${name} | ${results.map(cell).join(' | ')} |`)
  row('indexed in', ({ indexed }) => `${(indexed.milliseconds / 1e3).toFixed(1)} s`)
  row('memory while indexing', ({ indexed }) => `${Math.round(indexed.resident / 1e6)} MB`)
  row('index', ({ indexBytes }) => gigabytes(indexBytes))
  row('opened in, index from the page cache', ({ searched }) => `${(searched.opened / 1e3).toFixed(2)} s`)
  row('resident memory', ({ searched }) => gigabytes(searched.resident))
  row('the codes alone, no row read', ({ searched }) => `${milliseconds(searched.scan)} ms`)
  row('a question, rows from the page cache', ({ searched }) => `${milliseconds(searched.warm)} ms`)
  row('a question, rows from the disk', ({ searched }) => `${milliseconds(searched.cold)} ms`)
  row('a question of 32 in a batch', ({ searched }) => `${milliseconds(searched.batch)} ms`)
  row('rows read, median and most', ({ searched }) => `${searched.rescored}, ${searched.mostRescored}`)
  row('recall', ({ searched }) => searched.recall.toFixed(3))
  for (const { codes, limited } of results) {
    if (limited === undefined) continue
    const { limit, warm, resident, recall } = limited
    lines.push(
      '',
      `${codes} codes, all memory of the process limited to ${gigabytes(limit)}, a quarter of the rows: ` +
        `${milliseconds(warm)} ms a question, resident ${gigabytes(resident)}, recall ${recall.toFixed(3)}.`,
    )
  }
  return lines.join('\n')
}
