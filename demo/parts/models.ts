/** Five published models and how much of each is its token table: shapes of their config.json, sizes of their cards. */

export interface Model {
  name: string
  /** Tokens, |V|. */
  vocabulary: number
  /** Numbers a token, d. */
  dimension: number
  /** Parameters of the whole model, as it is published. */
  total: number
  /** Numbers its published weights hold. */
  checkpoint: number
  /** The model's card. */
  card: string
}

const card = (name: string) => `https://huggingface.co/${name}`

export const MODELS: readonly Model[] = [
  {
    name: 'GPT-2 Small',
    vocabulary: 50_257,
    dimension: 768,
    total: 117e6,
    checkpoint: 124_439_808,
    card: card('openai-community/gpt2'),
  },
  {
    name: 'Gemma 3 270M',
    vocabulary: 262_144,
    dimension: 640,
    total: 270e6,
    checkpoint: 268_098_176,
    card: card('google/gemma-3-270m'),
  },
  {
    name: 'Qwen3 1.7B',
    vocabulary: 151_936,
    dimension: 2_048,
    total: 1.7e9,
    checkpoint: 1_720_574_976,
    card: card('Qwen/Qwen3-1.7B'),
  },
  {
    name: 'Ministral 8B',
    vocabulary: 131_072,
    dimension: 4_096,
    total: 8e9,
    checkpoint: 8_019_808_256,
    card: card('mistralai/Ministral-8B-Instruct-2410'),
  },
  {
    name: 'DeepSeek V3.2 Speciale',
    vocabulary: 129_280,
    dimension: 7_168,
    total: 671e9,
    checkpoint: 685_396_921_376,
    card: card('deepseek-ai/DeepSeek-V3.2-Speciale'),
  },
]
