/** The door of `rowspace/gpt2`: GPT-2's vocabulary. */
export { gpt2Vocabulary } from './tokenizers/gpt2.ts'
