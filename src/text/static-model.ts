/**
 * Static sentence-embedding models in model2vec's layout: a text's vector is the mean of its tokens' rows.
 *
 * ```
 * model.safetensors   embeddings F32, F16, BF16, I8, or F64 [rows, d]; optional weights [tokens] and
 *                     mapping [tokens], by token id
 * tokenizer.json      a tokenizer of Hugging Face's
 * config.json         { normalize }; modules.json where sentence-transformers wrote it
 * ```
 * As in the reference (github.com/MinishLab/model2vec): no special tokens, unknown tokens left out, row
 * mapping[t] · weights[t] for token t, the mean over the tokens, scaled to length 1 if `normalize`. A text
 * without tokens gives zeros.
 */
import { Pooling, UNIT } from '../../bindings/pooling.ts'
import { RowspaceError } from '../core/errors.ts'
import { TABLE_OPTIONS, type TableOptions } from '../core/options.ts'
import { type KeysOf, pickOptions, readOptions } from '../core/strict-options.ts'
import { checkCount, invalidArgument } from '../core/values.ts'
import { isByteSource, type SourceLike } from '../open/open-source.ts'
import { SOURCE_OPTIONS } from '../sources/options.ts'
import type { SourceOptions } from '../sources/source.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { type ModelTokenizer, openTokenizer } from '../tokenizers/model-tokenizer.ts'
import { textList } from './embed.ts'
import { normalizes, openModelFile, tokenizerFiles } from './model-files.ts'
import { readModelTensors } from './model-tensors.ts'
import { checkDimension } from './pool.ts'

/** How a static model is opened. */
export interface StaticModelOptions extends SourceOptions, Omit<TableOptions, 'tokens' | 'nonFinite'> {
  /** Scale vectors to length 1. Default: as config.json or modules.json says, else false. */
  normalize?: boolean | undefined
  /** The tokenizer to use in place of tokenizer.json. */
  tokenizer?: ModelTokenizer | undefined
}

const { tokens: _, nonFinite: __, ...OTHER_OPTIONS } = TABLE_OPTIONS
const MODEL_OPTIONS: KeysOf<StaticModelOptions> = {
  ...SOURCE_OPTIONS,
  ...OTHER_OPTIONS,
  normalize: true,
  tokenizer: true,
}

/** How a static model embeds texts. */
export interface ModelEmbedOptions {
  /** How many tokens of a text count, from its beginning; Infinity for all. Default: 512. */
  maxTokens?: number | undefined
  /** Keep only the first n coordinates, before a vector is scaled (Matryoshka). Default: d. */
  dimension?: number | undefined
}

const EMBED_OPTIONS: KeysOf<ModelEmbedOptions> = { maxTokens: true, dimension: true }

/** A static sentence-embedding model: a table and a tokenizer. */
export class StaticModel {
  constructor(
    /** The rows, one per token (or per mapped token). */
    readonly table: EmbeddingTable,
    /** The tokenizer of the model. */
    readonly tokenizer: ModelTokenizer,
    /** Whether vectors have length 1. */
    readonly normalize: boolean,
    /** By token id: the factor of its row, and the id of its row. */
    private readonly weights: Float32Array | undefined,
    private readonly mapping: Uint32Array | undefined,
  ) {}

  /** The number of columns, d. */
  get dimension(): number {
    return this.table.dimension
  }

  /**
   * A vector for each text, n · d numbers.
   *
   * @throws RowspaceError `INVALID_ARGUMENT`; `ID_OUT_OF_RANGE` where the tokenizer gives a token without a
   * row; `DISPOSED`.
   */
  embed(texts: string | Iterable<string>, options: ModelEmbedOptions = {}): Float32Array {
    const given = readOptions(options, EMBED_OPTIONS, 'the options of StaticModel.embed()')
    const { maxTokens = 512, dimension = this.dimension } = given
    if (maxTokens !== Number.POSITIVE_INFINITY) checkCount(maxTokens, 'maxTokens', 0)
    checkDimension(dimension, this.dimension)
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

  /** The ids of the first `maxTokens` known tokens of a text. */
  private tokens(text: string, maxTokens: number): Uint32Array {
    const { unknownId, medianTokenLength } = this.tokenizer
    // as the reference does: a long text costs no more than the tokens that count
    const signs = maxTokens * medianTokenLength
    // Stryker disable ConditionalExpression,EqualityOperator,MethodExpression,ArithmeticOperator: only faster
    const cut = text.length <= signs ? text : [...text.slice(0, 2 * signs)].slice(0, signs).join('')
    // Stryker restore all
    const known = this.tokenizer.encode(cut).filter((token) => token !== unknownId)
    return Uint32Array.from(known.slice(0, maxTokens))
  }

  private rowOf(token: number): number {
    const row = this.mapping === undefined ? token : this.mapping[token]
    if (row !== undefined && row < this.table.size) return row
    throw new RowspaceError(
      'ID_OUT_OF_RANGE',
      `token ${token} has no row: the model has ${this.table.size} rows.`,
      { id: token, size: this.table.size },
    )
  }

  /** Frees the memory of the table. */
  dispose(): void {
    this.table.dispose()
  }

  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose()
  }
}

/**
 * Opens a model from its folder or its model.safetensors: a path (Node), a URL, `hf:owner/name`. The
 * tokenizer is read by `@huggingface/tokenizers`, which comes with the package.
 *
 * @throws RowspaceError as openTable; `NOT_FOUND` where tokenizer.json is missing; `UNSUPPORTED` without the
 * package; `INVALID_FORMAT`.
 * @example
 * using model = await openStaticModel('hf:minishlab/potion-base-8M')
 * const vectors = model.embed(['a small domestic cat', 'a large wild cat'])
 */
export async function openStaticModel(
  source: SourceLike,
  options: StaticModelOptions = {},
): Promise<StaticModel> {
  const given = readOptions(options, MODEL_OPTIONS, 'the options of openStaticModel()')
  if (given.tokenizer !== undefined) checkTokenizer(given.tokenizer)
  const reading = pickOptions<SourceOptions>(given, SOURCE_OPTIONS)
  const opened = await openModelFile(source, reading)
  try {
    const normalize = given.normalize ?? (await normalizes(opened, reading)) ?? false
    const tokenizer = given.tokenizer ?? (await openTokenizer(await tokenizerFiles(opened, reading)))
    const { table, weights, mapping } = await readModelTensors(opened, tokenizer, given)
    return new StaticModel(table, tokenizer, normalize, weights, mapping)
  } finally {
    if (!isByteSource(source)) await opened.close?.()
  }
}

function checkTokenizer(tokenizer: ModelTokenizer): void {
  if (typeof tokenizer?.encode === 'function' && tokenizer.tokens instanceof Map) return
  throw invalidArgument('tokenizer must have encode(text) and tokens, a Map of tokens to ids', tokenizer)
}
