/** The door of `rowspace/text`: texts to vectors without a transformer. */
export { type EmbedOptions, embed, type TextTokenizer, tokenizerOf } from './text/embed.ts'
export { type PoolOptions, pool, sifWeights } from './text/pool.ts'
export {
  type ModelEmbedOptions,
  openStaticModel,
  StaticModel,
  type StaticModelOptions,
} from './text/static-model.ts'
export type { ModelTokenizer } from './tokenizers/model-tokenizer.ts'
