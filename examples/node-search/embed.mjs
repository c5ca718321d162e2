/** Texts to vectors of 384 numbers, by a sentence transformer. */
const DIMENSION = 384

/** all-MiniLM-L6-v2, downloaded once by transformers.js. */
async function transformer() {
  const { pipeline } = await import('@huggingface/transformers')
  const extract = await pipeline('feature-extraction', 'Xenova/all-MiniLM-L6-v2')
  return async (texts) => (await extract(texts, { pooling: 'mean', normalize: true })).data
}

/** A stand-in without a model: texts that share words get similar vectors, and nothing more. For tests and offline use. */
export function seeded() {
  const vectorOf = (word) => {
    let state = [...word].reduce((hash, letter) => (Math.imul(hash, 31) + letter.codePointAt(0)) | 0, 7)
    return Float32Array.from({ length: DIMENSION }, () => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
      return state / 2 ** 31
    })
  }
  return async (texts) => {
    const vectors = new Float32Array(texts.length * DIMENSION)
    texts.forEach((text, place) => {
      for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
        vectorOf(word).forEach((value, column) => {
          vectors[place * DIMENSION + column] += value
        })
      }
    })
    return vectors
  }
}

/** One vector per text. `EMBEDDER=seeded` chooses the stand-in. */
export const embedder = () => (process.env.EMBEDDER === 'seeded' ? seeded() : transformer())
