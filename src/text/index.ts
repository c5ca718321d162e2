/** The door of `rowspace/text`: texts to vectors without a transformer. */
export { type EmbedOptions, embed, type TextTokenizer, tokenizerOf } from './embed.ts'
export type { ModelTokenizer } from './model-tokenizer.ts'
export { type PoolOptions, pool, sifWeights } from './pool.ts'
export {
  type ModelEmbedOptions,
  openStaticModel,
  StaticModel,
  type StaticModelOptions,
} from './static-model.ts'
