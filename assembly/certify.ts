/**
 * Certified exact search: scan the codes, skip only rows that are proved not to be among the best, score the rest.
 *
 * With x = μ + s·(w∘c) + e (encode.ts), the query u, v = w∘u, and v = t·q + f with q in 16-bit integers:
 *
 *   x·u = μ·u + s·t·(c·q) + s·(c·f) + e·u
 *         └─A─┘  └─from the codes─┘
 *   |s·(c·f)| ≤ s·||c||·||f|| ≤ F        |e·u| ≤ ||e||·||u||        (Cauchy-Schwarz, both)
 *
 * so x·u ≤ A + s·t·(c·q) + r·U + F with r ≥ ||e||, U ≥ ||u||. The score that counts is not x·u but what dot.ts makes
 * of it in float32: n = ⌈d/16⌉ + 6 roundings, off by at most n·2⁻²⁴·||x||·||u||. The bound itself is computed
 * in float32, a dozen roundings of terms of at most (||x|| + 2||μ|| + 2r)·U + F. And e was computed in float32, off by
 * 8 roundings of terms of at most ||x|| + ||μ|| + ||e|| (of int8 rows: one, x = fl(s·c)). All of it is below
 *
 *   ρ·(||x|| + 2||μ|| + ||e||)·U + F/1024   with  ρ = (n + 40)·2⁻²⁴
 *
 * which encode.ts adds to r and planQuestion to F. For the cosine both sides are multiplied by the same two stored inverse
 * norms (three more roundings, within the forty). Tables whose norms leave [2⁻⁵⁰, 2⁶⁰] are not given codes and queries
 * that do are not certified (bindings/), so nothing here overflows, and what underflows is below 2⁻¹²⁰, which F holds too.
 *
 * A bound that does not stay below the k-th best score, NaN included, sends its row to the float32 kernel.
 */
import { CODE_NORM, CODED_NORM, CODED_RATIO, columnBytes } from './encode'
import { heapThreshold } from './heap'
import { Question, Table } from './records'
import { scan } from './scan'
import { COSINE, scoreAndOffer } from './score'

/** Rows whose products are made before their bounds are looked at. */
export const BLOCK: u32 = 1024
/** Where more than one row in four of this many had to be scored, the rest is scanned as it is. */
const TRIAL: u32 = 8192

/** Quantises the query and works out A, t, U and F. False if there is nothing to gain: the query is zeros. */
export function planQuestion(table: Table, question: Question): bool {
  const dimension = table.dimension
  const spreads = table.columns + columnBytes(dimension)
  let largest: f64 = 0
  let squares: f64 = 0
  let scaledSquares: f64 = 0
  let offset: f64 = 0
  for (let j: u32 = 0; j < dimension; j++) {
    const u = <f64>load<f32>(question.query + (j << 2))
    const v = u * <f64>load<f32>(spreads + (j << 2))
    offset += u * <f64>load<f32>(table.columns + (j << 2))
    squares += u * u
    scaledSquares += v * v
    largest = Math.max(largest, Math.abs(v))
  }
  if (largest === 0) return false
  // |c·q| ≤ ||c||·||q|| stays in 32 bits
  const codeNorm = <f64>load<f32>(table.stats + CODE_NORM)
  const step = Math.max(largest / 32766, (Math.sqrt(scaledSquares) * codeNorm) / 1073741824)
  let lost: f64 = 0
  for (let j: u32 = 0; j < dimension; j++) {
    const v = <f64>load<f32>(question.query + (j << 2)) * <f64>load<f32>(spreads + (j << 2))
    const q = Math.round(v / step)
    store<i16>(question.quantised + (j << 1), <i16>(<i32>q))
    const f = v - q * <f64>(<f32>step)
    lost += f * f
  }
  const norm = Math.sqrt(squares)
  const coded = <f64>load<f32>(table.stats + (question.metric === COSINE ? CODED_RATIO : CODED_NORM))
  const scale: f64 = question.metric === COSINE ? <f64>question.inverseNorm : 1
  const wider: f64 = 1 + 1 / 512
  question.offset = <f32>(offset * scale)
  question.step = <f32>step * <f32>scale
  question.norm = <f32>(norm * scale * (1 + 1 / 65536))
  question.slack = <f32>(Math.sqrt(lost) * coded * scale * wider + 1e-36)
  question.rescored = 0
  return true
}

