/** The scripts of demo/reverse-dictionary, as the tests call them. */
declare module '*/reverse-dictionary/build.mjs' {
  export function buildDictionary(folder: string): Promise<void>
}
declare module '*/reverse-dictionary/wordnet.mjs' {
  export interface Synset {
    words: string[]
    part: string
    definitions: string[]
    examples: string[]
  }
  export function readWordNet(): Synset[]
}
declare module '*/reverse-dictionary/measure.mjs' {
  import type { Synset } from '*/reverse-dictionary/wordnet.mjs'
  import type { EmbeddingTable } from 'rowspace'
  export interface Result {
    rows: string
    kind: string
    weighted: boolean
    centred: boolean
    found: number
    tried: number
  }
  export function measure(
    table: EmbeddingTable,
    synsets: readonly Synset[],
    options?: { step?: number; onResult?: (result: Result) => void },
  ): Promise<Result[]>
}
