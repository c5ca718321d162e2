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
 * A bound that does not stay below the k-th best score, NaN included, sends its row to the float32 kernel. Nothing above depends on how
 * many bits c has, nor on q's, but through what is lost.
 *
 * All of it bounds |score − A − s·t·(c·q)|, so there is a lower bound as well: k rows whose lower bounds reach L are k rows whose scores
 * do, and a row whose upper bound is below L is not among the best. So rows are not scored as they come (the first of them when little
 * is known yet) but listed, by upper bounds against the k-th best lower one; those listed are scored at the end, the surest first.
 */
import { rowAt } from './elements'
import { CODE_NORM, CODED_NORM, CODED_RATIO, columnBytes } from './encode'
import { isExcluded } from './excluded'
import { MOST_BY_FOUR, packQuery, productsByFour } from './four-bits'
import { clearHeap, heapThreshold, keyOf, offer } from './heap'
import { products } from './products'
import { Question, Table } from './records'
import { scan } from './scan'
import { COSINE, scoreAndOffer } from './score'
import { agreedThreshold } from './shared-threshold'

/** Rows whose products are made before their bounds are looked at. */
const BLOCK: u32 = 1024
/** Passes over the blocks of a table, and over those of a chunk, which are fewer. */
const PASSES: u32 = 80
const CHUNK_PASSES: u32 = 16
/** Where more than one row in four of this many had to be scored, the rest is scanned as it is. */
const TRIAL: u32 = 8192

/** Both halves of four numbers in float64. */
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x)
}

function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3))
}

function sum(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1)
}

/**
 * Quantises the query and works out A, t, U and F. Marks the question certified and returns true, or false
 * if there is nothing to gain: the query is zeros.
 * The query is padded with zeros, and so are the columns, to a multiple of 8.
 */
export function planQuestion(table: Table, question: Question): bool {
  const bytes = columnBytes(table.dimension)
  const means = table.columns
  const spreads = table.columns + bytes
  const query = question.query
  let offset = f64x2.splat(0)
  let squares = f64x2.splat(0)
  let scaledSquares = f64x2.splat(0)
  let largest = f64x2.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const u = v128.load(query + at)
    const w = v128.load(spreads + at)
    const mean = v128.load(means + at)
    offset = f64x2.add(offset, f64x2.mul(low(u), low(mean)))
    offset = f64x2.add(offset, f64x2.mul(high(u), high(mean)))
    squares = f64x2.add(squares, f64x2.mul(low(u), low(u)))
    squares = f64x2.add(squares, f64x2.mul(high(u), high(u)))
    const v0 = f64x2.mul(low(u), low(w))
    const v1 = f64x2.mul(high(u), high(w))
    scaledSquares = f64x2.add(scaledSquares, f64x2.mul(v0, v0))
    scaledSquares = f64x2.add(scaledSquares, f64x2.mul(v1, v1))
    largest = f64x2.max(largest, f64x2.max(f64x2.abs(v0), f64x2.abs(v1)))
  }
  const most = Math.max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1))
  if (most === 0) return false
  // |c·q| ≤ ||c||·||q|| stays in 32 bits
  const codeNorm = <f64>load<f32>(table.stats + CODE_NORM)
  const levels: f64 = table.codeBits === 4 ? MOST_BY_FOUR : 32766
  const step = <f32>Math.max(most / levels, (Math.sqrt(sum(scaledSquares)) * codeNorm) / 1073741824)
  const lost = quantise(query, spreads, question.quantised, bytes, step)
  if (table.codeBits === 4) question.constant = packQuery(question.quantised, table.codeStride)
  const coded = <f64>load<f32>(table.stats + (question.metric === COSINE ? CODED_RATIO : CODED_NORM))
  const scale: f64 = question.metric === COSINE ? <f64>question.inverseNorm : 1
  const wider: f64 = 1 + 1 / 512
  question.offset = <f32>(sum(offset) * scale)
  question.step = step * <f32>scale
  question.norm = <f32>(Math.sqrt(sum(squares)) * scale * (1 + 1 / 65536))
  question.slack = <f32>(Math.sqrt(lost) * coded * scale * wider + 1e-36)
  question.certified = 1
  return true
}