/** The products c·q of the rows [from, to) of a block, four rows a quarter of the block apart side by side. */
function blockProducts(table: Table, question: Question, from: u32, to: u32): void {
  const stride = table.codeStride
  const quarter = (to - from) >> 2
  const step = quarter * stride
  const products = question.products
  const query = question.quantised
  let row = table.codes + from * stride
  for (let i: u32 = 0; i < quarter; i++) {
    let s0 = i32x4.splat(0)
    let s1 = i32x4.splat(0)
    let s2 = i32x4.splat(0)
    let s3 = i32x4.splat(0)
    for (let j: u32 = 0; j < stride; j += 8) {
      const q = v128.load(query + (j << 1))
      const at = row + j
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(at), q))
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(at + step), q))
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(at + 2 * step), q))
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(at + 3 * step), q))
    }
    const target = products + (i << 2)
    store<i32>(target, sumOf(s0))
    store<i32>(target + (quarter << 2), sumOf(s1))
    store<i32>(target + (quarter << 3), sumOf(s2))
    store<i32>(target + quarter * 12, sumOf(s3))
    row += stride
  }
  for (let id = from + quarter * 4; id < to; id++) {
    let sum = i32x4.splat(0)
    for (let j: u32 = 0; j < stride; j += 8) {
      const codes = v128.load8x8_s(table.codes + id * stride + j)
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(codes, v128.load(query + (j << 1))))
    }
    store<i32>(products + ((id - from) << 2), sumOf(sum))
  }
}

function sumOf(lanes: v128): i32 {
  const halves = i32x4.add(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1))
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1)
}

/**
 * As scan, over the codes. planQuestion comes before it. `from` is a multiple of 32.
 * Adds to `question.rescored` how many rows were scored in full.
 */
export function scanCodes(table: Table, question: Question, from: u32, to: u32, heap: usize): void {
  const step = f32x4.splat(question.step)
  const offset = f32x4.splat(question.offset)
  const norm = f32x4.splat(question.norm)
  const slack = f32x4.splat(question.slack)
  const isCosine = question.metric === COSINE
  let threshold = heapThreshold(heap, question.k)
  for (let first = from; first < to; first += BLOCK) {
    if (first - from >= TRIAL && question.rescored > (first - from) >> 2) {
      scan(table, question, first, to, heap)
      return
    }
    const end = min(first + BLOCK, to)
    blockProducts(table, question, first, end)
    for (let id = first; id < end; id += 4) {
      const at = id << 2
      const products = f32x4.convert_i32x4_s(v128.load(question.products + ((id - first) << 2)))
      const codeScales = v128.load(table.codeScales + at)
      let bound = f32x4.add(offset, f32x4.mul(f32x4.mul(codeScales, step), products))
      bound = f32x4.add(bound, f32x4.mul(v128.load(table.residuals + at), norm))
      if (isCosine) bound = f32x4.mul(bound, v128.load(table.inverseNorms + at))
      const below = f32x4.lt(f32x4.add(bound, slack), f32x4.splat(threshold))
      let open = ~i32x4.bitmask(below) & (load<u8>(table.mask + (id >> 3)) >> (id & 4)) & 15
      while (open !== 0) {
        const candidate = id + ctz(open)
        open &= open - 1
        if (candidate >= end) break
        question.rescored++
        threshold = scoreAndOffer(table, question, candidate, heap, threshold)
      }
    }
  }
}
