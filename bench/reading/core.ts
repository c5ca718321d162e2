/** Reads memory and does nothing else: what a scan of the same bytes is measured against. Lengths are multiples of 512. */

function fold(value: v128): i64 {
  return v128.extract_lane<i64>(value, 0) ^ v128.extract_lane<i64>(value, 1)
}

/** From front to back, eight loads at a time. */
export function readThrough(from: usize, bytes: usize): i64 {
  let a = i64x2.splat(0)
  let b = a
  let c = a
  let d = a
  for (let at = from, end = from + bytes; at < end; at += 128) {
    a = v128.xor(a, v128.xor(v128.load(at), v128.load(at, 16)))
    b = v128.xor(b, v128.xor(v128.load(at, 32), v128.load(at, 48)))
    c = v128.xor(c, v128.xor(v128.load(at, 64), v128.load(at, 80)))
    d = v128.xor(d, v128.xor(v128.load(at, 96), v128.load(at, 112)))
  }
  return fold(v128.xor(v128.xor(a, b), v128.xor(c, d)))
}

/** Four streams, a quarter of the bytes apart. */
export function readInFour(from: usize, bytes: usize): i64 {
  const quarter = bytes / 4
  let a = i64x2.splat(0)
  let b = a
  let c = a
  let d = a
  for (let at = from, end = from + quarter; at < end; at += 32) {
    const second = at + quarter
    const third = second + quarter
    const fourth = third + quarter
    a = v128.xor(a, v128.xor(v128.load(at), v128.load(at, 16)))
    b = v128.xor(b, v128.xor(v128.load(second), v128.load(second, 16)))
    c = v128.xor(c, v128.xor(v128.load(third), v128.load(third, 16)))
    d = v128.xor(d, v128.xor(v128.load(fourth), v128.load(fourth, 16)))
  }
  return fold(v128.xor(v128.xor(a, b), v128.xor(c, d)))
}
