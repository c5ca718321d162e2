/**
 * CRC-32 as gzip and zip have it (RFC 1952), and the one of two pieces that were read apart: reads of a network come in any order.
 * Method of joining: M. Adler's crc32_combine, zlib 1.2.12 (crc32.c).
 */

const POLYNOMIAL = 0xedb88320
/** Bytes taken at once, each by its own table. */
const STEP = 8

let made: Uint32Array[] | undefined

function tables(): Uint32Array[] {
  if (made !== undefined) return made
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = shifted(value)
    return value
  })
  made = [first]
  for (let step = 1; step < STEP; step++) {
    made.push(made[step - 1]!.map((value) => first[value & 255]! ^ (value >>> 8)))
  }
  return made
}

/** A polynomial over GF(2), its highest power in the lowest bit, times x. */
function shifted(value: number): number {
  return value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
}

/** @param before the CRC-32 of what stands before `bytes` */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables() as [Uint32Array, ...Uint32Array[]]
  let crc = ~before
  let at = 0
  for (; at + STEP <= bytes.length; at += STEP) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      t7![crc & 255]! ^
      t6![(crc >>> 8) & 255]! ^
      t5![(crc >>> 16) & 255]! ^
      t4![crc >>> 24]! ^
      t3![bytes[at + 4]!]! ^
      t2![bytes[at + 5]!]! ^
      t1![bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/** The CRC-32 of two pieces, one after the other, from the two of them and the bytes of the second. */
export function joinedCrc32(first: number, second: number, secondBytes: number): number {
  let power = 1 << 31
  let square = 1 << 23 // x^8, one byte
  for (let left = secondBytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = product(square, power)
    square = product(square, square)
  }
  return (product(power, first) ^ second) >>> 0
}

/** a(x) · b(x) modulo the polynomial. */
function product(a: number, b: number): number {
  let sum = 0
  let factor = b
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) sum ^= factor
    factor = shifted(factor)
  }
  return sum
}
