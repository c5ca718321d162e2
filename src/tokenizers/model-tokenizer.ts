/** The tokenizer of a model: tokenizer.json, read by Hugging Face's own library, which is loaded on demand. */
import { RowspaceError } from '../core/errors.ts'
import { unsafePattern } from './safe-patterns.ts'

/** From a text to token ids, and back to tokens. */
export interface ModelTokenizer {
  /** The tokens of a text, no special ones among them. */
  encode(text: string): number[]
  /** The token that stands for whatever is not known, and counts for nothing. Unigram's counts: the reference keeps it. */
  readonly unknownId: number | undefined
  /** Letters of a token: the median over the vocabulary, at least 1. */
  readonly medianTokenLength: number
  /** Every token with its id. */
  readonly tokens: ReadonlyMap<string, number>
}

export interface TokenizerFiles {
  /** tokenizer.json and tokenizer_config.json, parsed. */
  tokenizer: Record<string, unknown>
  config: Record<string, unknown>
}

/** Throws `INVALID_FORMAT` for a tokenizer that it does not read. */
export async function openTokenizer({ tokenizer, config }: TokenizerFiles): Promise<ModelTokenizer> {
  const { Tokenizer } = await import('@huggingface/tokenizers')
  const unsafe = unsafePattern(tokenizer)
  if (unsafe !== undefined) {
    throw new RowspaceError(
      'INVALID_FORMAT',
      `tokenizer.json cannot be run: ${unsafe}. Pass { tokenizer } instead.`,
    )
  }
  try {
    const made = new Tokenizer(tokenizer, config)
    const tokens = made.get_vocab(true)
    return {
      encode: (text) => made.encode(text, { add_special_tokens: false }).ids,
      unknownId: unknownIdOf(tokenizer, tokens),
      medianTokenLength: medianLength(tokens.keys()),
      tokens,
    }
  } catch (cause) {
    throw new RowspaceError('INVALID_FORMAT', `tokenizer.json cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function unknownIdOf(
  { model }: Record<string, unknown>,
  tokens: ReadonlyMap<string, number>,
): number | undefined {
  const { unk_token } = (model ?? {}) as { unk_token?: unknown }
  return typeof unk_token === 'string' ? tokens.get(unk_token) : undefined
}

/** As numpy's median, cut to a whole number. */
function medianLength(tokens: Iterable<string>): number {
  const lengths = Array.from(tokens, (token) => [...token].length).sort((a, b) => a - b)
  const middle = lengths.length >> 1
  const upper = lengths[middle] ?? 1
  const median = lengths.length % 2 === 1 ? upper : (upper + (lengths[middle - 1] ?? upper)) / 2
  return Math.max(1, Math.floor(median))
}
