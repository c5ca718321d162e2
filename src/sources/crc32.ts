/**
 * CRC-32 as gzip and zip have it (RFC 1952), and that of two chunks that were read apart: a network answers
 * in any order. Method of joining: M. Adler's crc32_combine, zlib 1.2.12 (crc32.c).
 */
import sheetjs from 'crc-32'

const POLYNOMIAL = 0xedb88320

/** Node's own, three times as fast: browsers have none. */
const native = globalThis.process?.getBuiltinModule?.('node:zlib')?.crc32

/** @param before the CRC-32 of what stands before `bytes` */
export function crc32(bytes: Uint8Array, before = 0): number {
  return native === undefined ? sheetjs.buf(bytes, before) >>> 0 : native(bytes, before)
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

/** a(x) · b(x) modulo the polynomial, the highest power in the lowest bit. */
function product(a: number, b: number): number {
  let sum = 0
  let factor = b
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) sum ^= factor
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1
  }
  return sum
}
