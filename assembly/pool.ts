/**
 * Pooled gather: Σ weight · row of a list of bags, scaled. A text's vector from its tokens' rows, without a
 * copy of any row.
 *
 *   bag    count: u32, factor: f32, then count times the address of a float32 row: u32, weight: f32
 *
 * Numbers are float32: products and sums are rounded one by one, in the order of the bag; then the sum is
 * multiplied by the factor. A factor of 0 stands for length 1: it is 1/||sum|| as norm.ts has it.
 */
import { inverseNorm } from './norm'

/**
 * Adds the first `columns` numbers of each bag's rows to its target, and scales it. Targets lie `stride`
 * bytes apart, a multiple of 64; what lies behind `columns` there is rubbish afterwards.
 *
 * Sixteen columns of all rows come before the next sixteen: the sums stay in registers.
 */
export function pool(bags: usize, count: u32, columns: u32, target: usize, stride: usize): void {
  const bytes: usize = columns << 2
  for (; count > 0; count--) {
    let factor = load<f32>(bags, 4)
    const terms = bags + 8
    bags = terms + (load<u32>(bags) << 3)
    for (let at: usize = 0; at < bytes; at += 64) addColumns(terms, bags, at, target + at)
    if (factor === 0) factor = inverseNorm(target, columns)
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(target + at, f32x4.mul(v128.load(target + at), f32x4.splat(factor)))
    }
    target += stride
  }
}

function addColumns(term: usize, end: usize, at: usize, target: usize): void {
  let s0 = v128.load(target, 0)
  let s1 = v128.load(target, 16)
  let s2 = v128.load(target, 32)
  let s3 = v128.load(target, 48)
  for (; term < end; term += 8) {
    const row = load<u32>(term) + at
    const weight = v128.load32_splat(term, 4)
    s0 = f32x4.add(s0, f32x4.mul(v128.load(row, 0), weight))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(row, 16), weight))
    s2 = f32x4.add(s2, f32x4.mul(v128.load(row, 32), weight))
    s3 = f32x4.add(s3, f32x4.mul(v128.load(row, 48), weight))
  }
  v128.store(target, s0, 0)
  v128.store(target, s1, 16)
  v128.store(target, s2, 32)
  v128.store(target, s3, 48)
}
