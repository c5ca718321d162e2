/** The door of `rowspace/text`: texts to vectors without a transformer. */
export { type EmbedOptions, embed, type TextTokenizer, tokenizerOf } from './embed.ts'
export { type PoolOptions, pool, sifWeights } from './pool.ts'
