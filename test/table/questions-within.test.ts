/**
 * What a caller brings may ask the table questions while it is read: getters, iterators, filters, a
 * vocabulary. Answers stay right.
 */
import { expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { WordList } from '../../src/table/vocabulary.ts'
import { makeTable } from '../oracle/tables.ts'

const SIZE = 200
const DIMENSION = 8
const { flat, rows } = makeTable(SIZE, DIMENSION, 'plain', 77)
const tokens = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const DOT = { metric: 'dot', k: 5 } as const

/** A vocabulary that queries its table whenever it is queried itself. */
class Asking extends WordList {
  table: EmbeddingTable | undefined

  override idOf(token: string): number | undefined {
    this.table?.nearest(3, DOT)
    return super.idOf(token)
  }
}

async function made() {
  const vocabulary = new Asking(tokens)
  const table = await EmbeddingTable.from(flat, { dimension: DIMENSION, tokens: vocabulary })
  const plain = await EmbeddingTable.from(flat, { dimension: DIMENSION, tokens })
  vocabulary.table = table
  /** The numbers of a row, the last of which queries the table when it is read. */
  const asking = (id: number): number[] => {
    const numbers = [...rows[id]!]
    const last = numbers[DIMENSION - 1]!
    return Object.defineProperty(numbers, DIMENSION - 1, {
      get: () => {
        table.nearestBatch([7, 8, 9], DOT)
        table.similarity(1, rows[2]!)
        table.gather([4, 5])
        return last
      },
    })
  }
  return { table, plain, asking }
}

test('a vector whose getter queries, alone and in any place of a batch', async () => {
  const { table, plain, asking } = await made()
  expect(table.nearest(asking(11), DOT).toArray()).toEqual(plain.nearest(rows[11]!, DOT).toArray())
  const batch = table.nearestBatch([5, asking(11), 'w6', asking(12), rows[13]!], DOT)
  const expected = plain.nearestBatch([5, rows[11]!, 6, rows[12]!, rows[13]!], DOT)
  expect(batch.map((matches) => matches.toArray())).toEqual(expected.map((matches) => matches.toArray()))
})

test('a vector whose getter queries, on either side of similarity() and in measure()', async () => {
  const { table, plain, asking } = await made()
  expect(table.similarity(21, asking(22))).toBe(plain.similarity(21, rows[22]!))
  expect(table.similarity(asking(22), 'w21')).toBe(plain.similarity(rows[22]!, 21))
  expect(table.similarity(asking(22), asking(23))).toBe(plain.similarity(rows[22]!, rows[23]!))
  function* ids() {
    yield 'w30'
    table.nearest(31, DOT)
    yield 32
  }
  expect(table.scores(asking(22), ids()).toArray()).toEqual(plain.scores(rows[22]!, [30, 32]).toArray())
})

test('expressions whose getters and iterators ask', async () => {
  const { table, plain } = await made()
  const asking = (positive: (string | number)[], negative: (string | number)[]) => ({
    get positive() {
      table.nearest(40, DOT)
      return positive
    },
    get negative() {
      table.analogyBatch([{ positive: [41] }, { positive: [42] }], DOT)
      return negative
    },
  })
  const given = [asking(['w1', 'w2'], ['w3']), asking(['w4'], []), asking([5], ['w6'])]
  const clean = [
    { positive: [1, 2], negative: [3] },
    { positive: [4], negative: [] },
    { positive: [5], negative: [6] },
  ]
  expect(table.analogy(given[0]!, DOT).toArray()).toEqual(plain.analogy(clean[0]!, DOT).toArray())
  function* expressions() {
    for (const expression of given) {
      table.nearest(43, DOT)
      yield expression
    }
  }
  const answers = table.analogyBatch(expressions(), DOT)
  const expected = plain.analogyBatch(clean, DOT)
  expect(answers.map((matches) => matches.toArray())).toEqual(expected.map((matches) => matches.toArray()))
})

test('a filter and a list of rows to leave out that ask', async () => {
  const { table, plain } = await made()
  const even = (id: number) => id % 2 === 0
  function* exclude() {
    for (const id of [2, 4, 6]) {
      table.nearest(id, { ...DOT, exclude: [50] })
      yield `w${id}`
    }
  }
  const filter = (id: number) => table.nearest(60, { ...DOT, filter: even }).length > 0 && even(id)
  const options = { ...DOT, exclude: exclude(), filter, k: 150 }
  const expected = plain.nearest(rows[61]!, { ...DOT, exclude: [2, 4, 6], filter: even, k: 150 })
  expect(table.nearest(rows[61]!, options).toArray()).toEqual(expected.toArray())
})

test('options are read once each', async () => {
  const { table, plain } = await made()
  const read: string[] = []
  const options = new Proxy(
    { ...DOT, k: 3, exclude: [1], includeInputs: true },
    {
      get(target, key, receiver) {
        read.push(String(key))
        return Reflect.get(target, key, receiver)
      },
    },
  )
  const matches = table.nearest(0, options).toArray()
  expect(matches).toEqual(plain.nearest(0, { ...DOT, k: 3, exclude: [1], includeInputs: true }).toArray())
  for (const key of ['k', 'metric', 'exclude', 'includeInputs']) {
    expect(read.filter((name) => name === key)).toEqual([key])
  }
})
