/** How far long work is, given to `onProgress`. */
export interface Progress<Phase extends string = 'read' | 'norms' | 'open'> {
  /**
   * The step of the work. Opening a table has 'read' (its rows), 'norms' (prepare for search) and 'open'
   * (several files).
   */
  phase: Phase
  /**
   * Done so far: bytes for 'read', 'write' and 'checksum', rows for 'norms' and 'upload', files for 'open',
   * questions for 'search'.
   */
  done: number
  /** All there is to do, in the unit of `done`. */
  total: number
}
