/** What views show: answers before they become text. */
import type { Match } from '../../src/table/matches.ts'

/** One token of a text; without a row where the table does not have it. */
export interface Found {
  text: string
  id: number | undefined
  row: Float32Array | undefined
  /** How often it came in the text that the vectors were trained on, where that is known. */
  count?: number | undefined
}

export interface Timed {
  matches: Match[]
  milliseconds: number
}

export interface Demonstration {
  size: number
  dimension: number
  /** Opening the table. */
  milliseconds: number
  sentence: { text: string; found: Found[] }
  neighbours: Timed & { word: string }
  analogy: Timed & { unrelated: Match[]; random: Match[]; seed: number }
  measures: {
    cosine: Timed
    dot: Timed
    /** The first row of each, with its norm. */
    first: readonly { token: string | undefined; norm: number }[]
  }
}
