/**
 * Static sentence-embedding models in model2vec's layout: a text's vector is the mean of its tokens' rows.
 *
 * ```
 * model.safetensors   embeddings F32, F16 or I8 [rows, d]; optional weights [tokens] and mapping [tokens], by token id
 * tokenizer.json      a tokenizer of Hugging Face's
 * config.json         { normalize }
 * ```
 * As the reference has it (github.com/MinishLab/model2vec): no special tokens; unknown tokens dropped; row mapping[t] of token t, times
 * weights[t]; the mean over the tokens; length 1 where `normalize` says so. A text without tokens gives zeros.
 */
import { Pooling, UNIT } from '../../bindings/pooling.ts'
import { checkCount } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import { isByteSource, openSource, type SourceLike } from '../sources/open.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import type { EmbeddingTable, TableOptions } from '../table.ts'
import { textList } from './embed.ts'
import { readModelTensors } from './model-tensors.ts'
import { type ModelTokenizer, openTokenizer } from './model-tokenizer.ts'

export interface StaticModelOptions extends SourceOptions, Omit<TableOptions, 'tokens' | 'nonFinite'> {
  /** Scale vectors to length 1: as config.json says unless given (and where it says nothing, yes). */
  normalize?: boolean | undefined
  /** How texts are split, in place of tokenizer.json. */
  tokenizer?: ModelTokenizer | undefined
}

export interface ModelEmbedOptions {
  /** Tokens of a text that count at most: 512 unless given; Infinity for all. */
  maxTokens?: number | undefined
  /** Keep the first n coordinates alone, before a vector is scaled (Matryoshka). All d unless given. */
  dimension?: number | undefined
}

/** A table with a tokenizer: what turns texts into vectors. */
export class StaticModel {
  constructor(
    readonly table: EmbeddingTable,
    readonly tokenizer: ModelTokenizer,
    /** Whether vectors have length 1. */
    readonly normalize: boolean,
    /** By token: what its row is multiplied by; the row that is its. */
    private readonly weights: Float32Array | undefined,
    private readonly mapping: Uint32Array | undefined,
  ) {}

  /** d. */
  get dimension(): number {
    return this.table.dimension
  }

  /**
   * A vector for each text, n · d numbers.
   *
   * @throws RowspaceError `INVALID_ARGUMENT`; `ID_OUT_OF_RANGE` where the tokenizer gives a token without a row; `DISPOSED`.
   */
  embed(texts: string | Iterable<string>, options: ModelEmbedOptions = {}): Float32Array {
    const { maxTokens = 512, dimension = this.dimension } = options
    if (maxTokens !== Number.POSITIVE_INFINITY) checkCount(maxTokens, 'maxTokens', 0)
    checkCount(dimension, 'dimension', 1)
    if (dimension > this.dimension) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        `dimension must be at most ${this.dimension}, the rows'; got ${dimension}`,
      )
    }
    const list = textList(texts)
    const vectors = new Float32Array(list.length * dimension)
    const pooling = new Pooling(this.table.open(), dimension, vectors)
    for (const text of list) {
      const tokens = this.tokens(text, maxTokens)
      const rows = tokens.map((token) => this.rowOf(token))
      pooling.add(rows, this.weights, this.normalize ? UNIT : 1 / Math.max(1, tokens.length), tokens)
    }
    pooling.flush()
    return vectors
  }

  /** The ids of a text's tokens that are known, `most` at most. */
  private tokens(text: string, most: number): Uint32Array {
    const { unknownId, medianTokenLength } = this.tokenizer
    // as the reference does, so that a long text does not cost more than it counts
    const signs = most * medianTokenLength
    const cut = text.length <= signs ? text : [...text].slice(0, signs).join('')
    const known = this.tokenizer.encode(cut).filter((token) => token !== unknownId)
    return Uint32Array.from(known.length > most ? known.slice(0, most) : known)
  }

  private rowOf(token: number): number {
    const row = this.mapping === undefined ? token : this.mapping[token]
    if (row !== undefined && row < this.table.size) return row
    throw new RowspaceError(
      'ID_OUT_OF_RANGE',
      `token ${token} has no row: the model has ${this.table.size} rows`,
      { id: token, size: this.table.size },
    )
  }

  /** Gives the table's memory back. */
  dispose(): void {
    this.table.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/**
 * Opens a model from its folder or its model.safetensors: a path (Node), a URL, `hf:owner/name`. The tokenizer is read by
 * `@huggingface/tokenizers`, which comes with the package.
 *
 * @throws RowspaceError as openTable; `NOT_FOUND` where tokenizer.json is missing; `UNSUPPORTED` without the package; `INVALID_FORMAT`.
 * @example
 * using model = await openStaticModel('hf:minishlab/potion-base-8M')
 * const vectors = model.embed(['a small domestic cat', 'a large wild cat'])
 */
export async function openStaticModel(
  source: SourceLike,
  options: StaticModelOptions = {},
): Promise<StaticModel> {
  const opened = await openModelFile(source, options)
  try {
    const config = await readJson(opened, 'config.json')
    const tokenizer = options.tokenizer ?? (await openTokenizer(await tokenizerFiles(opened)))
    const { table, weights, mapping } = await readModelTensors(opened, tokenizer, options)
    const normalize = options.normalize ?? booleanOf(config, 'normalize') ?? true
    return new StaticModel(table, tokenizer, normalize, weights, mapping)
  } finally {
    if (!isByteSource(source)) await opened.close?.()
  }
}

async function openModelFile(source: SourceLike, options: StaticModelOptions): Promise<ByteSource> {
  try {
    return await openSource(source, options)
  } catch (error) {
    if (typeof source !== 'string' || (error as RowspaceError).details?.reason !== 'EISDIR') throw error
    return openSource(`${source.replace(/[/\\]+$/, '')}/model.safetensors`, options)
  }
}

async function tokenizerFiles(source: ByteSource) {
  const tokenizer = await readJson(source, 'tokenizer.json')
  if (tokenizer !== undefined)
    return { tokenizer, config: (await readJson(source, 'tokenizer_config.json')) ?? {} }
  throw new RowspaceError(
    'NOT_FOUND',
    `there is no tokenizer.json beside ${source.name}: put it there, or pass { tokenizer }`,
    { source: source.name },
  )
}

/** A JSON object beside a file, or undefined where there is none. */
async function readJson(source: ByteSource, name: string): Promise<Record<string, unknown> | undefined> {
  const beside = await source.sibling?.(name)
  if (beside === undefined) return undefined
  try {
    const parsed = JSON.parse(new TextDecoder().decode(await beside.read(0, beside.size)))
    if (typeof parsed === 'object' && parsed !== null) return parsed
    throw new SyntaxError('no object')
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new RowspaceError('INVALID_FORMAT', `${beside.name} is no JSON object: ${cause.message}`, {
      source: beside.name,
      cause,
    })
  } finally {
    await beside.close?.()
  }
}

function booleanOf(config: Record<string, unknown> | undefined, name: string): boolean | undefined {
  const value = config?.[name]
  return typeof value === 'boolean' ? value : undefined
}
