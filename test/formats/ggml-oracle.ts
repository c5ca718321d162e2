/**
 * ggml's quantised blocks a second time, plain and slow: number i of a block from single bits, in float32
 * arithmetic in ggml's order. Written from the layouts of ggml-common.h, not from `src/`.
 */

type Block = Uint8Array

/** `count` bits of a byte, from bit `low` on. */
const bits = (block: Block, byte: number, low: number, count: number): number => {
  let value = 0
  for (let bit = 0; bit < count; bit++) value += (Math.floor(block[byte]! / 2 ** (low + bit)) % 2) * 2 ** bit
  return value
}

const signed = (block: Block, byte: number) => bits(block, byte, 0, 7) - 128 * bits(block, byte, 7, 1)

/** The binary16 at a byte, by its definition. */
function half(block: Block, byte: number): number {
  const sign = bits(block, byte + 1, 7, 1) === 1 ? -1 : 1
  const exponent = bits(block, byte + 1, 2, 5)
  const fraction = (bits(block, byte + 1, 0, 2) * 256 + block[byte]!) / 1024
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction)
}

const times = (a: number, b: number) => Math.fround(a * b)
const plus = (a: number, b: number) => Math.fround(a + b)
const minus = (a: number, b: number) => Math.fround(a - b)

/** Of 32 codes in 16 bytes: the lower halves first. */
const nibble = (block: Block, from: number, i: number) => bits(block, from + (i % 16), i < 16 ? 0 : 4, 4)

/** A number whose bits have one letter in a picture of the bytes; the lines with its lower bits come first. */
function drawn(block: Block, from: number, picture: readonly (readonly [number, string])[], letter: string) {
  let value = 0
  let weight = 1
  for (const [byte, pattern] of picture) {
    for (let bit = 0; bit < 8; bit++) {
      if (pattern[7 - bit] !== letter) continue
      value += weight * bits(block, from + byte, bit, 1)
      weight *= 2
    }
  }
  return value
}

/** Eight scales A to H and eight minimums a to h of six bits. */
const K_SCALES = [
  [8, 'eeeeEEEE'],
  [9, 'ffffFFFF'],
  [10, 'ggggGGGG'],
  [11, 'hhhhHHHH'],
  [0, 'EEAAAAAA'],
  [1, 'FFBBBBBB'],
  [2, 'GGCCCCCC'],
  [3, 'HHDDDDDD'],
  [4, 'eeaaaaaa'],
  [5, 'ffbbbbbb'],
  [6, 'ggcccccc'],
  [7, 'hhdddddd'],
] as const

/** Sixteen scales A to P of six bits. */
const Q3_SCALES = [
  [0, 'IIIIAAAA'],
  [1, 'JJJJBBBB'],
  [2, 'KKKKCCCC'],
  [3, 'LLLLDDDD'],
  [4, 'MMMMEEEE'],
  [5, 'NNNNFFFF'],
  [6, 'OOOOGGGG'],
  [7, 'PPPPHHHH'],
  [8, 'MMIIEEAA'],
  [9, 'NNJJFFBB'],
  [10, 'OOKKGGCC'],
  [11, 'PPLLHHDD'],
] as const

const UPPER = 'ABCDEFGHIJKLMNOP'
const IQ4 = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]
const E2M1_DOUBLED = [0, 1, 2, 3, 4, 6, 8, 12]

function scaleAndMinimum(block: Block, i: number): [scale: number, minimum: number] {
  const letter = UPPER[Math.floor(i / 32)]!
  return [
    times(half(block, 0), drawn(block, 4, K_SCALES, letter)),
    times(half(block, 2), drawn(block, 4, K_SCALES, letter.toLowerCase())),
  ]
}

/** Of codes of four bits in 128 bytes: 32 bytes hold 64 numbers, their lower halves first. */
const kNibble = (block: Block, from: number, i: number) =>
  bits(block, from + Math.floor(i / 64) * 32 + (i % 32), i % 64 < 32 ? 0 : 4, 4)

/** Of codes of two bits in 64 bytes: 32 bytes hold 128 numbers, their lowest two bits first. */
const kPair = (block: Block, from: number, i: number) =>
  bits(block, from + Math.floor(i / 128) * 32 + (i % 32), 2 * (Math.floor(i / 32) % 4), 2)

/** The digit of a byte that is a fraction of 256 to base 3. */
function digit(byte: number, place: number): number {
  let fraction = byte
  for (let step = 0; step < place; step++) fraction = (fraction * 3) % 256
  return Math.floor((fraction * 3) / 256)
}

export interface OracleType {
  readonly id: number
  readonly numbers: number
  readonly bytes: number
  /** Where the binary16 scales lie in a block. */
  readonly halves: readonly number[]
  number(block: Block, i: number): number
}

