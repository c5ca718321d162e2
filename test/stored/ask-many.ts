/**
 * Random questions to random tables where they lie, and to the same in memory without codes: their answers
 * must be equal to the bit. No test framework is needed, so that it runs in workers too.
 */
import { isRowspaceError } from '../../src/core/errors.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import type { SourceLike } from '../../src/open/open-source.ts'
import { openTable } from '../../src/open/open-table.ts'
import { indexName } from '../../src/stored/index-layout.ts'
import type { ViewOptions } from '../../src/stored/options.ts'
import type { StoredTable } from '../../src/stored/stored-table.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { writeIndex } from '../../src/stored/write-index.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Matches } from '../../src/table/matches.ts'
import { HARD, hardQuery, hardTable } from '../oracle/hard-tables.ts'
import { ask, type Question, RandomQuestions } from '../oracle/random-questions.ts'
import { KINDS, makeQuery, makeTable, randomNumbers, type TestTable } from '../oracle/tables.ts'

/** Where a table and its index lie. */
export interface Placed {
  source: SourceLike
  index?: SourceLike | undefined
  options?: ViewOptions | undefined
}

/** Puts a table and its index somewhere; `name` is the index's where it lies beside `rows.safetensors`. */
export type Place = (file: Uint8Array, index: Uint8Array, name: string) => Promise<Placed> | Placed

const ROW_KINDS = [...new Set([...HARD, ...KINDS]), 'repeated'] as const
const CODES = ['int8', 'int4'] as const
/** Numbers that every type has room for. */
const NARROW = ['plain', 'grid', 'outliers', 'near ties', 'one column', 'model', 'near', 'repeated']
/** Kinds whose bounds rule nothing out: all their rows are scored. */
const OPEN = ['edge', 'huge', 'tiny', 'mixed']
const DTYPES = ['f32', 'f32', 'bf16', 'f16', 'int8'] as const
/** Rows of tables for one thread, or down to half as many. */
const SIZES = [1, 9, 100, 300, 300, 1000, 1000, 2500]
/** Rows that two threads share. */
const SHARED_SIZE = 20_000
const [CALLS, SHARED_CALLS] = [30, 16]
/** Rows wanted. Of large tables, not all. */
const FEW = [0, 1, 1, 5, 10, 10, 10, 60, 300]