/** q = round(w∘u / t) in 16 bits. Returns ||f||² of f = w∘u − t·q. */
function quantise(query: usize, spreads: usize, target: usize, bytes: usize, step: f32): f64 {
  const steps = f64x2.splat(<f64>step)
  let lost = f64x2.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const u = v128.load(query + at)
    const w = v128.load(spreads + at)
    const v0 = f64x2.mul(low(u), low(w))
    const v1 = f64x2.mul(high(u), high(w))
    const q0 = i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.div(v0, steps)))
    const q1 = i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.div(v1, steps)))
    const q = i16x8.narrow_i32x4_s(v128.shuffle<i64>(q0, q1, 0, 2), i32x4.splat(0))
    v128.store64_lane(target + (at >> 1), q, 0)
    // f from q as it is kept, so that a number cut off is part of what is lost
    const kept = i32x4.extend_low_i16x8_s(q)
    const f0 = f64x2.sub(v0, f64x2.mul(f64x2.convert_low_i32x4_s(kept), steps))
    const upper = v128.shuffle<i32>(kept, kept, 2, 3, 2, 3)
    const f1 = f64x2.sub(v1, f64x2.mul(f64x2.convert_low_i32x4_s(upper), steps))
    lost = f64x2.add(lost, f64x2.add(f64x2.mul(f0, f0), f64x2.mul(f1, f1)))
  }
  return sum(lost)
}

/** Whether so many of the rows tried had to be scored that bounds do not pay for this question. */
export function boundsFail(question: Question): bool {
  return question.tried >= TRIAL && question.rescored > question.tried >> 2
}

/** The list lies behind the products of two questions; its entries are four rows each: their upper bounds, their lower ones, u32 id, u32 bits. */
const ENTRY: usize = 48
const MOST_ENTRIES: u32 = 1024
/** Entries whose rows are fetched together. */
const AHEAD: usize = 8
/** What keeps the compiler from leaving out a read that is for the cache alone. */
export let touched: u32 = 0
/** Entries of the list. One question at a time has it. */
let listed: u32 = 0

function listOf(question: Question): usize {
  return question.products + (BLOCK << 3)
}

/** Scores those of rows [from, to) whose bound, by the products at `question.products`, does not rule them out. */
export function offerBlock(table: Table, question: Question, from: u32, to: u32): void {
  collect(table, question, from, to, 0)
  settle(table, question, f32.POSITIVE_INFINITY)
}

/**
 * Lists those of rows [from, to) whose bound, by the products at `question.products`, does not rule them out. `lower` is a
 * heap of the k best lower bounds, or 0: k rows are at least as good as the least of them.
 */
function collect(table: Table, question: Question, from: u32, to: u32, lower: usize): void {
  const step = f32x4.splat(question.step)
  const offset = f32x4.splat(question.offset)
  const norm = f32x4.splat(question.norm)
  const slack = f32x4.splat(question.slack)
  const isCosine = question.metric === COSINE
  const k = question.k
  const list = listOf(question)
  let threshold = heapThreshold(question.heap, k)
  if (lower !== 0) threshold = Mathf.max(threshold, heapThreshold(lower, k))
  threshold = agreedThreshold(question, threshold)
  question.tried += to - from
  for (let id = from; id < to; id += 4) {
    const at = id << 2
    const sums = f32x4.convert_i32x4_s(v128.load(question.products + ((id - from) << 2)))
    let middle = f32x4.add(offset, f32x4.mul(f32x4.mul(v128.load(table.codeScales + at), step), sums))
    let width = f32x4.mul(v128.load(table.residuals + at), norm)
    if (isCosine) {
      const inverseNorms = v128.load(table.inverseNorms + at)
      middle = f32x4.mul(middle, inverseNorms)
      width = f32x4.mul(width, inverseNorms)
    }
    width = f32x4.add(width, slack)
    const upper = f32x4.add(middle, width)
    let open = ~i32x4.bitmask(f32x4.lt(upper, f32x4.splat(threshold))) & 15
    if (open === 0) continue
    open &= load<u8>(table.mask + (id >> 3)) >> (id & 4)
    if (to - id < 4) open &= (1 << (to - id)) - 1
    const entry = list + listed * ENTRY
    v128.store(entry, upper)
    v128.store(entry, f32x4.sub(middle, width), 16)
    store<u32>(entry, id, 32)
    store<u32>(entry, open, 36)
    listed += open === 0 ? 0 : 1
    if (lower === 0) continue
    for (; open !== 0; open &= open - 1) {
      const lane = ctz(open)
      const bound = load<f32>(entry + (lane << 2), 16)
      if (bound > threshold && !isExcluded(question, id + lane)) {
        offer(lower, k, keyOf(bound, id + lane))
        threshold = Mathf.max(threshold, heapThreshold(lower, k))
      }
    }
  }
}