export const ORACLE: Readonly<Record<string, OracleType>> = {
  Q4_0: {
    id: 2,
    numbers: 32,
    bytes: 18,
    halves: [0],
    number: (block, i) => times(nibble(block, 2, i) - 8, half(block, 0)),
  },
  Q4_1: {
    id: 3,
    numbers: 32,
    bytes: 20,
    halves: [0, 2],
    number: (block, i) => plus(times(nibble(block, 4, i), half(block, 0)), half(block, 2)),
  },
  Q5_0: {
    id: 6,
    numbers: 32,
    bytes: 22,
    halves: [0],
    number(block, i) {
      const fifth = bits(block, 2 + Math.floor(i / 8), i % 8, 1)
      return times(nibble(block, 6, i) + 16 * fifth - 16, half(block, 0))
    },
  },
  Q5_1: {
    id: 7,
    numbers: 32,
    bytes: 24,
    halves: [0, 2],
    number(block, i) {
      const fifth = bits(block, 4 + Math.floor(i / 8), i % 8, 1)
      return plus(times(nibble(block, 8, i) + 16 * fifth, half(block, 0)), half(block, 2))
    },
  },
  Q8_0: {
    id: 8,
    numbers: 32,
    bytes: 34,
    halves: [0],
    number: (block, i) => times(signed(block, 2 + i), half(block, 0)),
  },
  Q2_K: {
    id: 10,
    numbers: 256,
    bytes: 84,
    halves: [80, 82],
    number(block, i) {
      const group = Math.floor(i / 16)
      const scale = times(half(block, 80), bits(block, group, 0, 4))
      const minimum = times(half(block, 82), bits(block, group, 4, 4))
      return minus(times(scale, kPair(block, 16, i)), minimum)
    },
  },
  Q3_K: {
    id: 11,
    numbers: 256,
    bytes: 110,
    halves: [108],
    number(block, i) {
      const scale = times(half(block, 108), drawn(block, 96, Q3_SCALES, UPPER[Math.floor(i / 16)]!) - 32)
      const third = bits(block, i % 32, Math.floor(i / 32), 1)
      return times(scale, kPair(block, 32, i) + 4 * third - 4)
    },
  },
  Q4_K: {
    id: 12,
    numbers: 256,
    bytes: 144,
    halves: [0, 2],
    number(block, i) {
      const [scale, minimum] = scaleAndMinimum(block, i)
      return minus(times(scale, kNibble(block, 16, i)), minimum)
    },
  },
  Q5_K: {
    id: 13,
    numbers: 256,
    bytes: 176,
    halves: [0, 2],
    number(block, i) {
      const [scale, minimum] = scaleAndMinimum(block, i)
      const fifth = bits(block, 16 + (i % 32), Math.floor(i / 32), 1)
      return minus(times(scale, kNibble(block, 48, i) + 16 * fifth), minimum)
    },
  },
  Q6_K: {
    id: 14,
    numbers: 256,
    bytes: 210,
    halves: [208],
    number(block, i) {
      // 64 bytes hold the lower bits of 128 numbers, their lower halves first
      const lower = bits(block, Math.floor(i / 128) * 64 + (i % 64), i % 128 < 64 ? 0 : 4, 4)
      const code = lower + 16 * kPair(block, 128, i) - 32
      return times(times(half(block, 208), signed(block, 192 + Math.floor(i / 16))), code)
    },
  },
  IQ4_NL: {
    id: 20,
    numbers: 32,
    bytes: 18,
    halves: [0],
    number: (block, i) => times(half(block, 0), IQ4[nibble(block, 2, i)]!),
  },
  IQ4_XS: {
    id: 23,
    numbers: 256,
    bytes: 136,
    halves: [0],
    number(block, i) {
      const group = Math.floor(i / 32)
      const lower = bits(block, 4 + Math.floor(group / 2), group % 2 === 0 ? 0 : 4, 4)
      const upper = bits(block, 2 + Math.floor(group / 4), 2 * (group % 4), 2)
      const scale = times(half(block, 0), lower + 16 * upper - 32)
      return times(scale, IQ4[nibble(block, 8 + 16 * group, i % 32)]!)
    },
  },
  TQ1_0: {
    id: 34,
    numbers: 256,
    bytes: 54,
    halves: [52],
    number(block, i) {
      const scale = half(block, 52)
      if (i < 160) return times(digit(block[i % 32]!, Math.floor(i / 32)) - 1, scale)
      if (i < 240) return times(digit(block[32 + (i % 16)]!, Math.floor((i - 160) / 16)) - 1, scale)
      return times(digit(block[48 + (i % 4)]!, Math.floor((i - 240) / 4)) - 1, scale)
    },
  },
  TQ2_0: {
    id: 35,
    numbers: 256,
    bytes: 66,
    halves: [64],
    number: (block, i) => times(kPair(block, 0, i) - 1, half(block, 64)),
  },
  MXFP4: {
    id: 39,
    numbers: 32,
    bytes: 17,
    halves: [],
    number(block, i) {
      const code = nibble(block, 1, i)
      const value = E2M1_DOUBLED[code % 8]! * (code < 8 ? 1 : -1)
      // ggml's table of 16 values has no zero with a sign
      return times(value === 0 ? 0 : value, 2 ** (block[0]! - 128))
    },
  },
  Q1_0: {
    id: 41,
    numbers: 128,
    bytes: 18,
    halves: [0],
    number: (block, i) => half(block, 0) * (bits(block, 2 + Math.floor(i / 8), i % 8, 1) === 1 ? 1 : -1),
  },
  Q2_0: {
    id: 42,
    numbers: 64,
    bytes: 18,
    halves: [0],
    number: (block, i) => times(bits(block, 2 + Math.floor(i / 4), 2 * (i % 4), 2) - 1, half(block, 0)),
  },
}

/** All numbers of whole blocks. */
export function oracleRows(type: OracleType, bytes: Uint8Array): Float32Array {
  const rows = new Float32Array((bytes.length / type.bytes) * type.numbers)
  for (let i = 0; i < rows.length; i++) {
    const block = Math.floor(i / type.numbers)
    const start = block * type.bytes
    rows[i] = type.number(bytes.subarray(start, start + type.bytes), i % type.numbers)
  }
  return rows
}
