/**
 * Blocks of 256 numbers in groups of 16 or 32, whose scales are integers times the scale d of the block; so
 * are the minimums, times dmin. Groups whose codes share bytes are decoded together.
 *
 * ```
 *        bytes, one after another                                                  number
 * Q2_K   16 scales (4 bits) and minimums (4), 64 of codes (2), d, dmin: f16        d·s·code − dmin·m
 * Q3_K   32 of third bits, 64 of codes (2), 12 of scales (6), d: f16               d·(s − 32)·(code − 4)
 * Q4_K   d, dmin: f16, 12 of scales (6) and minimums (6), 128 of codes (4)         d·s·code − dmin·m
 * Q5_K   d, dmin: f16, 12 of scales (6) and minimums (6), 32 of fifth bits, 128    d·s·code − dmin·m
 * Q6_K   128 of lower bits (4), 64 of upper bits (2), 16 scales: int8, d: f16      d·s·(code − 32)
 * IQ4_XS d: f16, 2 of scales' upper bits (2), 4 of lower ones (4), 128 of codes    d·(s − 32)·value of the code
 * ```
 */
import { type DecodeBlock, decodeNibbles, halfAt, IQ4_VALUES } from './blocks.ts'

// Of the 16 groups of Q2_K, Q3_K and Q6_K, g, g + 2, g + 4 and g + 6 of each half share bytes: one part of four.

export const decodeQ2K: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at + 80)
  const minimum = halfAt(view, at + 82)
  for (let part = 0; part < 4; part++) {
    const half = part >> 1
    const odd = part & 1
    const first = to + 128 * half + 16 * odd
    const group = at + 8 * half + odd
    const both0 = view.getUint8(group)
    const both1 = view.getUint8(group + 2)
    const both2 = view.getUint8(group + 4)
    const both3 = view.getUint8(group + 6)
    const [step0, low0] = [scale * (both0 & 15), minimum * (both0 >> 4)]
    const [step1, low1] = [scale * (both1 & 15), minimum * (both1 >> 4)]
    const [step2, low2] = [scale * (both2 & 15), minimum * (both2 >> 4)]
    const [step3, low3] = [scale * (both3 & 15), minimum * (both3 >> 4)]
    for (let place = 0; place < 16; place++) {
      const codes = view.getUint8(at + 16 + 16 * part + place)
      target[first + place] = step0 * (codes & 3) - low0
      target[first + place + 32] = step1 * ((codes >> 2) & 3) - low1
      target[first + place + 64] = step2 * ((codes >> 4) & 3) - low2
      target[first + place + 96] = step3 * (codes >> 6) - low3
    }
  }
}

export const decodeQ3K: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at + 108)
  for (let part = 0; part < 4; part++) {
    const half = part >> 1
    const odd = part & 1
    const first = to + 128 * half + 16 * odd
    const group = 8 * half + odd
    const step0 = scale * (q3Scale(view, at + 96, group) - 32)
    const step1 = scale * (q3Scale(view, at + 96, group + 2) - 32)
    const step2 = scale * (q3Scale(view, at + 96, group + 4) - 32)
    const step3 = scale * (q3Scale(view, at + 96, group + 6) - 32)
    for (let place = 0; place < 16; place++) {
      const codes = view.getUint8(at + 32 + 16 * part + place)
      const thirds = view.getUint8(at + 16 * odd + place) >> (4 * half)
      target[first + place] = step0 * (((codes & 3) | ((thirds & 1) << 2)) - 4)
      target[first + place + 32] = step1 * ((((codes >> 2) & 3) | ((thirds & 2) << 1)) - 4)
      target[first + place + 64] = step2 * ((((codes >> 4) & 3) | (thirds & 4)) - 4)
      target[first + place + 96] = step3 * (((codes >> 6) | ((thirds & 8) >> 1)) - 4)
    }
  }
}

/** Of 16 scales: 4 lower bits in the halves of 8 bytes, 2 upper bits in the quarters of the next 4. */
function q3Scale(view: DataView, at: number, group: number): number {
  const lower = (view.getUint8(at + (group & 7)) >> (4 * (group >> 3))) & 15
  const upper = (view.getUint8(at + 8 + (group & 3)) >> (2 * (group >> 2))) & 3
  return lower | (upper << 4)
}

