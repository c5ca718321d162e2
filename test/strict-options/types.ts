/** How a room's calls with options are listed. */

export interface Call {
  /** Options that are accepted, so that a rejection is about what was added to them. */
  options: object
  // biome-ignore lint/suspicious/noExplicitAny: what is handed over is wrong on purpose
  call: (options: any) => unknown
}

/**
 * By function and parameter: 'EmbeddingTable#nearest options' is of a method, 'EmbeddingTable.from options'
 * of a static one.
 */
export type Calls = Readonly<Record<string, Call>>
