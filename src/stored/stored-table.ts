/** A table whose rows stay where they lie, with the methods, options and bits of an EmbeddingTable, as promises. */

import { checkId } from '../core/id-set.ts'
import type { Query, RowKey } from '../core/options.ts'
import { sampleIds } from '../core/random.ts'
import { SafeProgress } from '../core/safe-progress.ts'
import { readChecked, readOptions } from '../core/strict-options.ts'
import { invalidArgument, readList } from '../core/values.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import { isRow, queryList, readSearchOptions } from '../table/arguments.ts'
import { type AsyncOptions, type AsyncTable, tableClosed } from '../table/async-table.ts'
import { combine, type Expression, type TermTable } from '../table/expression.ts'
import {
  copyQuery,
  copyTerms,
  type GivenQuery,
  givenBatch,
  givenQuery,
  givenSum,
  rowsOf,
} from '../table/given-query.ts'
import { Matches } from '../table/matches.ts'
import { NO_IDS, readQuery, vectorQuery } from '../table/query.ts'
import { AnswerNames } from './answer-names.ts'
import { matchesOf } from './best-rows.ts'
import type { IndexFile } from './index-file.ts'
import type { LazyIndex } from './lazy-index.ts'
import type { LazyVocabulary } from './lazy-vocabulary.ts'
import type { StoredFile } from './open-stored-file.ts'
import {
  COMBINE,
  type CombineOptions,
  LOAD_INDEX,
  type LoadIndexOptions,
  SIGNAL_ALONE,
  STORED_ANALOGY,
  STORED_SEARCH,
  type StoredAnalogyOptions,
  type StoredSearchOptions,
  signalOf,
  type Traffic,
} from './options.ts'
import type { RowScorer } from './row-scorer.ts'
import type { ReadCost } from './stored-rows.ts'
import { StoredSearcher } from './stored-searcher.ts'

/** What a stored table is made of. */
export interface StoredParts {
  readonly stored: StoredFile
  readonly scorer: RowScorer
  readonly vocabulary: LazyVocabulary
  readonly index: LazyIndex
  /** Where the index is read from, if it is a file of its own. */
  readonly indexFile?: IndexFile | undefined
  /** How errors name a row. Default: by its id. */
  readonly nameOf?: ((id: number) => string) | undefined
}

/** A table that `viewTable` opened. Close it. */
export class StoredTable implements AsyncTable {
  /** The number of rows, |V|. */
  readonly size: number
  /** The number of columns, d. */
  readonly dimension: number
  /** The type that rows are stored in where they lie. */
  readonly dtype: string
  readonly #parts: StoredParts
  #searcher: StoredSearcher | undefined
  #isClosed = false

  /** @internal */
  constructor(parts: StoredParts) {
    const { size, dimension, dtype } = parts.stored.file
    this.size = size
    this.dimension = dimension
    this.dtype = dtype
    this.#parts = parts
  }

  /** What was read so far. */
  get traffic(): Traffic {
    const { file, rows } = this.#parts.stored
    return { bytes: file.source.bytesRead, requests: rows.cost.requests }
  }

  /** The tokens, or undefined where the table has none. They are read when they are first needed. */
  async vocabulary(options: AsyncOptions = {}): Promise<Vocabulary | undefined> {
    return this.#open().vocabulary.read(signalOf(options, 'vocabulary()'))
  }

  /** The same for one text: what splits it as all tokens do. @internal */
  async vocabularyFor(text: string): Promise<Vocabulary | undefined> {
    return this.#open().vocabulary.forText(text)
  }

  /** The id of a row given by id or token. Throws `ID_OUT_OF_RANGE`, `UNKNOWN_TOKEN`, `NO_TOKENS`, `DISPOSED`. */
  async id(row: RowKey, options: AsyncOptions = {}): Promise<number> {
    const idOf = await this.#open().vocabulary.idsOf([row], signalOf(options, 'id()'))
    return idOf(row)
  }

