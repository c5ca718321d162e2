/** A table of rows and words, as the entries of an npz archive. */
import { npy, wordArray, type ZipSpec } from './packed-files.ts'

export const [SIZE, DIMENSION] = [700, 32]
export const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) =>
  Math.fround(Math.cos(index)),
)
export const WORDS = Array.from({ length: SIZE }, (_, id) => (id === 5 ? 'größe 😀' : `w${id}`))
export const VECTORS: ZipSpec = { name: 'vectors.npy', bytes: npy('<f4', [SIZE, DIMENSION], ROWS) }
export const TOKENS: ZipSpec = { name: 'words.npy', bytes: wordArray(WORDS) }
