/** The names of a model's rows, from the tokenizer.json beside it. */

import type { TextToken, Vocabulary } from '../core/vocabulary.ts'
import type { TokenScript, WrittenTokens } from '../formats/format.ts'
import { invalidFormat, isCount } from '../formats/malformed.ts'
import { readExactly } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import { isObject } from './json-object.ts'
import { readableToken } from './readable-tokens.ts'
import { unsafePattern } from './safe-patterns.ts'

/** More than any there is: Gemma's has 33 MB. */
const MAX_BYTES = 1 << 28

/**
 * The vocabulary of a table of `size` rows from the tokenizer.json beside `source`; undefined where there is none. Tokens have their readable
 * form, and are found by it or as the file writes them. Texts are split by `@huggingface/tokenizers`.
 *
 * @throws `INVALID_FORMAT` if there is one and it is no tokenizer
 */
export async function modelVocabulary(
  source: ByteSource,
  size: number,
  signal?: AbortSignal,
): Promise<ModelVocabulary | undefined> {
  const beside = await source.sibling?.('tokenizer.json')
  if (beside === undefined) return undefined
  try {
    const tokenizer = await readObject(beside, signal)
    const tokens = readTokens(beside, tokenizer)
    const vocabulary = new ModelVocabulary(tokens, size)
    const { Tokenizer } = await import('@huggingface/tokenizers')
    const config = await readConfig(source, signal)
    vocabulary.splitWith(() => {
      const unsafe = unsafePattern(tokenizer)
      if (unsafe !== undefined) throw invalidFormat(beside, unsafe)
      const made = new Tokenizer({ ...STEPS, ...tokenizer }, config)
      return (text) => made.encode(text, { add_special_tokens: false })
    })
    return vocabulary
  } finally {
    await beside.close?.()
  }
}

/** Steps that a tokenizer need not have, and the library asks for. */
const STEPS = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] }

/** A token with its id, its readable form and how the model writes it. */
export interface NamedToken {
  id: number
  written: string
  readable: string
}

/** The tokens of a list, one an id. */
export function namedTokens({ list, script }: WrittenTokens): NamedToken[] {
  return list.map((written, id) => ({ id, written, readable: readableToken(written, script) }))
}

type Encoder = (text: string) => { ids: number[]; tokens: string[] }

export class ModelVocabulary implements Vocabulary {
  /** Rows without a token: tables are padded to a round number of rows. */
  readonly unnamedRows: number
  /** Tokens without a row. */
  readonly tokensBeyond: number
  readonly #names: (string | undefined)[]
  readonly #readable = new Map<string, number>()
  readonly #written = new Map<string, number>()
  #makeEncoder: (() => Encoder) | undefined
  #encode: Encoder | undefined

  /** @param size rows of the table */
  constructor(
    tokens: Iterable<NamedToken>,
    readonly size: number,
  ) {
    this.#names = new Array<string | undefined>(size).fill(undefined)
    const seen = new Set<number>()
    let beyond = 0
    for (const { id, written, readable } of tokens) {
      if (id >= size) {
        beyond++
        continue
      }
      seen.add(id)
      this.#names[id] = readable
      // of two that read alike the smaller id
      const other = this.#readable.get(readable)
      if (other === undefined || id < other) this.#readable.set(readable, id)
      this.#written.set(written, id)
    }
    this.unnamedRows = size - seen.size
    this.tokensBeyond = beyond
  }

  /** How texts are split, made when the first is. */
  splitWith(make: () => Encoder): void {
    this.#makeEncoder = make
  }

  idOf(token: string): number | undefined {
    return this.#readable.get(token) ?? this.#written.get(token)
  }

  tokenOf(id: number): string | undefined {
    return this.#names[id]
  }

