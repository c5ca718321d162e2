/**
 * Five published models and how much of each is its token table.
 *
 * Shapes are those of each model's config.json (vocab_size, hidden_size). `nominal` is the size a model is published
 * under; the shares people quote take it. `checkpoint` counts what the published weights hold:
 *
 * - GPT-2 Small: 124,439,808 weights (openai-community/gpt2; the causal masks in that file are no weights). Radford et
 *   al. 2019 give 117M, which was a miscount.
 * - Gemma 3 270M: 268,098,176, the table tied to the output (google/gemma-3-270m; Keras Hub and llama.cpp count the same).
 * - Qwen3 1.7B: 1,720,574,976 with the table counted once, as Keras Hub and llama.cpp do (tie_word_embeddings); the
 *   safetensors of Qwen/Qwen3-1.7B store the output as a second tensor: 2,031,739,904 = that + 151,936 x 2,048.
 * - Ministral 8B: 8,019,808,256 in the model card of mistralai/Ministral-8B-Instruct-2410.
 * - DeepSeek V3.2 Speciale: 685,396,921,376 numbers in the safetensors of the repository, as a list of models gives them (not
 *   counted here): the 671B of the main model, the module that predicts a second token, and scales.
 */
export interface Model {
  name: string
  /** Where its weights are published. */
  repository: string
  /** Tokens, |V|. */
  vocabulary: number
  /** Numbers a token, d. */
  dimension: number
  /** The published size, as a number and as it is written. */
  nominal: number
  nominalText: string
  /** The published share of the table. */
  published: string
  /** Numbers in the published weights. */
  checkpoint: number
}

export const MODELS: readonly Model[] = [
  {
    name: 'GPT-2 Small',
    repository: 'openai-community/gpt2',
    vocabulary: 50_257,
    dimension: 768,
    nominal: 117e6,
    nominalText: '117M',
    published: '33.0%',
    checkpoint: 124_439_808,
  },
  {
    name: 'Gemma 3 270M',
    repository: 'google/gemma-3-270m',
    vocabulary: 262_144,
    dimension: 640,
    nominal: 270e6,
    nominalText: '270M',
    published: '62.1%',
    checkpoint: 268_098_176,
  },
  {
    name: 'Qwen3 1.7B',
    repository: 'Qwen/Qwen3-1.7B',
    vocabulary: 151_936,
    dimension: 2_048,
    nominal: 1.7e9,
    nominalText: '1.7B',
    published: '18.3%',
    checkpoint: 1_720_574_976,
  },
  {
    name: 'Ministral 8B',
    repository: 'mistralai/Ministral-8B-Instruct-2410',
    vocabulary: 131_072,
    dimension: 4_096,
    nominal: 8e9,
    nominalText: '8B',
    published: '6.7%',
    checkpoint: 8_019_808_256,
  },
  {
    name: 'DeepSeek V3.2 Speciale',
    repository: 'deepseek-ai/DeepSeek-V3.2-Speciale',
    vocabulary: 129_280,
    dimension: 7_168,
    nominal: 671e9,
    nominalText: '671B',
    published: '0.14%',
    checkpoint: 685_396_921_376,
  },
]