  /** The token of an id, or undefined where the table has none for it. Throws `ID_OUT_OF_RANGE`. */
  async token(id: number, options: AsyncOptions = {}): Promise<string | undefined> {
    const signal = signalOf(options, 'token()')
    if (typeof id !== 'number') throw invalidArgument('An id must be a number', id)
    checkId(id, this.size)
    return (await this.#open().vocabulary.tokensOf([id], signal))(id)
  }

  /**
   * The lookup x_i = E[t_i]: one row, d numbers. Only its bytes are read.
   *
   * @throws RowspaceError as `id`; `NON_FINITE` naming row and column; what the source throws
   */
  async row(row: RowKey, options: AsyncOptions = {}): Promise<Float32Array> {
    return (await this.#termTable([row], signalOf(options, 'row()'))).row(row).slice()
  }

  /** n rows: n · d numbers, row after row. The same row may be given several times. */
  async gather(rows: Iterable<RowKey>, options: AsyncOptions = {}): Promise<Float32Array> {
    const list = readList(rows, 'rows')
    const table = await this.#termTable(list, signalOf(options, 'gather()'))
    const target = new Float32Array(list.length * this.dimension)
    for (const [place, row] of list.entries()) target.set(table.row(row), place * this.dimension)
    return target
  }

  /** The vector of an expression, d numbers, as EmbeddingTable.combine. */
  async combine(expression: Expression, options: CombineOptions = {}): Promise<Float32Array> {
    const { normalize = false, signal } = readChecked(options, COMBINE, 'the options of combine()')
    const terms = copyTerms(expression)
    return combine(await this.#termTable(rowsOf(terms), signal), terms, normalize)
  }

  /** The cosine of two rows or vectors; 0 where one is a row of zeros. Symmetric to the bit. */
  async similarity(a: Query, b: Query, options: AsyncOptions = {}): Promise<number> {
    const pair = [copyQuery(a, this.dimension), copyQuery(b, this.dimension)] as const
    const rows = pair.filter(isRow)
    const table = await this.#termTable(rows, signalOf(options, 'similarity()'))
    const { scorer } = this.#open()
    scorer.place(rows.map((row) => table.row(row)))
    const placeOf = (query: Query) => (isRow(query) ? rows.indexOf(query) : query)
    return scorer.searcher.similarity(readQuery(scorer, scorer.live, placeOf(pair[0])), placeOf(pair[1]))
  }

  /** Cosine and dot product of each given row with a query, in the order given. */
  async scores(query: Query, rows: Iterable<RowKey>, options: AsyncOptions = {}): Promise<Matches> {
    const signal = signalOf(options, 'scores()')
    const given = copyQuery(query, this.dimension)
    const list = readList(rows, 'rows')
    const table = await this.#termTable(isRow(given) ? [given, ...list] : list, signal)
    const ids = Uint32Array.from(list, (row) => table.id(row))
    const tokenOf = await this.#open().vocabulary.tokensOf(ids, signal)
    const vector = vectorQuery(isRow(given) ? table.row(given) : given, NO_IDS)
    const { cosines, dots } = this.#open().scorer.score(
      vector,
      list.map((row) => table.row(row)),
    )
    return new Matches(ids, cosines, dots, (id) => ({ id, token: tokenOf(id) }))
  }

  /**
   * Reads the index now instead of at the first search.
   *
   * @throws RowspaceError as `nearest`
   */
  async loadIndex(options: LoadIndexOptions = {}): Promise<void> {
    const { signal, onProgress } = readChecked(options, LOAD_INDEX, 'the options of loadIndex()')
    const progress = new SafeProgress<'read'>(onProgress)
    const onBytes = (done: number, total: number) => progress.report('read', done, total)
    await this.#open().index.codes({ signal, onBytes })
    progress.finish()
  }

  /**
   * The k rows nearest to a row or vector, as EmbeddingTable.nearest, to the bit. By the codes of the index, a
   * few rows are read in two rounds.
   *
   * @throws RowspaceError as EmbeddingTable.nearest; `NOT_FOUND` where there is no index; `CHANGED` for an
   *   index of other rows; `CHECKSUM_MISMATCH` for one that is damaged; what the source throws
   */
  async nearest(query: Query, options: StoredSearchOptions = {}): Promise<Matches> {
    const given = readChecked(options, STORED_SEARCH, 'the options of nearest()')
    return this.#searchOne(given, this.#given(query))
  }

  /** As `nearest` for many queries: the codes are scanned once, and rows are read for all of them together. */
  async nearestBatch(queries: Iterable<Query>, options: StoredSearchOptions = {}): Promise<Matches[]> {
    const given = readChecked(options, STORED_SEARCH, 'the options of nearestBatch()')
    const list = queryList(queries, this.dimension)
    return this.#search(
      given,
      givenBatch(list, (query) => this.#given(query)),
    )
  }

  /** The k rows nearest to a sum of rows, as EmbeddingTable.analogy. */
  async analogy(expression: Expression, options: StoredAnalogyOptions = {}): Promise<Matches> {
    const { normalize = false, ...given } = readChecked(options, STORED_ANALOGY, 'the options of analogy()')
    return this.#searchOne(given, givenSum(expression, normalize))
  }

  /** As `analogy` for many expressions. */
  async analogyBatch(
    expressions: Iterable<Expression>,
    options: StoredAnalogyOptions = {},
  ): Promise<Matches[]> {
    const what = 'the options of analogyBatch()'
    const { normalize = false, ...given } = readChecked(options, STORED_ANALOGY, what)
    const list = readList(expressions, 'expressions')
    return this.#search(
      given,
      givenBatch(list, (expression) => givenSum(expression, normalize)),
    )
  }

  /** `count` different random ids, none of `exclude`, as EmbeddingTable.randomIds gives them. */
  async randomIds(
    count: number,
    options: {
      seed?: number | undefined
      exclude?: Iterable<RowKey> | undefined
      signal?: AbortSignal | undefined
    } = {},
  ): Promise<Uint32Array> {
    const keys = { seed: true, exclude: true, ...SIGNAL_ALONE } as const
    const { seed = 1, exclude = NO_IDS, signal } = readOptions(options, keys, 'the options of randomIds()')
    const list = readList(exclude, 'rows')
    const excluded = new Set(list.map(await this.#open().vocabulary.idsOf(list, signal)))
    return sampleIds(this.size, count, seed, (id) => !excluded.has(id))
  }

  /** Closes the file and frees the memory. Every later call throws `DISPOSED`. Calling it twice is harmless. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const { scorer, index, indexFile, vocabulary, stored } = this.#parts
    scorer.dispose()
    await Promise.all([index.dispose(tableClosed()), vocabulary.dispose(tableClosed())])
    await indexFile?.dispose(tableClosed())
    await stored.file.close()
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #given(query: Query): GivenQuery {
    return givenQuery(query, this.dimension, this.#parts.nameOf)
  }

  async #searchOne(given: StoredSearchOptions, query: GivenQuery): Promise<Matches> {
    const [answer] = (await this.#search(given, [query])) as [Matches]
    return answer
  }

  async #search(given: StoredSearchOptions, queries: readonly GivenQuery[]): Promise<Matches[]> {
    const { signal, exclude = NO_IDS, ...rest } = given
    readSearchOptions(rest)
    const left = readList(exclude, 'rows')
    const { vocabulary, index, stored, scorer } = this.#open()
    const excluded = left.map(await vocabulary.idsOf(left, signal))
    // a filter may look at any token
    if (typeof rest.filter === 'function') await vocabulary.read(signal)
    const cost = { requests: 0, bytes: 0 }
    const inputs = queries.flatMap(({ rows }) => rows)
    const table = await this.#termTable(inputs, signal, cost)
    const codes = await index.codes({ signal })
    this.#open()
    this.#searcher ??= new StoredSearcher(codes, stored, scorer, (id) => vocabulary.whole?.tokenOf(id))
    const params = this.#searcher.searcher.params({ ...rest, exclude: excluded })
    const prepared = queries.map((query) => query.prepare(table, params.metric))
    const names = new AnswerNames(vocabulary, signal)
    const onRows = (ids: ReadonlySet<number>) => names.readAhead(ids)
    const answers = await this.#searcher.search(prepared, params, { signal, cost, onRows })
    const tokenOf = await names.of(answers.flatMap(({ rows }) => rows))
    this.#open()
    return answers.map(({ rows, rescored }) => matchesOf(rows, tokenOf, { rescored, ...cost }))
  }

  #open(): StoredParts {
    if (!this.#isClosed) return this.#parts
    throw tableClosed()
  }

  /** The given rows, as expressions read them. */
  async #termTable(
    rows: readonly RowKey[],
    signal: AbortSignal | undefined,
    cost?: ReadCost,
  ): Promise<TermTable> {
    const parts = this.#open()
    const id = await parts.vocabulary.idsOf(rows, signal)
    const found = await parts.stored.rows.fetch(rows.map(id), signal, cost)
    this.#open()
    const row = (key: RowKey) => found.get(id(key)) ?? new Float32Array(0)
    return { dimension: this.dimension, id, row }
  }
}
