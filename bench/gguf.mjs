/**
 * `npm run bench:gguf [-- --types Q4_K,Q6_K] [--rows N] [--rounds N]`: how fast quantised GGUF tables of N x 1,024 seeded codes are read
 * from disk (its cache) into float32, in memory that was used before and in new memory, whose pages the system makes first. Beside it the
 * bytes are read alone. All take turns; prints medians of this run.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openTableFile } from '../dist/formats.js'
import { inTurns } from './in-turns.mjs'
import { describeMachine, machine } from './machine.mjs'
import { median } from './statistics.mjs'

const DIMENSION = 1024
/** The number of each type in the file, numbers in a block and its bytes. */
const TYPES = {
  F32: [0, 1, 4],
  F16: [1, 1, 2],
  Q8_0: [8, 32, 34],
  Q6_K: [14, 256, 210],
  Q5_K: [13, 256, 176],
  Q4_K: [12, 256, 144],
  Q3_K: [11, 256, 110],
  Q2_K: [10, 256, 84],
  Q5_1: [7, 32, 24],
  Q5_0: [6, 32, 22],
  Q4_1: [3, 32, 20],
  Q4_0: [2, 32, 18],
  IQ4_XS: [23, 256, 136],
  IQ4_NL: [20, 32, 18],
  MXFP4: [39, 32, 17],
}

const { values } = parseArgs({
  options: {
    types: { type: 'string', default: Object.keys(TYPES).join(',') },
    rows: { type: 'string', default: '16384' },
    rounds: { type: 'string', default: '7' },
  },
})
const [rows, rounds] = [Number(values.rows), Number(values.rounds)]
const names = values.types.split(',')
const unknown = names.find((name) => !Object.hasOwn(TYPES, name))
if (unknown !== undefined) throw new Error(`--types are of ${Object.keys(TYPES)}; got ${unknown}`)

/** A GGUF file with one tensor and nothing else. Bytes are 60 to 119, so that all scales are finite and normal. */
function file([id, numbers, blockBytes]) {
  const name = 'token_embd.weight'
  const header = new DataView(new ArrayBuffer(96))
  const bytes = new Uint8Array(header.buffer)
  bytes.set(new TextEncoder().encode('GGUF'))
  header.setUint32(4, 3, true)
  header.setUint32(8, 1, true)
  header.setUint32(24, name.length, true)
  bytes.set(new TextEncoder().encode(name), 32)
  const at = 32 + name.length
  header.setUint32(at, 2, true)
  header.setUint32(at + 4, DIMENSION, true)
  header.setUint32(at + 12, rows, true)
  header.setUint32(at + 20, id, true)
  let state = 1
  const data = Uint8Array.from({ length: ((rows * DIMENSION) / numbers) * blockBytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return 60 + ((state >>> 24) % 60)
  })
  return Buffer.concat([bytes, data])
}

console.log(describeMachine(machine()))
console.log(`${rows} x ${DIMENSION}, medians of ${rounds} rounds; MB/s of the file`)
const line = (cells) => console.log(`| ${cells.join(' | ')} |`)
line([
  'type',
  'bits per number',
  'file',
  'read alone',
  'into float32',
  'numbers per second',
  'into new memory',
])
line(Array(7).fill('---'))
const folder = mkdtempSync(join(tmpdir(), 'rowspace-bench-'))
const target = new Float32Array(rows * DIMENSION)
const memory = new Uint8Array(rows * DIMENSION * 4 + 96)
try {
  for (const name of names) await measure(name)
} finally {
  rmSync(folder, { recursive: true })
}

async function load(path, numbers) {
  const opened = await openTableFile(path)
  await opened.load(numbers)
  await opened.close()
}

async function measure(name) {
  const path = join(folder, `${name}.gguf`)
  writeFileSync(path, file(TYPES[name]))
  const times = await inTurns(
    {
      read: async () => {
        const handle = await open(path)
        await handle.read(memory, 0, memory.length, 0)
        await handle.close()
      },
      load: () => load(path, target),
      fresh: () => load(path, new Float32Array(rows * DIMENSION)),
    },
    { rounds, warm: true },
  )
  const { size } = statSync(path)
  rmSync(path)
  const [read, loaded, fresh] = [times.read, times.load, times.fresh].map(median)
  const rate = (milliseconds) => `${Math.round(size / milliseconds / 1e3).toLocaleString('en')} MB/s`
  const [, numbers, bytes] = TYPES[name]
  line([
    name,
    ((8 * bytes) / numbers).toFixed(2),
    `${(size / 1e6).toFixed(1)} MB`,
    rate(read),
    rate(loaded),
    `${Math.round((rows * DIMENSION) / loaded / 1e3)} M`,
    rate(fresh),
  ])
}
