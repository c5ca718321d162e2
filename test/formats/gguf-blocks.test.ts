/**
 * Quantised GGUF rows are the numbers that ggml reads, bit for bit: beside a second implementation on random
 * blocks and on each single bit, and beside what ggml's own code wrote and read.
 */
import { describe, expect, test } from 'vitest'
import { READABLE_TYPES } from '../../src/formats/gguf/readable-types.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { fuzz } from '../fuzz.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { bits, join, readTable, rejection, same } from './files.ts'
import { GGML_FIXTURES, SOURCE_ROWS } from './ggml-fixtures.ts'
import { ORACLE, type OracleType, oracleRows } from './ggml-oracle.ts'
import { bytesOf, F32, gguf } from './gguf-files.ts'

const TYPES = Object.entries(ORACLE)
const rowsOf = (type: OracleType, bytes: Uint8Array) => (bytes.length / type.bytes) * type.numbers

/** A file whose rows of 256 numbers are these blocks. */
function fileOf(type: OracleType, bytes: Uint8Array): Uint8Array {
  const shape = [rowsOf(type, bytes) / 256, 256]
  return gguf({ tensors: [{ name: 'token_embd.weight', shape, type: type.id, bytes }] })
}

const read = async (type: OracleType, bytes: Uint8Array) => (await readTable(fileOf(type, bytes))).rows

function expectOracle(type: OracleType, bytes: Uint8Array, rows: Float32Array): void {
  const expected = oracleRows(type, bytes)
  if (same(rows, expected)) return
  const place = rows.findIndex((value, index) => !Object.is(value, expected[index]))
  expect.fail(`number ${place} is ${rows[place]}, expected ${expected[place]}`)
}

/** Bytes of whole rows of 256 numbers. */
const rowBytes = ({ numbers, bytes }: OracleType, rows: number) => (rows * 256 * bytes) / numbers

test('every quantised type that is read has a second implementation and a fixture', () => {
  const quantised = [...READABLE_TYPES].filter(([, { numbers }]) => numbers > 1).map(([name]) => name)
  expect(Object.keys(ORACLE)).toEqual(quantised)
  expect(Object.keys(GGML_FIXTURES).sort()).toEqual([...quantised].sort())
  expect(quantised.length).toBeGreaterThanOrEqual(17)
})

