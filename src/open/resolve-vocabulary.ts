/** The names of a table's rows where its file holds no words: the tokens of its model. */
import type { Vocabulary } from '../core/vocabulary.ts'
import { isTokenTable } from '../formats/choose-tensor.ts'
import { FirstTokens } from './first-tokens.ts'
import type { OpenTableFile } from './open-table-file.ts'

const GPT2_TOKENS = 50_257

/** Whether shape and name of the tensor show that the rows are GPT-2's tokens. */
function isGpt2({ size, tensor = '' }: OpenTableFile): boolean {
  return size === GPT2_TOKENS && /(^|\.)wte(\.|$)/.test(tensor)
}

/**
 * Finds the vocabulary of a model's table: GPT-2's own, the tokens in the file (GGUF), or those of the
 * tokenizer.json beside it. Returns undefined where there is none, or where the rows are not tokens.
 *
 * @param gpt2 loads GPT-2's vocabulary. Only the command passes it: a bundle of `openTable` must not carry
 *   50,257 tokens
 * @throws `INVALID_FORMAT` if the tokenizer.json cannot be read
 */
export async function resolveVocabulary(
  file: OpenTableFile,
  signal: AbortSignal | undefined,
  gpt2?: () => Promise<Vocabulary>,
): Promise<Vocabulary | undefined> {
  const { size, rowsInFile } = file
  const vocabulary = await vocabularyOf({ ...file, size: rowsInFile ?? size }, signal, gpt2)
  return vocabulary && rowsInFile !== undefined ? new FirstTokens(vocabulary, size) : vocabulary
}

async function vocabularyOf(
  file: OpenTableFile,
  signal: AbortSignal | undefined,
  gpt2: (() => Promise<Vocabulary>) | undefined,
): Promise<Vocabulary | undefined> {
  if (gpt2 !== undefined && isGpt2(file)) return gpt2()
  const { tensor, writtenTokens, size, source } = file
  if (!isTokenTable(tensor)) return undefined
  const { modelVocabulary, ModelVocabulary, namedTokens } = await import('../tokenizers/model-vocabulary.ts')
  if (writtenTokens !== undefined) return new ModelVocabulary(namedTokens(writtenTokens), size)
  return modelVocabulary(source, size, signal)
}