/**
 * Scores the listed rows that are not ruled out meanwhile, and empties the list. First come those of lower bounds that reach `sure`:
 * after them the others are measured by scores.
 */
function settle(table: Table, question: Question, sure: f32): void {
  settleSome(table, question, sure, true)
  settleSome(table, question, sure, false)
  listed = 0
}

/** Scores the sure ones alone, and takes from the list what is ruled out then. */
function settleSure(table: Table, question: Question, sure: f32): void {
  settleSome(table, question, sure, true)
  const threshold = heapThreshold(question.heap, question.k)
  const list = listOf(question)
  let kept = list
  for (let entry = list, end = list + listed * ENTRY; entry < end; entry += ENTRY) {
    const open = openRows(entry, sure, false, threshold)
    memory.copy(kept, entry, ENTRY)
    store<u32>(kept, open, 36)
    if (open !== 0) kept += ENTRY
  }
  listed = <u32>(kept - list) / <u32>ENTRY
}

function settleSome(table: Table, question: Question, sure: f32, first: bool): void {
  const end = listOf(question) + listed * ENTRY
  let threshold = agreedThreshold(question, heapThreshold(question.heap, question.k))
  let ahead = listOf(question)
  for (let entry = ahead; entry < end; entry += ENTRY) {
    if (entry === ahead) {
      // rows lie far apart: they are fetched side by side before the first is waited for
      ahead = min(ahead + ENTRY * AHEAD, end)
      for (let next = entry; next < ahead; next += ENTRY) {
        for (let bits = openRows(next, sure, first, threshold); bits !== 0; bits &= bits - 1) {
          touch(table, load<u32>(next, 32) + ctz(bits))
        }
      }
    }
    for (let bits = openRows(entry, sure, first, threshold); bits !== 0; bits &= bits - 1) {
      question.rescored++
      const score = scoreAndOffer(table, question, load<u32>(entry, 32) + ctz(bits), threshold)
      threshold = Mathf.max(threshold, score)
    }
  }
}

/** Bits of an entry's rows that are to be scored now. */
function openRows(entry: usize, sure: f32, first: bool, threshold: f32): u32 {
  const isSure = f32x4.ge(v128.load(entry, 16), f32x4.splat(sure))
  const isOut = f32x4.lt(v128.load(entry), f32x4.splat(threshold))
  const sureBits = i32x4.bitmask(isSure) ^ (first ? 0 : 15)
  return load<u32>(entry, 36) & sureBits & ~i32x4.bitmask(isOut)
}

/** Reads a number of each cache line of a row. */
function touch(table: Table, id: u32): void {
  const end = table.rowBytes
  const row = rowAt(table, id)
  for (let at: u32 = 0; at < end; at += 64) touched += load<u8>(row + at)
}

/**
 * Offers blocks of rows, by their codes, `step` rows apart, and lists those left open: `settleCodes` scores them in the end.
 * planQuestion comes before it. `from` and `step` are multiples of 32, `block` is at most BLOCK.
 *
 * Tables are often ordered (words by how common they are), and rows like the query lie together: so every so many-th block comes first,
 * lest all that lies before them be listed.
 */
export function scanCodes(table: Table, question: Question, from: u32, to: u32, block: u32, step: u32): void {
  const lower = lowerOf(question)
  let longest: u32 = BLOCK / 16
  if (question.tried === 0) clearHeap(lower)
  const passes = step === block ? PASSES : CHUNK_PASSES
  for (let pass: u32 = 0; pass < passes; pass++) {
    for (let first = from + pass * step; first < to; first += passes * step) {
      const end = min(first + block, to)
      if (boundsFail(question)) {
        scan(table, question, first, end)
        continue
      }
      if (table.codeBits === 4) productsByFour(table, question, first, end)
      else products(table, question.quantised, first, end, question.products)
      collect(table, question, first, end, lower)
      const sure = heapThreshold(lower, question.k)
      if (listed > longest) {
        settleSure(table, question, sure)
        longest = listed * 2 + BLOCK / 16
      }
      if (listed > MOST_ENTRIES - BLOCK / 4) settle(table, question, sure)
    }
  }
}

/** The heap of the k best lower bounds, behind that of the k best rows. */
function lowerOf(question: Question): usize {
  return question.heap + 8 + ((<usize>question.k) << 3)
}

/** Scores the rows that scanCodes left listed. Adds to `question.rescored` how many rows were scored in full. */
export function settleCodes(table: Table, question: Question): void {
  settle(table, question, heapThreshold(lowerOf(question), question.k))
}