  tokenize(text: string): TextToken[] {
    try {
      this.#encode ??= this.#makeEncoder?.()
    } catch {
      // a kind of tokenizer that the library does not know yet, or whose patterns might hang: its tokens can be asked for all the same
      this.#makeEncoder = undefined
    }
    if (this.#encode === undefined) return this.#splitAtSpaces(text)
    const { ids, tokens } = this.#encode(text)
    // what is no token at all has no id
    return ids.map((id: number | undefined, index) => ({
      text: (id === undefined ? undefined : this.#names[id]) ?? tokens[index] ?? `<token ${id}>`,
      id: id !== undefined && id < this.size ? id : undefined,
    }))
  }

  /** Where the tokenizer cannot be run: words that are tokens, with the space before them where that is one. */
  #splitAtSpaces(text: string): TextToken[] {
    const words = text.match(/\s*\S+/g) ?? []
    return words.map((word) => {
      const found = [word, ` ${word.trim()}`, word.trim()].find((each) => this.idOf(each) !== undefined)
      return { text: found ?? word, id: found === undefined ? undefined : this.idOf(found) }
    })
  }
}

async function readObject(
  beside: ByteSource,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>> {
  if (beside.size > MAX_BYTES)
    throw invalidFormat(beside, `${beside.size} bytes are too many for a tokenizer.`)
  const bytes = await readExactly(beside, 0, beside.size, signal)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw invalidFormat(beside, `it is no JSON (${(cause as Error).message}). ${REMEDY}`, { cause })
  }
  if (isObject(value)) return value
  throw invalidFormat(beside, `it is no JSON object. ${REMEDY}`)
}

const REMEDY = 'Put the right one there, take it away, or pass { tokens }.'

async function readConfig(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>> {
  const beside = await source.sibling?.('tokenizer_config.json')
  if (beside === undefined) return {}
  try {
    return await readObject(beside, signal)
  } finally {
    await beside.close?.()
  }
}

/** The tokens of a tokenizer.json: BPE, WordPiece and WordLevel map them to ids, Unigram lists them with their scores. */
function readTokens(source: ByteSource, tokenizer: Record<string, unknown>): NamedToken[] {
  const script = scriptOf(tokenizer)
  const named = new Map<number, NamedToken>()
  const add = (written: unknown, id: unknown, readable?: string) => {
    if (typeof written !== 'string' || !isCount(id)) {
      const pair = JSON.stringify([written, id])?.slice(0, 80)
      throw invalidFormat(source, `its vocabulary has ${pair}; a token and its id were expected. ${REMEDY}`)
    }
    named.set(id, { id, written, readable: readable ?? readableToken(written, script) })
  }
  const model = isObject(tokenizer.model) ? tokenizer.model : {}
  if (Array.isArray(model.vocab)) {
    model.vocab.forEach((entry: unknown, id) => {
      add(Array.isArray(entry) ? entry[0] : entry, id)
    })
  } else if (isObject(model.vocab)) {
    for (const [written, id] of Object.entries(model.vocab)) add(written, id)
  } else {
    throw invalidFormat(source, `it has no vocabulary (model.vocab). ${REMEDY}`)
  }
  const added: unknown[] = Array.isArray(tokenizer.added_tokens) ? tokenizer.added_tokens : []
  for (const token of added) {
    const { id, content } = isObject(token) ? token : {}
    add(content, id, typeof content === 'string' ? content : undefined)
  }
  return [...named.values()]
}

/** Told by the steps that make its tokens: ByteLevel, or those that put ▁ for a space. */
function scriptOf(tokenizer: Record<string, unknown>): TokenScript {
  const steps = [tokenizer.pre_tokenizer, tokenizer.decoder, tokenizer.normalizer].flatMap(stepsOf)
  if (steps.some(({ type }) => type === 'ByteLevel')) return 'byte-level'
  const marks = (step: Record<string, unknown>) =>
    step.type === 'Metaspace' || (step.type === 'Replace' && JSON.stringify(step).includes('▁'))
  return steps.some(marks) ? 'sentencepiece' : 'plain'
}

/** A step, or those of a sequence. */
function stepsOf(step: unknown): Record<string, unknown>[] {
  if (!isObject(step)) return []
  const inner = [step.pretokenizers, step.decoders, step.normalizers].find(Array.isArray) ?? []
  return [step, ...inner.filter(isObject)]
}
