/** What the tests use of the bench's scripts. */
declare module '*/bench/oracle.mjs' {
  type Recall = (place: number, ids: number[]) => number
  export function oracle(rows: Float32Array, dimension: number, queries: Float32Array[], k: number): Recall
  export function meanRecall(recall: Recall, lists: (number[] | undefined)[][]): number | undefined
}
declare module '*/bench/statistics.mjs' {
  export function slope(points: number[][]): number
}
declare module '*/bench/figures/figures.mjs' {
  export interface Figure {
    what: string
    required: string
    measured: string | undefined
    reached: boolean
    remark: string | undefined
  }
  export function figures(found: {
    small: object
    wide: object
    glove: object | undefined
    rest: object
  }): Figure[]
}
declare module '*/bench/figures/format.mjs' {
  import type { Figure } from '*/bench/figures/figures.mjs'
  export function formatFigures(figures: Figure[]): string
}
