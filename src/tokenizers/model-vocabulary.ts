/** The names of a model's rows, from the tokenizer.json beside it. */

import type { TextToken, Vocabulary } from '../core/vocabulary.ts'
import type { TokenScript, WrittenTokens } from '../formats/format.ts'
import { isObject } from '../formats/json-beside.ts'
import { invalidFormat, isCount } from '../formats/malformed.ts'
import type { ByteSource } from '../sources/source.ts'
import { readTokenizerFiles, type TokenizerFiles, tokenizerMaker } from './model-tokenizer.ts'
import { readableToken } from './readable-tokens.ts'

const REMEDY = 'Put the right one there, take it away, or pass { tokens }.'

/**
 * The vocabulary of a table of `size` rows from the tokenizer.json beside `source`; undefined where there is
 * none. Tokens have their readable form, and are found by it or as the file writes them. Texts are split by
 * `@huggingface/tokenizers`.
 *
 * @throws `INVALID_FORMAT` if there is one and it is not a tokenizer
 */
export async function modelVocabulary(
  source: ByteSource,
  size: number,
  signal?: AbortSignal,
): Promise<ModelVocabulary | undefined> {
  const files = await readTokenizerFiles(source, signal, REMEDY)
  if (files === undefined) return undefined
  const tokens = readTokens(files)
  const makeTokenizer = await tokenizerMaker(files)
  return new ModelVocabulary(tokens, size, () => {
    const tokenizer = makeTokenizer()
    return (text) => tokenizer.encode(text, { add_special_tokens: false })
  })
}

/** A token with its id, its readable form and how the model writes it. */
export interface NamedToken {
  id: number
  written: string
  readable: string
}

/** The tokens of a list, one per id. */
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

  /**
   * @param size rows of the table
   * @param makeEncoder makes what splits texts, when the first text is split
   */
  constructor(
    tokens: readonly NamedToken[],
    readonly size: number,
    makeEncoder?: () => Encoder,
  ) {
    this.#makeEncoder = makeEncoder
    this.#names = new Array<string | undefined>(size).fill(undefined)
    const inTable = tokens.filter(({ id }) => id < size)
    for (const { id, written, readable } of inTable) {
      this.#names[id] = readable
      // of two that read alike the smaller id
      this.#readable.set(readable, Math.min(id, this.#readable.get(readable) ?? id))
      this.#written.set(written, id)
    }
    this.unnamedRows = size - new Set(inTable.map(({ id }) => id)).size
    this.tokensBeyond = tokens.length - inTable.length
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
      // A kind that the library does not know, or patterns that may hang: its tokens are found all the same.
      this.#makeEncoder = undefined
    }
    if (this.#encode === undefined) return this.#splitAtSpaces(text)
    const { ids, tokens } = this.#encode(text)
    // the library gives no id to what is not a token
    return ids.map((id: number | undefined, index) => ({
      text: (id === undefined ? undefined : this.#names[id]) ?? tokens[index] ?? `<token ${id}>`,
      id: id !== undefined && id < this.size ? id : undefined,
    }))
  }

  /** Words that are tokens, with the space before them where it is one: where no tokenizer can be run. */
  #splitAtSpaces(text: string): TextToken[] {
    const words = text.match(/\s*\S+/g) ?? []
    return words.map((word) => {
      const found = [word, ` ${word.trim()}`, word.trim()].find((each) => this.idOf(each) !== undefined)
      return { text: found ?? word, id: found === undefined ? undefined : this.idOf(found) }
    })
  }
}

/** The tokens of a tokenizer.json: BPE, WordPiece and WordLevel map them to ids, Unigram lists them. */
function readTokens(files: TokenizerFiles): NamedToken[] {
  const { model, added_tokens: added } = files.tokenizer
  const script = scriptOf(files.tokenizer)
  const named = new Map<number, NamedToken>()
  const add = (written: unknown, id: unknown, isAdded: boolean) => {
    if (typeof written !== 'string' || !isCount(id)) {
      const pair = JSON.stringify([written, id]).slice(0, 80)
      throw invalidFormat(files, `its vocabulary has ${pair}; a token and its id were expected. ${REMEDY}`)
    }
    named.set(id, { id, written, readable: isAdded ? written : readableToken(written, script) })
  }
  const vocab = isObject(model) ? model.vocab : undefined
  if (Array.isArray(vocab)) {
    vocab.forEach((entry: unknown, id) => {
      add(Array.isArray(entry) ? entry[0] : entry, id, false)
    })
  } else if (isObject(vocab)) {
    for (const [written, id] of Object.entries(vocab)) add(written, id, false)
  } else {
    throw invalidFormat(files, `it has no vocabulary (model.vocab). ${REMEDY}`)
  }
  for (const token of Array.isArray(added) ? added : []) {
    const { id, content } = isObject(token) ? token : {}
    add(content, id, true)
  }
  return [...named.values()]
}

/** The steps that make its tokens show the script: ByteLevel, or those that put ▁ for a space. */
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
