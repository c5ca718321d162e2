/**
 * Blocks of 256 numbers that are −d, 0 or d.
 *
 * ```
 * TQ1_0  48 bytes of 5 digits to base 3, 4 of 4 digits, d: f16
 * TQ2_0  64 bytes of 4 codes of 2 bits, d: f16
 * ```
 */
import { type DecodeBlock, halfAt } from './blocks.ts'

/**
 * Bytes that are read together, at their place, and the number of digits of each: digit 0 of all of them
 * comes first, then digit 1.
 */
const TQ1_RUNS = [
  { from: 0, bytes: 32, digits: 5 },
  { from: 32, bytes: 16, digits: 5 },
  { from: 48, bytes: 4, digits: 4 },
] as const

/** A byte is a fraction of 256 whose digits to base 3 are the codes: times 3, the next one is whole. */
export const decodeTq1_0: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at + 52)
  let next = to
  for (const { from, bytes, digits } of TQ1_RUNS) {
    for (let power = 1, digit = 0; digit < digits; digit++, power *= 3) {
      for (let place = 0; place < bytes; place++) {
        const fraction = (view.getUint8(at + from + place) * power) & 255
        target[next++] = scale * (((fraction * 3) >> 8) - 1)
      }
    }
  }
}

export const decodeTq2_0: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at + 64)
  let next = to
  for (let run = at; run < at + 64; run += 32) {
    for (let shift = 0; shift < 8; shift += 2) {
      for (let place = 0; place < 32; place++) {
        target[next++] = scale * (((view.getUint8(run + place) >> shift) & 3) - 1)
      }
    }
  }
}
