/** Where an index that is being made is kept, block by block. */

/** The parts of a block of rows, its codes first, and the parts of all rows, as they are by then. */
export type EncodedBlock = readonly Uint8Array[]

/** Where blocks are kept while an index is made, so that what was encoded once need not be again. */
export interface BlockStore {
  /**
   * @param plan the first bytes of the index, what its codes are relative to, its size in bytes, and the files
   *   of the rows
   */
  start(plan: {
    header: Uint8Array
    columns: Uint8Array
    bytes: number
    files: readonly string[]
  }): Promise<void>
  /** Fills the next block as it was kept. False where it was not, or is damaged: then it holds rubbish. */
  load(block: EncodedBlock, rows: number): Promise<boolean>
  /** Keeps the next block, whose codes were taken. */
  keep(block: EncodedBlock): Promise<void>
}