/** About 250 questions to one table. Returns how many it was. */
export async function askMany(place: Place, seed: number, threads = 1): Promise<number> {
  const random = randomNumbers(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const oneOf = <Value>(list: readonly Value[]) => list[below(list.length)] as Value
  const kinds = threads > 1 ? ROW_KINDS.filter((name) => !OPEN.includes(name)) : ROW_KINDS
  const kind = kinds[Math.abs(seed) % kinds.length] ?? 'plain'
  const most = OPEN.includes(kind) ? 300 : oneOf(SIZES)
  const size = threads > 1 ? SHARED_SIZE : Math.max(1, most - below(most / 2))
  const dimension = threads > 1 ? 53 + below(30) : oneOf([1, 2, 3, 1 + below(70), 1 + below(70)])
  const made = tableOf(kind, size, dimension, seed)
  const dtype = NARROW.includes(kind) ? oneOf(DTYPES) : 'f32'
  const codes = oneOf(CODES)
  const what = `${size} x ${dimension} ${dtype} rows that are ${kind}, codes of ${codes}`
  const names = Array.from({ length: size }, (_, id) => `token ${id}`)
  const file = await joined(writeSafetensors(writableRows(made.flat, dimension, names), { dtype }))
  const name = indexName('rows.safetensors', codes === 'int4' ? 4 : 8)
  const { source, index, options } = await place(file, await joined(writeIndex(file, { codes })), name)
  await using stored = await viewTable(source, {
    index,
    threads,
    cacheBytes: oneOf([0, 1 << 10, 1 << 24]),
    ...options,
  })
  using table = await openTable(file, { codes: false })
  const questions = new RandomQuestions(
    {
      ...{ size, dimension },
      counts: threads > 1 ? FEW : [...FEW, size >> 1, size - 1, size, size + 5],
      steps: [1, 1, 1, 1, 0, 2, 3, 40],
      // where codes rule nothing out, every query scores every row
      maxBatch: Math.max(4, Math.min(70, Math.floor(40_000 / size))),
      vector: (seed) => vectorOf(made, kind, seed),
      name: (id) => `token ${id}`,
    },
    seed,
  )
  let asked = 0
  for (let call = 0; call < (threads > 1 ? SHARED_CALLS : CALLS); call++) {
    const question = questions.next(70)
    try {
      asked += await compare(stored, table, question)
    } catch (error) {
      throw new Error(`${what}, call ${call}, ${JSON.stringify(question.options)}: ${error}`, {
        cause: error,
      })
    }
  }
  return asked
}

function tableOf(kind: (typeof ROW_KINDS)[number], size: number, dimension: number, seed: number): TestTable {
  const known = KINDS.find((name) => name === kind)
  if (known !== undefined) return makeTable(size, dimension, known, seed)
  if (kind !== 'repeated')
    return hardTable(size, dimension, HARD.find((name) => name === kind) ?? 'plain', seed)
  const made = makeTable(size, dimension, 'plain', seed)
  for (const [id, row] of made.rows.entries()) if (id > 2) row.set(made.rows[id % 3] ?? [])
  return made
}

function vectorOf(made: TestTable, kind: string, seed: number): Float32Array {
  const known = KINDS.find((name) => name === kind)
  if (seed % 8 === 0) return makeQuery(made.dimension, KINDS[(seed >> 3) % KINDS.length] ?? 'plain', seed)
  return known === undefined || seed % 2 === 0
    ? hardQuery(made, seed)
    : makeQuery(made.dimension, known, seed)
}

/** Throws unless both tables answer alike, or reject alike. Returns how many questions it was. */
async function compare(stored: StoredTable, table: EmbeddingTable, question: Question): Promise<number> {
  const { filter, options: given } = question
  const options = { ...given, filter: filter?.isSet ? table.idSet(filter.test) : filter?.test }
  const expected = await outcomeOf(() => ask(table, question, options))
  const actual = await outcomeOf(() => ask(stored, question, options))
  if (typeof expected === 'string') {
    if (actual !== expected) throw new Error(`rejected by ${actual} instead of ${expected}`)
    // zeros have no cosine
    if (options.metric === 'dot') return 1
    return 1 + (await compare(stored, table, { ...question, options: { ...given, metric: 'dot' } }))
  }
  if (typeof actual === 'string') throw new Error(`rejected by ${actual}`)
  if (actual.length !== expected.length) throw new Error(`${actual.length} answers of ${expected.length}`)
  for (const [place, answer] of expected.entries()) expectSame(actual[place], answer, place)
  const last = expected.at(-1)
  if (last === undefined || last.length < 3 || given.minScore !== undefined) return expected.length
  // a score that is in the answer, as the minimum
  const minScore = last[given.metric === 'dot' ? 'dots' : 'cosines'][last.length >> 1]
  if (!Number.isFinite(minScore)) return expected.length
  return expected.length + (await compare(stored, table, { ...question, options: { ...given, minScore } }))
}

/** The answers, or the code and text of what was thrown. */
async function outcomeOf(call: () => AnswersOf): Promise<Matches[] | string> {
  try {
    return [await call()].flat()
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    return `${error.code}: ${error.message}`
  }
}

type AnswersOf = Matches | Matches[] | Promise<Matches | Matches[]>

function expectSame(actual: Matches | undefined, expected: Matches, place: number): void {
  const { length } = expected
  if (actual?.length !== length) throw new Error(`answer ${place}: ${actual?.length} rows of ${length}`)
  for (let rank = 0; rank < length; rank++) {
    const same =
      actual.ids[rank] === expected.ids[rank] &&
      Object.is(actual.cosines[rank], expected.cosines[rank]) &&
      Object.is(actual.dots[rank], expected.dots[rank])
    // tokens follow from ids
    if (same && (rank > 2 || actual.at(rank)?.token === expected.at(rank)?.token)) continue
    const shown = [actual, expected].map((each) => JSON.stringify(each.at(rank)))
    throw new Error(`answer ${place}, rank ${rank}: got ${shown[0]}, expected ${shown[1]}`)
  }
}

async function joined(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: BlobPart[] = []
  for await (const chunk of chunks) list.push(new Uint8Array(chunk))
  return new Uint8Array(await new Blob(list).arrayBuffer())
}
