/**
 * A real transformer's token table, Universal Sentence Encoder Lite: remade from its npm package byte for byte, named as SentencePiece names
 * its pieces, and searched with every kind of codes against float64.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Codes } from '../../src/core/options.ts'
import { openTable } from '../../src/open/open-table.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { json } from '../cli/command.ts'
import { isThere, projectPath, sharedPath } from '../shared-data.ts'

const MADE = projectPath('data/cache/use-lite-8002.safetensors')
const SHARED = sharedPath('use-lite-8002')
const EVAL = sharedPath('eval')
const SIZE = 8_002
const DIMENSION = 256

const sharedRows = () => {
  const bytes = readFileSync(`${SHARED}/vectors.f32`)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
/** There with a space for SentencePiece's mark, and with the row where a piece comes again. */
const sharedWords = (): string[] => JSON.parse(readFileSync(`${SHARED}/words.json`, 'utf8'))

describe.skipIf(!isThere(MADE))('what npm run data -- --transformer makes', () => {
  let table: EmbeddingTable
  beforeAll(async () => {
    table = await openTable(MADE)
  })
  afterAll(() => table?.dispose())

  test.skipIf(!isThere(SHARED))('has the rows of another reading of the same package, byte for byte', () => {
    expect([table.size, table.dimension, table.dtype]).toEqual([SIZE, DIMENSION, 'f32'])
    const rows = table.gather(Uint32Array.from({ length: SIZE }, (_, id) => id))
    expect(Buffer.from(rows.buffer).equals(Buffer.from(sharedRows().buffer))).toBe(true)
  })

  test.skipIf(!isThere(SHARED))('has its pieces, with the marks of SentencePiece', () => {
    const expected = sharedWords().map((word) => word.replaceAll(' ', '▁').replace(/^”5#\d+$/, '”5'))
    expected[8_000] = '<row 8000>'
    expected[8_001] = '<row 8001>'
    expect(Array.from({ length: SIZE }, (_, id) => table.token(id))).toEqual(expected)
  })

  test('names the piece that begins a word where it has one, and of equal pieces the first', () => {
    const token = (name: string) => table.token(table.id(name))
    // there is no ▁king, only the end of other words
    const names = ['two', 'King', '▁two', 'king', 'ing', '.']
    expect(names.map(token)).toEqual(['▁two', '▁King', '▁two', 'king', 'ing', '.'])
    expect(table.id('”5')).toBe(230)
    expect(() => table.id('kingg')).toThrow('"kingg" is not a token of this table; did you mean "king"?')
  })

  test.skipIf(!isThere(EVAL))(
    'answers 1,151 of 1,860 analogies, and ranks pairs as people do, by the command',
    () => {
      const files = ['--analogies', `${EVAL}/questions-words.txt`, '--pairs', `${EVAL}/EN-WS-353-ALL.txt`]
      const said = json('eval', MADE, ...files)
      expect(said.analogies[0]).toMatchObject({ correct: 1_151, incorrect: 709, outOfVocabulary: 17_684 })
      expect(said.pairs[0].spearman.statistic.toFixed(4)).toBe('0.6811')
    },
  )
})

describe.skipIf(!isThere(SHARED))('8,002 tokens of a transformer', () => {
  const tables = new Map<Codes, EmbeddingTable>()
  let rows: Float32Array
  beforeAll(async () => {
    rows = sharedRows()
    const tokens = sharedWords().map((word) => word.replaceAll(' ', '▁'))
    for (const codes of [false, 'int8', 'int4'] as const) {
      tables.set(codes, await EmbeddingTable.from(rows, { dimension: DIMENSION, tokens, codes }))
    }
  })
  afterAll(() => {
    for (const table of tables.values()) table.dispose()
  })
  const table = (codes: Codes = 'int8') => tables.get(codes)!
  const row = (id: number) => rows.subarray(id * DIMENSION, (id + 1) * DIMENSION)
  const dot64 = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, column) => sum + value * b[column]!, 0)
  const QUERIES = Array.from({ length: 100 }, (_, index) => (index * 1_009) % SIZE)

  test('have norms from 0.814 to 6.333, 1.677 in the middle', () => {
    const norms = Array.from({ length: SIZE }, (_, id) => Math.sqrt(dot64(row(id), row(id)))).sort(
      (a, b) => a - b,
    )
    const middle = (norms[SIZE / 2 - 1]! + norms[SIZE / 2]!) / 2
    expect([norms[0]!, middle, norms.at(-1)!].map((norm) => norm.toFixed(3))).toEqual([
      '0.814',
      '1.677',
      '6.333',
    ])
  })

  test.each([
    ['two', 'three', '0.8227'],
    ['two', 'four', '0.7349'],
  ])('%s · %s is %s', (a, b, cosine) => {
    expect(table().similarity(a, b).toFixed(4)).toBe(cosine)
  })

  test.each([
    ['King', 'man', 'woman', '▁Queen 0.3598'],
    ['he', 'his', 'her', '▁she 0.8227'],
    ['brother', 'man', 'woman', '▁sister 0.5336'],
  ])('%s − %s + %s on unit rows is %s, as in float64', (a, b, c, expected) => {
    for (const each of tables.values()) {
      const [first] = each.analogy({ positive: [a, c], negative: [b] }, { k: 1, normalize: true })
      expect(`${first?.token} ${first?.cosine.toFixed(4)}`).toBe(expected)
    }
  })

  test.each(['cosine', 'dot'] as const)('the nearest by %s are those of float64', (metric) => {
    const norms = Array.from({ length: SIZE }, (_, id) => Math.sqrt(dot64(row(id), row(id))))
    for (const query of QUERIES.slice(0, 20)) {
      const scores = Array.from({ length: SIZE }, (_, id) => {
        const dot = dot64(row(query), row(id))
        return metric === 'dot' ? dot : dot / (norms[id]! * norms[query]!)
      })
      const matches = table().nearest(query, { k: 10, metric })
      const others = scores.filter((_, id) => id !== query).sort((a, b) => b - a)
      for (const [place, { id, cosine, dot }] of matches.toArray().entries()) {
        expect(Math.abs((metric === 'dot' ? dot : cosine) - scores[id]!)).toBeLessThan(1e-5)
        expect(Math.abs(scores[id]! - others[place]!)).toBeLessThan(1e-5)
      }
    }
  })

  test('codes of 8 and of 4 bits change no bit of any answer', () => {
    const asked = (each: EmbeddingTable) => [
      ...QUERIES.map((id) => each.nearest(id, { k: 20 })),
      ...QUERIES.map((id) => each.nearest(id, { k: 20, metric: 'dot' })),
      ...each.nearestBatch(QUERIES, { k: 5 }),
    ]
    const bits = (each: EmbeddingTable) =>
      asked(each).map(({ ids, cosines, dots }) => [...ids, ...cosines, ...dots])
    const expected = bits(table(false))
    for (const codes of ['int8', 'int4'] as const) {
      expect(table(codes).codes).toBe(codes)
      expect(bits(table(codes))).toEqual(expected)
    }
  })

  test('codes of 8 bits leave few rows to be scored', () => {
    const scored = QUERIES.map((id) => table('int8').nearest(id, { k: 10 }).stats.rescored)
    expect(Math.max(...scored)).toBeLessThan(SIZE / 10)
  })
})
