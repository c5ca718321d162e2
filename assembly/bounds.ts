/**
 * Bounds of the scores of a block of rows, from the products of its codes (plan-question.ts has the proof).
 */
import { isExcluded } from './excluded'
import { heapThreshold, keyOf, offer } from './heap'
import { ENTRY_BYTES, ENTRY_ID, ENTRY_LOWER, ENTRY_OPEN, listOf } from './open-rows'
import { Question, RELAXED, Table } from './records'
import { COSINE } from './score'
import { agreedThreshold } from './shared-threshold'

/** Where more than one row in four of this many had to be scored, the rest is scanned as it is. */
const TRIAL: u32 = 8192

/** Whether so many of the rows tried had to be scored that bounds do not pay for this question. */
export function boundsFail(question: Question): bool {
  return question.tried >= TRIAL && question.rescored > question.tried >> 2
}

/**
 * Lists those of rows [from, to) whose bound, by the products at `question.products`, does not rule them out.
 * `lower` is a heap of the k best lower bounds: k rows are at least as good as the worst of them.
 */
export function listOpenRows(table: Table, question: Question, from: u32, to: u32, lower: usize): void {
  const step = f32x4.splat(question.step)
  const offset = f32x4.splat(question.offset)
  const norm = f32x4.splat(question.norm)
  const slack = f32x4.splat(question.slack)
  const isRelaxed = question.certified === RELAXED
  const lost = f32x4.splat(question.lost)
  const isCosine = question.metric === COSINE
  const k = question.k
  const list = listOf(question)
  let entry = list + question.listBytes
  let threshold = Mathf.max(heapThreshold(question.heap, k), heapThreshold(lower, k))
  threshold = agreedThreshold(question, threshold)
  question.tried += to - from
  for (let id = from; id < to; id += 4) {
    const at = id << 2
    const sums = f32x4.convert_i32x4_s(v128.load(question.products + ((id - from) << 2)))
    let middle = f32x4.add(offset, f32x4.mul(f32x4.mul(v128.load(table.codeScales + at), step), sums))
    let width = f32x4.mul(v128.load(table.residuals + at), norm)
    if (isRelaxed) width = f32x4.add(width, f32x4.mul(v128.load(table.codedNorms + at), lost))
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
    if (open === 0) continue
    v128.store(entry, upper)
    v128.store(entry, f32x4.sub(middle, width), ENTRY_LOWER)
    store<u32>(entry, id, ENTRY_ID)
    if (isRelaxed) {
      open = call_indirect<u32>(table.relaxed + 3, table, question, entry, open, threshold)
      if (open === 0) continue
    }
    store<u32>(entry, open, ENTRY_OPEN)
    const bounds = entry + ENTRY_LOWER
    entry += ENTRY_BYTES
    for (; open !== 0; open &= open - 1) {
      const lane = ctz(open)
      const bound = load<f32>(bounds + (lane << 2))
      if (bound > threshold && !isExcluded(question, id + lane)) {
        offer(lower, k, keyOf(bound, id + lane))
        threshold = Mathf.max(threshold, heapThreshold(lower, k))
      }
    }
  }
  question.listBytes = <u32>(entry - list)
}