export const decodeQ4K: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  const minimum = halfAt(view, at + 2)
  for (let group = 0; group < 8; group += 2) {
    const step = scale * scaleOf(view, at + 4, group)
    const low = minimum * minimumOf(view, at + 4, group)
    const nextStep = scale * scaleOf(view, at + 4, group + 1)
    const nextLow = minimum * minimumOf(view, at + 4, group + 1)
    const codes = at + 16 + 16 * group
    const first = to + 32 * group
    for (let place = 0; place < 32; place++) {
      const byte = view.getUint8(codes + place)
      target[first + place] = step * (byte & 15) - low
      target[first + place + 32] = nextStep * (byte >> 4) - nextLow
    }
  }
}

export const decodeQ5K: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  const minimum = halfAt(view, at + 2)
  for (let group = 0; group < 8; group += 2) {
    const step = scale * scaleOf(view, at + 4, group)
    const low = minimum * minimumOf(view, at + 4, group)
    const nextStep = scale * scaleOf(view, at + 4, group + 1)
    const nextLow = minimum * minimumOf(view, at + 4, group + 1)
    const codes = at + 48 + 16 * group
    const first = to + 32 * group
    for (let place = 0; place < 32; place++) {
      const byte = view.getUint8(codes + place)
      const fifth = view.getUint8(at + 16 + place) >> group
      target[first + place] = step * ((byte & 15) | ((fifth & 1) << 4)) - low
      target[first + place + 32] = nextStep * ((byte >> 4) | ((fifth & 2) << 3)) - nextLow
    }
  }
}

/**
 * Of 8 scales and 8 minimums in 12 bytes: the first 4 of each are the lower 6 bits of bytes 0 to 3 and 4 to 7.
 * The others have their 4 lower bits in the halves of bytes 8 to 11, and 2 upper bits in what those left over.
 */
function scaleOf(view: DataView, at: number, group: number): number {
  if (group < 4) return view.getUint8(at + group) & 63
  return (view.getUint8(at + group + 4) & 15) | ((view.getUint8(at + group - 4) >> 6) << 4)
}

function minimumOf(view: DataView, at: number, group: number): number {
  if (group < 4) return view.getUint8(at + group + 4) & 63
  return (view.getUint8(at + group + 4) >> 4) | ((view.getUint8(at + group) >> 6) << 4)
}

export const decodeQ6K: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at + 208)
  for (let part = 0; part < 4; part++) {
    const half = part >> 1
    const odd = part & 1
    const lower = at + 64 * half + 16 * odd
    const upper = at + 128 + 32 * half + 16 * odd
    const scales = at + 192 + 8 * half + odd
    const first = to + 128 * half + 16 * odd
    const step0 = scale * view.getInt8(scales)
    const step1 = scale * view.getInt8(scales + 2)
    const step2 = scale * view.getInt8(scales + 4)
    const step3 = scale * view.getInt8(scales + 6)
    for (let place = 0; place < 16; place++) {
      const low = view.getUint8(lower + place)
      const next = view.getUint8(lower + place + 32)
      const high = view.getUint8(upper + place)
      target[first + place] = step0 * (((low & 15) | ((high & 3) << 4)) - 32)
      target[first + place + 32] = step1 * (((next & 15) | ((high & 12) << 2)) - 32)
      target[first + place + 64] = step2 * (((low >> 4) | (high & 48)) - 32)
      target[first + place + 96] = step3 * (((next >> 4) | ((high & 192) >> 2)) - 32)
    }
  }
}

export const decodeIq4Xs: DecodeBlock = (view, at, target, to) => {
  const scale = halfAt(view, at)
  const upper = view.getUint16(at + 2, true)
  for (let group = 0; group < 8; group++) {
    const lower = (view.getUint8(at + 4 + (group >> 1)) >> (4 * (group & 1))) & 15
    const step = scale * ((lower | (((upper >> (2 * group)) & 3) << 4)) - 32)
    decodeNibbles(view, at + 8 + 16 * group, step, IQ4_VALUES, target, to + 32 * group)
  }
}
