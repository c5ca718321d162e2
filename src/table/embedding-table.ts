/** EmbeddingTable: the door. What each question means is here; how it is answered fast is the core's. */
import type { TableMemory } from '../../bindings/table-memory.ts'
import type { ElementType, RowArrays } from '../core/element-types.ts'
import { checkId, type IdSet } from '../core/id-set.ts'
import { INSPECT } from '../core/inspect.ts'
import {
  ANALOGY_OPTIONS,
  type AnalogyOptions,
  type FilledRows,
  type Query,
  type RowKey,
  type RowOptions,
  SEARCH_OPTIONS,
  type SearchOptions,
  type TableOptions,
} from '../core/options.ts'
import { sampleIds } from '../core/random.ts'
import { checkOptions, readOptions } from '../core/strict-options.ts'
import { readList } from '../core/values.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { checkVector, isRow, queryList } from './arguments.ts'
import { combine, type Expression, weightedTerms } from './expression.ts'
import {
  checkMade,
  type MadeTable,
  makeByFilling,
  makeFromRows,
  type TableShapeOptions,
} from './make-table.ts'
import type { Matches } from './matches.ts'
import { NO_IDS, type PreparedQuery, readQuery, readSum } from './query.ts'
import { Searcher } from './searcher.ts'
import { TableRows } from './table-rows.ts'

export type * from '../core/options.ts'

/**
 * A table E of |V| rows and d columns in one WebAssembly memory, and the questions that its geometry answers.
 * Every method is synchronous. Scores are float32, the same bits on every engine.
 *
 * @example
 * const tokens = ['king', 'queen', 'tree']
 * using table = await EmbeddingTable.from([[1, 0], [0.9, 0.1], [0, 1]], { tokens })
 * for (const { token, cosine } of table.nearest('king', { k: 1 })) console.log(token, cosine)
 */
export class EmbeddingTable {
  /** The number of rows, |V|. */
  readonly size: number
  /** The number of columns, d. */
  readonly dimension: number
  /** The type that rows are stored in. */
  readonly dtype: ElementType
  /** How many rows held NaN or infinities and are left out of every answer (`nonFinite: 'skip'`). */
  readonly skipped: number
  /** How many rows of the source were left out because an earlier row has their token. */
  readonly duplicates: number
  /** The codes stored beside the rows: 8 bits per number, 4, or none. Answers do not depend on them. */
  readonly codes: 'int8' | 'int4' | 'none'
  /** The tokens, or undefined where the table has none. */
  readonly vocabulary: Vocabulary | undefined
  readonly #rows: TableRows
  /** Answers this table's queries. @internal */
  readonly searcher: Searcher

