/** Correlations against scipy's (scipy.stats.pearsonr and spearmanr of scipy 1.17.1). */
import { expect, test } from 'vitest'
import { ranks } from '../../src/keyed-vectors/correlation.ts'
import { type Correlation, pearson, spearman } from '../../src/keyed-vectors.ts'

const A = [1, 2, 3, 4, 5]
const B = [5, 6, 7, 8, 7]

/** n numbers in a mixed order, and n that follow them with some noise. */
function listsOf(n: number, step: number, noise: number): [number[], number[]] {
  const a = Array.from({ length: n }, (_, i) => (i * 7) % n)
  return [a, a.map((value, i) => value * step + ((i * i * 5) % n) * noise)]
}

function expectCorrelation(actual: Correlation, statistic: number, pValue: number): void {
  expect(actual.statistic).toBeCloseTo(statistic, 12)
  expect(actual.pValue / pValue).toBeCloseTo(1, 10)
}

test('of five numbers', () => {
  expectCorrelation(pearson(A, B), 0.8320502943378436, 0.08050957329849848)
  expectCorrelation(spearman(A, B), 0.8207826816681233, 0.08858700531354381)
})

test.each<[n: number, step: number, noise: number, ofPearson: number[], ofSpearman: number[]]>([
  [4, 1, 1, [0.9486832980505138, 0.05131670194948623], [0.9486832980505139, 0.05131670194948613]],
  [6, 1, 1, [0.8510497719203702, 0.0316269380934644], [0.8196885999705371, 0.045837141232453193]],
  [9, 1, 3, [0.44594129250792225, 0.22893915395310463], [0.43333333333333335, 0.24395243588005172]],
  [40, 1, 1, [0.8455783312383688, 6.603603843243134e-12], [0.8525299878594886, 2.933578963068966e-12]],
  [41, 0.1, 1, [0.1531554407163298, 0.3390713490743951], [0.16132404181184673, 0.3136213412849441]],
  [41, -1, 0.5, [-0.8674544895812304, 2.1749549290576127e-13], [-0.8682089890962001, 1.9596211738377565e-13]],
  [1000, 0.05, 1, [0.05162398494609237, 0.10277644437762092], [0.07111706311706313, 0.024515405343975952]],
  [1001, 1, 1, [0.7022858960502041, 1.3141024832569682e-149], [0.6944453896766346, 5.768946138729822e-145]],
])('of %d numbers, %d times the first and %d times noise', (n, step, noise, ofPearson, ofSpearman) => {
  const [a, b] = listsOf(n, step, noise)
  const [r, p, rho, q] = [...ofPearson, ...ofSpearman] as [number, number, number, number]
  expectCorrelation(pearson(a, b), r, p)
  expectCorrelation(spearman(a, b), rho, q)
})

test('equal values share a rank', () => {
  expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2])
  expect(ranks([2, 2, 2, -1])).toEqual([3, 3, 3, 1])
})

test('a perfect correlation, and none', () => {
  expect(pearson(A, A)).toEqual({ statistic: 1, pValue: 0 })
  expect(pearson([-1, 0, 1, 0], [0, -1, 0, 1])).toEqual({ statistic: 0, pValue: 1 })
})

test('two numbers always correlate: there is no significance', () => {
  expect(pearson([1, 2], [5, 3])).toEqual({ statistic: -1, pValue: Number.NaN })
})

test.each([
  ['a constant list', [1, 1, 1], [1, 2, 3]],
  ['one number', [1], [2]],
  ['no number', [], []],
])('%s has no correlation', (_, a, b) => {
  expect(pearson(a, b)).toEqual({ statistic: Number.NaN, pValue: Number.NaN })
})

test.each([
  ['2 and 3', () => pearson([1, 2], [1, 2, 3])],
  ['3 and undefined', () => spearman([1, 2, 3], undefined as never)],
  ['5 and 3', () => spearman(5 as never, [1, 2, 3])],
])('lists of %s are no pairs', (lengths, compare) => {
  expect(compare).toThrow(
    expect.objectContaining({
      code: 'LENGTH_MISMATCH',
      message: `two lists of the same length are needed; got ${lengths}.`,
    }),
  )
})
