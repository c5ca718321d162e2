/**
 * Five published models and how much of each is its token table.
 *
 * Shapes are those of each model's config.json (vocab_size, hidden_size). `nominal` is the size a model is
 * published under; the quoted shares are of that size. `checkpoint` counts what the published weights hold:
 *
 * - GPT-2 Small: 124,439,808 weights (openai-community/gpt2; the causal masks in that file are not weights).
 *   Radford et al. 2019 give 117M, which was a miscount.
 * - Gemma 3 270M: 268,098,176, the table tied to the output (google/gemma-3-270m; Keras Hub and llama.cpp
 *   count the same).
 * - Qwen3 1.7B: 1,720,574,976 with the table counted once, as Keras Hub and llama.cpp do
 *   (tie_word_embeddings); the safetensors of Qwen/Qwen3-1.7B store the output as a second tensor:
 *   2,031,739,904 = that + 151,936 x 2,048.
 * - Ministral 8B: 8,019,808,256 in the model card of mistralai/Ministral-8B-Instruct-2410.
 * - DeepSeek V3.2 Speciale: 685,396,921,376 numbers in the safetensors of the repository, as a list of models
 *   gives them (not counted here): the 671B of the main model, the module that predicts a second token, and
 *   scales.
 */
import models from '../data/models.json'

export interface Model {
  name: string
  /** Where its weights are published. */
  repository: string
  /** Tokens, |V|. */
  vocabulary: number
  /** Numbers per token, d. */
  dimension: number
  /** The published size, as a number and as people write it. */
  nominal: number
  nominalText: string
  /** The published share of the table. */
  published: string
  /** Numbers in the published weights. */
  checkpoint: number
  /** The type of the published weights. */
  dtype: string
}

/** JSON, because the page and the benchmarks read it too. */
export const MODELS: readonly Model[] = models