describe.each(TYPES)('%s', (name, type) => {
  test('any bytes: the numbers of the second implementation, NaN and infinities too', async () => {
    await fuzz(3, 1, async (seed) => {
      const random = randomNumbers(seed)
      const bytes = Uint8Array.from({ length: rowBytes(type, 40) }, () => random() * 256)
      expectOracle(type, bytes, await read(type, bytes))
    })
  })

  test('each bit of a block counts where it should', async () => {
    const random = randomNumbers(5)
    const length = Math.max(type.bytes, rowBytes(type, 1))
    const block = Uint8Array.from({ length }, () => random() * 256)
    for (const half of type.halves) block[half + 1]! &= 0xbf
    const flipped = Array.from({ length: 8 * type.bytes }, (_, bit) => {
      const copy = block.slice()
      copy[bit >> 3]! ^= 1 << (bit & 7)
      return copy
    })
    const bytes = join(flipped)
    expectOracle(type, bytes, await read(type, bytes))
  })

  test('what ggml quantised is read as ggml reads it, near to what it was made from', async () => {
    const { quantised, quantisedHash, error } = GGML_FIXTURES[name]!
    const rows = await read(
      type,
      Uint8Array.from(atob(quantised), (letter) => letter.charCodeAt(0)),
    )
    expect(await hashOf(rows)).toBe(quantisedHash)
    const length = (numbers: Float32Array) => Math.hypot(...numbers)
    const distance = length(rows.map((value, place) => value - SOURCE_ROWS[place]!)) / length(SOURCE_ROWS)
    expect(distance).toBeLessThanOrEqual(error)
    expect(distance).toBeGreaterThan(error - 0.011)
  })

  test('bytes from a seed are read as ggml and its Python package read them', async () => {
    expect(await hashOf(await read(type, seededBlocks(type)))).toBe(GGML_FIXTURES[name]!.seededHash)
  })

  test('a range of rows is read from its own bytes alone', async () => {
    const bytes = seededBlocks(type)
    const whole = oracleRows(type, bytes)
    const file = fileOf(type, bytes)
    const start = file.length - Math.ceil(bytes.length / 32) * 32
    const asked: [number, number][] = []
    const opened = await openTableFile({
      name: 'model.gguf',
      size: file.length,
      async read(from, to) {
        asked.push([from, to])
        return file.slice(from, to)
      },
    })
    for (const [from, to] of [
      [0, 1],
      [17, 29],
      [63, 64],
    ] as const) {
      asked.length = 0
      const got = await opened.rows?.read(from, to)
      expect(bits(got ?? new Float32Array())).toEqual(bits(whole.slice(from * 256, to * 256)))
      expect(asked).toEqual([[start + rowBytes(type, from), start + rowBytes(type, to)]])
    }
    await opened.close()
  })

  test('a row of NaN or infinity is named, with its column', async () => {
    const bytes = new Uint8Array(rowBytes(type, 20))
    const row = 11
    const at = rowBytes(type, row) + rowBytes(type, 1) - type.bytes
    // MXFP4 has no NaN; twelve times its largest power of two is infinite
    if (type.halves[0] === undefined) bytes.fill(0xff, at, at + type.bytes)
    else bytes.set([0xff, 0x7f], at + type.halves[0])
    expect(await rejection(openTable(fileOf(type, bytes)))).toMatchObject({
      code: 'NON_FINITE',
      details: { row, column: 256 - Math.min(256, type.numbers) },
    })
    using table = await openTable(fileOf(type, bytes), { nonFinite: 'skip' })
    expect(table.size).toBe(20)
  })

  test('rows that are no whole blocks are rejected', async () => {
    const bytes = new Uint8Array(2 * type.bytes)
    for (const shape of [
      [4, type.numbers / 2],
      [2 * type.numbers, 1],
      [1, type.numbers + 16],
    ]) {
      const error = await rejection(
        openTableFile(gguf({ tensors: [{ name: 'token_embd.weight', shape, type: type.id, bytes }] })),
      )
      expect(error).toMatchObject({
        code: 'INVALID_FORMAT',
        message: expect.stringContaining(`no whole blocks of ${type.numbers} numbers (${name})`),
      })
    }
  })
})

test('all exponents of MXFP4', async () => {
  const mxfp4 = ORACLE.MXFP4!
  const codes = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe]
  const bytes = join(Array.from({ length: 256 }, (_, e) => Uint8Array.of(e, ...codes, ...codes)))
  expectOracle(mxfp4, bytes, await read(mxfp4, bytes))
})

test('a quantised table beside others of other types opens with its tokens and answers', async () => {
  const { quantised } = GGML_FIXTURES.Q4_K!
  const bytes = Uint8Array.from(atob(quantised), (letter) => letter.charCodeAt(0))
  const file = gguf({
    metadata: [
      ['tokenizer.ggml.model', 'llama'],
      ['tokenizer.ggml.tokens', ['▁first', '▁second']],
    ],
    tensors: [
      { name: 'output_norm.weight', shape: [256], type: F32, bytes: bytesOf(new Float32Array(256)) },
      { name: 'token_embd.weight', shape: [2, 256], type: ORACLE.Q4_K!.id, bytes },
      { name: 'blk.0.ffn_up.weight', shape: [1, 256], type: 21, bytes: new Uint8Array(110) },
    ],
  })
  using table = await openTable(file)
  expect(table).toMatchObject({ size: 2, dimension: 256, dtype: 'f32' })
  expect(bits(table.row(' second'))).toEqual(bits(oracleRows(ORACLE.Q4_K!, bytes).slice(256)))
  expect(table.nearest(' first', { k: 1 }).at(0)?.token).toBe(' second')
})

/** 64 rows from a linear congruential generator; scales of binary16 are finite and below 2. */
function seededBlocks(type: OracleType): Uint8Array {
  let state = 1
  const bytes = Uint8Array.from({ length: rowBytes(type, 64) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
  for (let at = 0; at < bytes.length; at += type.bytes) {
    for (const half of type.halves) bytes[at + half + 1]! &= 0xbf
  }
  return bytes
}

async function hashOf(rows: Float32Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(rows) as Uint8Array<ArrayBuffer>))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
