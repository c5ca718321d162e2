/**
 * What the bounds of a query need of all codes of a table, float32 each: the largest ||c||, s·||c|| and
 * s·||c||/||x||, and ||μ||. Each is a little wider than it was computed.
 */
import { Table } from './records'

export const CODE_NORM: usize = 0
export const CODED_NORM: usize = 4
export const CODED_RATIO: usize = 8
export const MEAN_NORM: usize = 12
/** Numbers in all. */
export const STATS: u32 = 4

/** How much wider a bound is stored than it was computed: its own float32 sum errs by far less. */
export const WIDER: f64 = 1 + 1 / 1024

export function clearStats(table: Table, meanNorm: f64): void {
  memory.fill(table.stats, 0, MEAN_NORM)
  store<f32>(table.stats + MEAN_NORM, <f32>(meanNorm * WIDER))
}

/** Takes in a row of codes of the given scale and norm. */
export function widenStats(stats: usize, scale: f32, codeNorm: f64, inverseNorm: f64): void {
  // a scale below 0 turns the row round; how long the codes are does not change
  const coded = Math.abs(scale) * codeNorm
  storeLargest(stats + CODE_NORM, codeNorm)
  storeLargest(stats + CODED_NORM, coded)
  storeLargest(stats + CODED_RATIO, coded * inverseNorm)
}

function storeLargest(at: usize, norm: f64): void {
  store<f32>(at, Mathf.max(load<f32>(at), <f32>(norm * WIDER)))
}
