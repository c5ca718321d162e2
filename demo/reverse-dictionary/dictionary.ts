/** A reverse dictionary: from a description to words by meaning, every definition compared. */
import { EmbeddingTable } from 'rowspace'
import { embed, sifWeights } from 'rowspace/text'

/** A word's meaning, as the file of the page has it: its words, its part of speech, its definition. */
export type Gloss = readonly [words: string, part: string, definition: string]

export interface Found {
  words: string
  part: string
  definition: string
  cosine: number
}

export interface Answer {
  found: Found[]
  /** How long the description took to become a vector, and the vector to be compared with all definitions. */
  milliseconds: number
  /** Words of the description, of two letters or more, that the table does not have. */
  unknown: string[]
}

/** Definitions pooled between two pauses. */
const STEP = 4_000

/**
 * Each row is the mean of the words' and the definition's rows, common words weighted down, the mean of all
 * rows taken away, of length 1: what found most in `npm run demo:measure`. `onDone` is called with the number
 * of rows made.
 */
export async function makeDictionary(
  table: EmbeddingTable,
  glosses: readonly Gloss[],
  onDone: (done: number) => void = () => {},
): Promise<Dictionary> {
  const { dimension } = table
  const weights = sifWeights(table.size)
  const vectors = new Float32Array(glosses.length * dimension)
  for (let first = 0; first < glosses.length; first += STEP) {
    const texts = glosses.slice(first, first + STEP).map(([words, , definition]) => `${words} ${definition}`)
    vectors.set(embed(table, texts, { weights }), first * dimension)
    onDone(Math.min(first + STEP, glosses.length))
    await new Promise((resolve) => setTimeout(resolve))
  }
  const centre = meanOf(vectors, dimension)
  centreRows(vectors, centre)
  const index = await EmbeddingTable.from(vectors, { dimension, threads: 'auto' })
  return new Dictionary(table, index, glosses, weights, centre)
}

export class Dictionary {
  constructor(
    private readonly table: EmbeddingTable,
    private readonly index: EmbeddingTable,
    private readonly glosses: readonly Gloss[],
    private readonly weights: Float32Array,
    private readonly centre: Float64Array,
  ) {}

  /** Meanings. */
  get size(): number {
    return this.index.size
  }

  /** The k meanings nearest to a description, best first; none where it has no word that the table knows. */
  ask(description: string, k = 10): Answer {
    const start = performance.now()
    const { weights, centre } = this
    const query = embed(this.table, description, { weights, centre, normalize: true })
    const matches = query.some((value) => value !== 0) ? this.index.nearest(query, { k }).toArray() : []
    const milliseconds = performance.now() - start
    const words = this.table.vocabulary?.tokenize(description) ?? []
    return {
      found: matches.flatMap(({ id, cosine }) => {
        const gloss = this.glosses[id]
        if (gloss === undefined) return []
        const [words, part, definition] = gloss
        return { words, part, definition, cosine }
      }),
      milliseconds,
      unknown: words
        .filter(({ id, text }) => id === undefined && /\p{L}{2}/u.test(text))
        .map(({ text }) => text),
    }
  }
}

/** The mean of n · d numbers, d of them. */
function meanOf(vectors: Float32Array, dimension: number): Float64Array {
  const sum = new Float64Array(dimension)
  for (let at = 0; at < vectors.length; at += dimension) {
    for (let i = 0; i < dimension; i++) sum[i] = (sum[i] ?? 0) + (vectors[at + i] ?? 0)
  }
  return sum.map((value) => (value * dimension) / vectors.length)
}

/** Takes the mean away from each row and scales it to length 1. */
function centreRows(vectors: Float32Array, centre: Float64Array): void {
  const dimension = centre.length
  for (let at = 0; at < vectors.length; at += dimension) {
    let squares = 0
    for (let i = 0; i < dimension; i++) squares += ((vectors[at + i] ?? 0) - (centre[i] ?? 0)) ** 2
    const factor = 1 / (Math.sqrt(squares) || 1)
    for (let i = 0; i < dimension; i++) {
      vectors[at + i] = ((vectors[at + i] ?? 0) - (centre[i] ?? 0)) * factor
    }
  }
}
