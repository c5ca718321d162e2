/**
 * Scans by codes, in the order of one thread and in that of several: the core alone, the threads played here.
 * The answers are those of rows scanned as they are, and no list outgrows its room.
 */
import { expect, test } from 'vitest'
import { makeCodes } from '../../bindings/codes.ts'
import { reserveMemory } from '../../bindings/memory.ts'
import { RECORD_WORDS } from '../../bindings/records.ts'
import { readAnswer } from '../../bindings/search.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { BLOCK_ROWS, COSINE, DOT, QUESTION_CERTIFIED } from '../../build/core-constants.ts'
import { IdSet } from '../../src/core/id-set.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { type Hard, hardTable } from '../oracle/hard-tables.ts'

/** Rows of a block, and chunks: all at once, and as threads take them. */
const ORDERS = [
  { block: BLOCK_ROWS, chunks: 1 },
  { block: BLOCK_ROWS, chunks: 3 },
  { block: 544, chunks: 4 },
  { block: 32, chunks: 7 },
]
const QUERIES = 5
/** Bytes between a question's list and the next question (bindings/layout.ts). */
const PAD = 192
const SENTINEL = 0xa5

interface SearchParams {
  k: number
  metric: number
  /** Rows that the first query leaves out, ascending; the second one row more, and so on. */
  excluded: readonly number[]
}

async function codedTable(kind: Hard, size: number, dimension: number, bits: 4 | 8) {
  const shape = { capacity: size, dimension, dtype: 'f32', codes: true, threads: 1 } as const
  const memory = await TableMemory.create(await loadCore(), reserveMemory(shape))
  memory.rows.set(hardTable(size, dimension, kind, 3).flat)
  memory.computeNorms(0, size)
  makeCodes(memory, size, bits)
  memory.mask.fill(-1)
  return memory
}

/** Writes `count` questions, scans, and reads the answers: ids and both scores. */
function answers(
  memory: TableMemory,
  count: number,
  params: SearchParams,
  order: (typeof ORDERS)[number] | undefined,
) {
  const { core, layout, questions } = memory
  const { k, metric } = params
  let end = memory.heapWords.length
  for (let index = 0; index < count; index++) {
    const inverseNorm = memory.queryByRow(index * 7, index)
    const excluded = [...params.excluded, ...Array.from({ length: index }, (_, more) => more * 7)]
    const ids = [...new Set(excluded)].sort((a, b) => a - b)
    end -= ids.length
    memory.heapWords.set(ids, end)
    const excludedAt = layout.heaps + 4 * end
    questions.write(index, { metric, k, inverseNorm, excludedAt, excludedCount: ids.length })
    core.clearHeap(questions.heapAt(index, k))
    if (order !== undefined) core.planQuestion(layout.table, questions.at(index))
  }
  expect(count * 2 * (8 + 8 * k)).toBeLessThanOrEqual(4 * end)
  const { block, chunks } = order ?? { block: BLOCK_ROWS, chunks: 1 }
  for (let chunk = 0; chunk < chunks; chunk++) {
    const from = chunk * block
    core.scanQuestions(layout.table, layout.questions, count, from, layout.capacity, block, block * chunks)
  }
  // scores what chunks left listed
  core.scanQuestions(layout.table, layout.questions, count, 0, 0, block, block)
  return Array.from({ length: count }, (_, index) => {
    const found = readAnswer(memory, index, k)
    return [memory.ids, memory.cosines, memory.dots].map((numbers) => [...numbers.subarray(0, found)])
  })
}

/** The bytes behind each question's list of open rows, which nothing may write. */
function behindLists({ layout, rows }: TableMemory): Uint8Array[] {
  const { products, productsBytes } = layout
  return Array.from({ length: QUERIES }, (_, index) => {
    return new Uint8Array(rows.buffer, products + (index + 1) * productsBytes - PAD, PAD)
  })
}

const cases = ([8, 4] as const).flatMap((bits) =>
  (['plain', 'near ties', 'rising'] as const).flatMap((kind) =>
    // blocks of a batch have 1024, 256 and 32 rows
    [
      [12_001, 16],
      [1030, 300],
      [400, 4000],
    ].map(([size, dimension]) => [bits, kind, size!, dimension!] as const),
  ),
)

test.each(cases)('codes of %i bits, %s, %i rows of %i', async (bits, kind, size, dimension) => {
  const memory = await codedTable(kind, size, dimension, bits)
  const lists = behindLists(memory)
  for (const list of lists) list.fill(SENTINEL)
  const searches: [allowed: (id: number) => boolean, excluded: number[]][] = [
    [() => true, []],
    [(id) => id % 3 === 0, [0, 1, 2, 3, size - 2, size - 1]],
    // fewer rows than k are left
    [(id) => id % 8 === 0, Array.from({ length: (size >> 3) - 10 }, (_, place) => place * 8)],
    // one entry of the first block, so that the list is not full when a block ends
    [(id) => id >= 1020, []],
  ]
  for (const [allowed, excluded] of searches) {
    memory.mask.set(IdSet.where(size, allowed).words)
    for (const metric of [COSINE, DOT]) {
      for (const k of [1, 20, size >> 4]) {
        for (const count of [1, QUERIES]) {
          const params = { k, metric, excluded }
          const expected = answers(memory, count, params, undefined)
          for (const order of ORDERS) expect(answers(memory, count, params, order)).toEqual(expected)
        }
      }
    }
  }
  for (const list of lists) expect(list.every((byte) => byte === SENTINEL)).toBe(true)
})

test('bounds that fail after some chunks lose no listed row', async () => {
  const memory = await codedTable('near ties', 12_001, 16, 8)
  const certified = new Uint32Array(memory.rows.buffer, memory.layout.questions, QUERIES * RECORD_WORDS)
  for (const order of ORDERS) {
    const params = { k: 3, metric: DOT, excluded: [] }
    const expected = answers(memory, QUERIES, params, undefined)
    expect(answers(memory, QUERIES, params, order)).toEqual(expected)
    for (let index = 0; index < QUERIES; index++) {
      expect(certified[index * RECORD_WORDS + QUESTION_CERTIFIED]).toBe(0)
    }
  }
})

test.each([8, 4] as const)(
  'no row behind the last is found, whatever its bit, codes of %i bits',
  async (bits) => {
    const memory = await codedTable('plain', 1030, 16, bits)
    // the query is row 0; all others score less than the zeros that lie behind the last
    memory.rows.fill(-1).fill(1, 0, 16)
    memory.computeNorms(0, 1030)
    makeCodes(memory, 1030, bits)
    for (const metric of [COSINE, DOT]) {
      for (const order of ORDERS) {
        const params = { k: 3, metric, excluded: [0] }
        const expected = answers(memory, 1, params, undefined)
        expect(expected[0]![0]).toEqual([1, 2, 3])
        expect(answers(memory, 1, params, order)).toEqual(expected)
      }
    }
  },
)
