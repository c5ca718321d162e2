/**
 * Quantised rows: blocks of codes of a few bits that share scales. Layouts and arithmetic are those of ggml
 * (ggml-common.h and ggml-quants.c of https://github.com/ggml-org/ggml).
 *
 * A number is scale · code, or scale · code − minimum. A scale is a binary16 (11 bits), or one times an
 * integer of 8 bits at most, so float64 holds each of these products and differences exactly: the one
 * rounding is that to float32. ggml works in float32, where all but the last step are exact too. So the
 * numbers are ggml's, bit for bit, whether its compiler fuses multiplications and additions or not.
 */
import { halfOf } from '../number-types.ts'

/** Writes the numbers of the block that starts at byte `at` to `target`, from number `to` on. */
export type DecodeBlock = (view: DataView, at: number, target: Float32Array, to: number) => void

/** The binary16 at byte `at`. */
export function halfAt(view: DataView, at: number): number {
  return halfOf(view.getUint16(at, true))
}

/**
 * 32 codes of 4 bits from byte `at` on, each the place of a value: the 16 lower halves of the bytes come
 * first, then the 16 upper ones.
 */
export function decodeNibbles(
  view: DataView,
  at: number,
  scale: number,
  values: Int8Array,
  target: Float32Array,
  to: number,
): void {
  for (let place = 0; place < 16; place++) {
    const byte = view.getUint8(at + place)
    target[to + place] = scale * (values[byte & 15] ?? 0)
    target[to + place + 16] = scale * (values[byte >> 4] ?? 0)
  }
}

/** What the codes of IQ4_NL and IQ4_XS stand for: denser near zero, where most numbers are. */
export const IQ4_VALUES = Int8Array.of(
  -127,
  -104,
  -83,
  -65,
  -49,
  -35,
  -22,
  -10,
  1,
  13,
  25,
  38,
  53,
  69,
  89,
  113,
)
