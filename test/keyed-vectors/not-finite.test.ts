/** Rows that were not finite (`nonFinite: 'skip'`) are in no answer, nor in one of a table made of theirs. */
import { expect, test } from 'vitest'
import { KeyedVectors } from '../../src/keyed-vectors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

test('rows that were not finite are in no 3CosMul answer', async () => {
  const table = await EmbeddingTable.from([1, 0, Number.NaN, 1, 0, 1], { dimension: 2, nonFinite: 'skip' })
  expect(new KeyedVectors(table).mostSimilarCosmul(0).map(({ id }) => id)).toEqual([2])
})

// c, of NaN, reads as zeros: its cosine would be 0, above that of d
const TOKENS = ['a', 'b', 'c', 'd', 'e']
const ROWS = [1, 0, 1, 1, Number.NaN, 1, -1, -0.5, 0, -1]
const made = async () =>
  new KeyedVectors(await EmbeddingTable.from(ROWS, { dimension: 2, tokens: TOKENS, nonFinite: 'skip' }))
test('are in no answer', async () => {
  const vectors = await made()
  expect([...vectors.closerThan('a', 'd')]).toEqual([1, 4])
  expect([vectors.rank('a', 'd'), vectors.rank('a', 'b')]).toEqual([3, 1])
  expect(vectors.mostSimilarToGiven('a', ['d', 'c'])).toBe('d')
  expect(vectors.doesntMatch(['a', 'b', 'c'])).not.toBe('c')
  expect(vectors.rankByCentrality(['a', 'c']).map(({ key }) => key)).toEqual(['a'])
  expect([...vectors.getMeanVector(['a', 'c'])]).toEqual([1, 0])
  expect(vectors.nSimilarity(['a', 'c'], ['a'])).toBe(1)
})
test('are no words of an evaluation', async () => {
  const vectors = await made()
  const pairs = 'a b 1\na d 2\nb d 3\na c 4\n'
  expect(vectors.evaluateWordPairs(pairs)).toMatchObject({ pairs: 3, outOfVocabulary: 1 })
  const found = await vectors.evaluateWordAnalogies(': s\na b c d\na b d e\n')
  expect([found.outOfVocabulary, found.correct + found.incorrect]).toEqual([1, 1])
})
test('are no words of a text', async () => {
  const vectors = await made()
  const solver = {
    solve: (problem: string) => ({ Status: 'Optimal', ObjectiveValue: problem.split('x_').length }),
  }
  const distance = (text: string[]) => vectors.wmdistance(text, ['b'], { solver })
  expect(await distance(['a', 'c'])).toBe(await distance(['a']))
  expect(await distance(['c'])).toBe(Number.POSITIVE_INFINITY)
})
test('stay out of tables made from theirs', async () => {
  const vectors = await made()
  const derived = [
    await vectors.vectorsForAll(['c', 'a', 'b', 'd']),
    await vectors.unitNormalizeAll(),
    await vectors.sortByDescendingFrequency([1, 2, 9, 3, 4]),
  ]
  for (const { table } of derived) {
    expect(table.skipped).toBe(1)
    const found = table.nearest('a', { k: 9 }).toArray()
    expect(found.length).toBe(table.size - 2)
    expect(found.map(({ token }) => token)).not.toContain('c')
    expect([...table.row('c')]).toEqual([0, 0])
  }
  await expect(vectors.unitNormalizeAll({ nonFinite: 'reject' })).rejects.toMatchObject({
    code: 'NON_FINITE',
  })
})
test.each<[string, (vectors: KeyedVectors) => unknown]>([
  ['mostSimilar', (v) => v.mostSimilar(['a', 'c'])],
  ['mostSimilarCosmul', (v) => v.mostSimilarCosmul({ positive: ['a'], negative: ['c'] })],
  ['getMeanVector', (v) => v.getMeanVector(['a', 'c'], { ignoreMissing: false })],
  ['mostSimilarToGiven', (v) => v.mostSimilarToGiven('a', ['c'])],
])('%s rejects one as an input', async (_, attempt) => {
  const vectors = await made()
  expect(() => attempt(vectors)).toThrow(expect.objectContaining({ code: 'ZERO_QUERY' }))
})
