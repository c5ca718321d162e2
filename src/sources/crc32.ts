/**
 * CRC-32 as gzip and zip have it (RFC 1952), and that of two chunks that were read apart: a network answers
 * in any order. Method of joining: M. Adler's crc32_combine, zlib 1.2.12 (crc32.c).
 */

const POLYNOMIAL = 0xedb88320
/** Bytes per step, each with its own table. */
const STEP = 8
/** Bytes of a table: 256 numbers of 32 bits. */
const TABLE = 1024

let made: DataView | undefined

/** One table behind the other. Table i + 1 has the CRCs of table i with another zero byte behind. */
function tables(): DataView {
  if (made !== undefined) return made
  made = new DataView(new ArrayBuffer(STEP * TABLE))
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = timesX(value)
    made.setInt32(4 * byte, value)
  }
  for (let at = TABLE; at < STEP * TABLE; at += 4) {
    const value = made.getInt32(at - TABLE)
    made.setInt32(at, made.getInt32(4 * (value & 255)) ^ (value >>> 8))
  }
  return made
}

/** A polynomial over GF(2), its highest power in the lowest bit, times x. */
function timesX(value: number): number {
  return value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
}

/** @param before the CRC-32 of what stands before `bytes` */
export function crc32(bytes: Uint8Array, before = 0): number {
  const table = tables()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let crc = ~before
  let at = 0
  for (; at + STEP <= bytes.length; at += STEP) {
    crc ^= view.getInt32(at, true)
    const next = view.getInt32(at + 4, true)
    crc =
      table.getInt32(7 * TABLE + 4 * (crc & 255)) ^
      table.getInt32(6 * TABLE + 4 * ((crc >>> 8) & 255)) ^
      table.getInt32(5 * TABLE + 4 * ((crc >>> 16) & 255)) ^
      table.getInt32(4 * TABLE + 4 * (crc >>> 24)) ^
      table.getInt32(3 * TABLE + 4 * (next & 255)) ^
      table.getInt32(2 * TABLE + 4 * ((next >>> 8) & 255)) ^
      table.getInt32(TABLE + 4 * ((next >>> 16) & 255)) ^
      table.getInt32(4 * (next >>> 24))
  }
  for (; at < bytes.length; at++) {
    crc = table.getInt32(4 * ((crc ^ view.getUint8(at)) & 255)) ^ (crc >>> 8)
  }
  return ~crc >>> 0
}

/** The CRC-32 of two chunks, one after the other, from the two of them and the bytes of the second. */
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
    factor = timesX(factor)
  }
  return sum
}
