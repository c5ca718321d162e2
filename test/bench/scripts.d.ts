/** What the tests use of the bench's scripts. */
declare module '*/bench/oracle.mjs' {
  type Recall = (place: number, ids: number[]) => number
  export function oracle(rows: Float32Array, dimension: number, queries: Float32Array[], k: number): Recall
  export function meanRecall(recall: Recall, lists: (number[] | undefined)[][]): number | undefined
}
