/**
 * Blocks of 32 numbers (128 and 64 for the narrowest) with one scale each.
 *
 * ```
 *        bytes                            number
 * Q4_0   d: f16, 16 of nibbles            d · (code − 8)
 * Q4_1   d, m: f16, 16 of nibbles         d · code + m
 * Q5_0   d: f16, 4 of fifth bits, 16      d · (code − 16)
 * Q5_1   d, m: f16, 4 of fifth bits, 16   d · code + m
 * Q8_0   d: f16, 32 of int8               d · code
 * IQ4_NL d: f16, 16 of nibbles            d · value of the code
 * MXFP4  e: u8, 16 of nibbles             2^(e − 128) · twice the value of the code
 * Q1_0   d: f16, 16 of bits               d or −d
 * Q2_0   d: f16, 16 of 2 bits each        d · (code − 1)
 * ```
 */
import { type DecodeBlock, decodeNibbles, halfAt, IQ4_VALUES } from './blocks.ts'

const Q4_VALUES = Int8Array.from({ length: 16 }, (_, code) => code - 8)
/** Twice the numbers of E2M1: OCP Microscaling Formats 1.0, 2023. */
const FP4_VALUES = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12)

export const decodeQ4_0: DecodeBlock = (view, at, target, to) =>
  decodeNibbles(view, at + 2, halfAt(view, at), Q4_VALUES, target, to)

export const decodeQ4_1: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  const minimum = halfAt(view, at + 2)
  for (let place = 0; place < 16; place++) {
    const byte = view.getUint8(at + 4 + place)
    target[to + place] = scale * (byte & 15) + minimum
    target[to + place + 16] = scale * (byte >> 4) + minimum
  }
}

export const decodeQ5_0: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  const fifth = view.getUint32(at + 2, true)
  for (let place = 0; place < 16; place++) {
    const byte = view.getUint8(at + 6 + place)
    target[to + place] = scale * (((byte & 15) | (((fifth >> place) & 1) << 4)) - 16)
    target[to + place + 16] = scale * (((byte >> 4) | (((fifth >> (place + 16)) & 1) << 4)) - 16)
  }
}

export const decodeQ5_1: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  const minimum = halfAt(view, at + 2)
  const fifth = view.getUint32(at + 4, true)
  for (let place = 0; place < 16; place++) {
    const byte = view.getUint8(at + 8 + place)
    target[to + place] = scale * ((byte & 15) | (((fifth >> place) & 1) << 4)) + minimum
    target[to + place + 16] = scale * ((byte >> 4) | (((fifth >> (place + 16)) & 1) << 4)) + minimum
  }
}

export const decodeQ8_0: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  for (let place = 0; place < 32; place++) target[to + place] = scale * view.getInt8(at + 2 + place)
}

export const decodeIq4Nl: DecodeBlock = (view, at, target, to) =>
  decodeNibbles(view, at + 2, halfAt(view, at), IQ4_VALUES, target, to)

/** By the byte e. The last one is no NaN in ggml but one more power of two. */
const POWERS = Float64Array.from({ length: 256 }, (_, e) => 2 ** (e - 128))

export const decodeMxfp4: DecodeBlock = (view, at, target, to) =>
  decodeNibbles(view, at + 1, POWERS[view.getUint8(at)] ?? 0, FP4_VALUES, target, to)

export const decodeQ1_0: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  for (let place = 0; place < 128; place++) {
    const bit = (view.getUint8(at + 2 + (place >> 3)) >> (place & 7)) & 1
    target[to + place] = bit === 1 ? scale : -scale
  }
}

export const decodeQ2_0: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  for (let place = 0; place < 64; place++) {
    const code = (view.getUint8(at + 2 + (place >> 2)) >> (2 * (place & 3))) & 3
    target[to + place] = scale * (code - 1)
  }
}
