/**
 * The tokenizer of a model: tokenizer.json, read by Hugging Face's own library, which is loaded on demand.
 */
import type { Tokenizer } from '@huggingface/tokenizers'
import { RowspaceError } from '../core/errors.ts'
import { isObject, readJsonBeside } from '../formats/json-beside.ts'
import { invalidFormat } from '../formats/malformed.ts'
import type { ByteSource } from '../sources/source.ts'
import { unsafePattern } from './safe-patterns.ts'

/** From a text to token ids, and back to tokens. */
export interface ModelTokenizer {
  /** The tokens of a text, no special ones among them. */
  encode(text: string): number[]
  /** The token for unknown words, which counts for nothing. Unigram's counts: the reference includes it. */
  readonly unknownId: number | undefined
  /** Letters of a token: the median over the vocabulary, at least 1. */
  readonly medianTokenLength: number
  /** Every token with its id. */
  readonly tokens: ReadonlyMap<string, number>
}

export interface TokenizerFiles {
  /** Where tokenizer.json is, for messages. */
  readonly name: string
  /** tokenizer.json and tokenizer_config.json, parsed. */
  readonly tokenizer: Record<string, unknown>
  readonly config: Record<string, unknown>
}

/**
 * Reads the tokenizer beside `source`. Returns undefined without a tokenizer.json.
 *
 * @param remedy ends the message of an error
 * @throws `INVALID_FORMAT` if it or its configuration is not a JSON object
 */
export async function readTokenizerFiles(
  source: ByteSource,
  signal: AbortSignal | undefined,
  remedy: string,
): Promise<TokenizerFiles | undefined> {
  const read = async (name: string) => {
    const file = await readJsonBeside(source, name, signal, remedy)
    if (file === undefined) return undefined
    if (isObject(file.value)) return { name: file.name, value: file.value }
    throw invalidFormat(file, `it is not a JSON object. ${remedy}`)
  }
  const tokenizer = await read('tokenizer.json')
  if (tokenizer === undefined) return undefined
  const config = await read('tokenizer_config.json')
  return { name: tokenizer.name, tokenizer: tokenizer.value, config: config?.value ?? {} }
}

/** Steps that a tokenizer need not have, and the library requires. */
const STEPS = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] }

/**
 * Loads the library. The function returned makes the tokenizer, which takes long for a large one, and throws
 * `INVALID_FORMAT` for a kind that the library does not know and for patterns that may hang.
 *
 * @internal The library's types are not a dependency of the package's.
 */
export async function tokenizerMaker({ tokenizer, config }: TokenizerFiles): Promise<() => Tokenizer> {
  const { Tokenizer } = await import('@huggingface/tokenizers')
  return () => {
    const unsafe = unsafePattern(tokenizer)
    if (unsafe !== undefined) {
      throw new RowspaceError(
        'INVALID_FORMAT',
        `tokenizer.json cannot be run: ${unsafe}. Pass { tokenizer } instead.`,
      )
    }
    try {
      return new Tokenizer({ ...STEPS, ...tokenizer }, config)
    } catch (cause) {
      const problem = `tokenizer.json cannot be read: ${(cause as Error).message}.`
      throw new RowspaceError('INVALID_FORMAT', problem, { cause })
    }
  }
}

/** Throws `INVALID_FORMAT` for a tokenizer that it does not read. */
export async function openTokenizer(files: TokenizerFiles): Promise<ModelTokenizer> {
  const makeTokenizer = await tokenizerMaker(files)
  const made = makeTokenizer()
  const tokens = made.get_vocab(true)
  const { model } = files.tokenizer
  const unknown = isObject(model) ? model.unk_token : undefined
  return {
    encode: (text) => made.encode(text, { add_special_tokens: false }).ids,
    unknownId: typeof unknown === 'string' ? tokens.get(unknown) : undefined,
    medianTokenLength: medianLength(tokens.keys()),
    tokens,
  }
}

/** As numpy's median, cut to an integer. */
function medianLength(tokens: Iterable<string>): number {
  const lengths = Array.from(tokens, (token) => [...token].length).sort((a, b) => a - b)
  const middle = lengths.length >> 1
  const upper = lengths[middle] ?? 1
  const median = lengths.length % 2 === 1 ? upper : (upper + (lengths[middle - 1] ?? upper)) / 2
  return Math.max(1, Math.floor(median))
}