  private constructor(made: MadeTable) {
    const { memory, size, vocabulary, duplicates } = checkMade(made)
    this.size = size
    this.dimension = memory.layout.dimension
    this.dtype = memory.layout.dtype
    this.vocabulary = vocabulary
    this.codes = memory.hasCodes ? (`int${memory.codeBits}` as const) : 'none'
    this.duplicates = duplicates
    this.#rows = new TableRows(made)
    this.skipped = size - this.live.count
    this.searcher = new Searcher(this.#rows)
  }

  /**
   * Makes a table from |V| · d numbers, row after row, or from a list of |V| rows. Numbers are copied, and
   * rounded to the nearest of `dtype`. Pass rows that are bf16 or f16 already as a Uint16Array of their bits
   * (or a Float16Array), int8 rows as an Int8Array with `scales`.
   *
   * @throws RowspaceError `LENGTH_MISMATCH` unless there are |V| · d numbers, |V| tokens and |V| scales;
   * `DIMENSION_MISMATCH` naming the row of another length; `INVALID_ARGUMENT` for what is not a number;
   * `NON_FINITE` naming row and column; `OUT_OF_MEMORY`; `UNSUPPORTED` without WebAssembly SIMD.
   * @example
   * const table = await EmbeddingTable.from(rows, { dimension: 768, tokens })
   * const same = await EmbeddingTable.from([[1, 2], [3, 4]])
   */
  static async from(
    rows: ArrayLike<number>,
    options: TableOptions & RowOptions & { dimension: number },
  ): Promise<EmbeddingTable>
  static async from(
    rows: readonly ArrayLike<number>[],
    options?: TableOptions & RowOptions & { dimension?: number | undefined },
  ): Promise<EmbeddingTable>
  static async from(
    rows: unknown,
    options: TableOptions & RowOptions & { dimension?: number | undefined } = {},
  ): Promise<EmbeddingTable> {
    return new EmbeddingTable(await makeFromRows(rows, options))
  }

  /**
   * Makes a table whose rows `write` fills in: a file streams in without a second copy. `write` gets an array
   * of |V| · d numbers as they are stored (Float32Array; Uint16Array of bits for bf16 and f16; Int8Array),
   * and |V| float32 scales for int8. Both are views of the table's memory, valid until `write` returns or its
   * promise settles.
   *
   * @throws RowspaceError as `from`. What `write` throws is rethrown, and no table is made.
   * @example
   * const table = await EmbeddingTable.fill({ size: 3, dimension: 2 }, (target) => {
   *   target.set([1, 0, 0.9, 0.1, 0, 1])
   *   return undefined
   * })
   */
  static async fill<Type extends ElementType = 'f32'>(
    shape: TableShapeOptions<Type>,
    write: (
      target: RowArrays[Type],
      scales: Float32Array,
    ) => undefined | FilledRows | Promise<undefined | FilledRows>,
    options: TableOptions = {},
  ): Promise<EmbeddingTable> {
    return new EmbeddingTable(await makeByFilling(shape, write, options))
  }

  /** Threads that search now: 1, and the workers that run; they start a little after the table is made. */
  get threads(): number {
    return this.open().threads
  }

  /**
   * The id of a row given by id or token.
   *
   * @throws RowspaceError `ID_OUT_OF_RANGE`, `UNKNOWN_TOKEN`, `NO_TOKENS`, `DISPOSED`.
   */
  id(row: RowKey): number {
    this.open()
    return this.#rows.id(row)
  }

  /** The token of an id, or undefined where the table has none for it. Throws `ID_OUT_OF_RANGE`. */
  token(id: number): string | undefined {
    this.open()
    checkId(id, this.size)
    return this.#rows.tokenOf(id)
  }

  /** Whether a row is in no answer, and reads as zeros, because it was not finite (`nonFinite: 'skip'`). */
  isSkipped(row: RowKey): boolean {
    return !this.live.has(this.id(row))
  }

  /** The lookup x_i = E[t_i]: a copy of one row, d numbers. */
  row(row: RowKey): Float32Array {
    return this.open().row(this.id(row))
  }

  /** Copies of n rows: n · d numbers, row after row. The same row may be given several times. */
  gather(rows: Iterable<RowKey>): Float32Array {
    const memory = this.open()
    const ids = this.#rows.idArray(rows)
    const target = new Float32Array(ids.length * this.dimension)
    memory.gather(ids, target)
    return target
  }

  /** The cosine of two rows or vectors; 0 where one is a row of zeros. Symmetric to the bit. */
  similarity(a: Query, b: Query): number {
    this.open()
    return this.searcher.similarity(this.#read(a), isRow(b) ? this.id(b) : checkVector(b, this.dimension))
  }

  /**
   * The k rows nearest to a row or vector, best first; equal scores by id. A row named by the query is left
   * out unless `includeInputs: true`.
   *
   * @throws RowspaceError `INVALID_K`, `DIMENSION_MISMATCH`, `NON_FINITE`, `EMPTY_QUERY`, `ZERO_QUERY`
   * (cosine with a vector of zeros), `UNKNOWN_TOKEN`, `ID_OUT_OF_RANGE`, `DISPOSED`.
   */
  nearest(query: Query, options: SearchOptions = {}): Matches {
    this.open()
    const params = this.searcher.params(checkOptions(options, SEARCH_OPTIONS, 'the options of nearest()'))
    return this.searcher.nearest(this.#read(query), params)
  }

  /**
   * As `nearest` for many queries, while the table is read once: one answer per query, each the same to the
   * bit. Takes a list of rows and vectors, or n · d numbers as one Float32Array.
   *
   * @throws RowspaceError as `nearest`, naming the query.
   */
  nearestBatch(queries: Iterable<Query>, options: SearchOptions = {}): Matches[] {
    this.open()
    const given = checkOptions(options, SEARCH_OPTIONS, 'the options of nearestBatch()')
    const params = this.searcher.params(given)
    const list = queryList(queries, this.dimension)
    return this.searcher.nearestBatch(list, (query) => this.#read(query), params)
  }

  /**
   * The k rows nearest to a sum of rows: { positive: ['king', 'woman'], negative: ['man'] }. Inputs are left
   * out of the answer unless `includeInputs`. The method of Mikolov et al. 2013 (3CosAdd).
   *
   * @throws RowspaceError as `nearest`; `EMPTY_QUERY` without inputs.
   */
  analogy(expression: Expression, options: AnalogyOptions = {}): Matches {
    this.open()
    const given = checkOptions(options, ANALOGY_OPTIONS, 'the options of analogy()')
    const { normalize = false } = given
    const params = this.searcher.params(given)
    return this.searcher.nearest(readSum(this, expression, normalize), params)
  }

  /**
   * As `analogy` for many expressions, while the table is read once.
   *
   * @throws RowspaceError as `analogy`, naming the query.
   */
  analogyBatch(expressions: Iterable<Expression>, options: AnalogyOptions = {}): Matches[] {
    this.open()
    const given = checkOptions(options, ANALOGY_OPTIONS, 'the options of analogyBatch()')
    const { normalize = false } = given
    const params = this.searcher.params(given)
    const list = readList(expressions, 'expressions')
    return this.searcher.nearestBatch(list, (each) => readSum(this, each, normalize), params)
  }

  /**
   * The vector of an expression: the weighted sum of its rows and vectors, d numbers, rounded once to
   * float32. `normalize` scales each to length 1 first; default: false.
   */
  combine(expression: Expression, options: { normalize?: boolean | undefined } = {}): Float32Array {
    this.open()
    const { normalize = false } = readOptions(options, { normalize: true }, 'the options of combine()')
    return combine(this, weightedTerms(expression), normalize)
  }

  /** Cosine and dot product of each given row with a query, in the order given. */
  scores(query: Query, rows: Iterable<RowKey>): Matches {
    this.open()
    const ids = this.#rows.idArray(rows)
    return this.searcher.scores(this.#read(query), ids)
  }

  /**
   * `count` different random ids, none of `exclude`: baselines to compare an answer with. The same `seed`
   * (default: 1) gives the same ids on every engine.
   */
  randomIds(
    count: number,
    options: { seed?: number | undefined; exclude?: Iterable<RowKey> | undefined } = {},
  ): Uint32Array {
    this.open()
    const { seed = 1, exclude = NO_IDS } = readOptions(
      options,
      { seed: true, exclude: true },
      'the options of randomIds()',
    )
    const excluded = new Set(this.#rows.ids(exclude))
    return sampleIds(this.size, count, seed, (id) => !excluded.has(id) && this.live.has(id))
  }

  /** A set of rows, given as a list or by a test, to filter any number of searches with. */
  idSet(rows: Iterable<RowKey> | ((id: number, token: string | undefined) => boolean)): IdSet {
    this.open()
    return this.#rows.idSet(rows)
  }

  /** Frees the memory. Every question afterwards throws `DISPOSED`; a second call does nothing. */
  dispose(): void {
    this.#rows.dispose()
  }

  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose()
  }

  /** What console.log prints. @internal */
  [INSPECT](): string {
    return `EmbeddingTable(${this.size} x ${this.dimension}, ${this.dtype})`
  }

  /** The rows that may be in an answer: all but those that were skipped. @internal */
  get live(): IdSet {
    return this.#rows.live
  }

  /** The memory of a table that is open. Throws `DISPOSED`. @internal */
  open(): TableMemory {
    return this.#rows.memory()
  }

  #read(query: Query): PreparedQuery {
    return readQuery(this, this.live, query)
  }
}
