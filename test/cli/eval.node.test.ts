/** `rowspace eval` as it is called. */
import { describe, expect, test } from 'vitest'
import { isThere, sharedPath } from '../shared-data.ts'
import { json, rowspace } from './command.ts'

const EVAL = sharedPath('eval')
const FILES = [
  '--analogies',
  `${EVAL}/questions-words.txt`,
  '--pairs',
  `${EVAL}/EN-WS-353-ALL.txt`,
  '--pairs',
  `${EVAL}/EN-MEN-TR-3k.txt`,
]

describe.skipIf(!isThere(EVAL))('eval', () => {
  test('of the default table, as a script reads it', () => {
    const document = json('eval', 'default', ...FILES)
    expect(document).toMatchObject({ table: 'default', method: '3cosadd', restrictVocab: null })
    expect(document.analogies[0]).toMatchObject({
      correct: 8355,
      incorrect: 12_363 - 8355,
      outOfVocabulary: 19_544 - 12_363,
    })
    expect(document.analogies[0].sections[4]).toEqual({ section: 'family', correct: 275, incorrect: 31 })
    expect(
      document.pairs.map((one: { spearman: { statistic: number } }) => one.spearman.statistic.toFixed(4)),
    ).toEqual(['0.5663', '0.7167'])
  })
  test('as a person reads it', () => {
    const { stdout, stderr, code } = rowspace(
      'eval',
      'default',
      '--restrict-vocab',
      '1000',
      ...FILES,
      '--method',
      '3cosmul',
    )
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/questions-words\.txt {2}3cosmul, [\d,]+ with unknown words left out/)
    expect(stdout).toMatch(/EN-MEN-TR-3k\.txt +0\.\d{4} +0\.\d{4} +\d+ +[\d,]+\n/)
  })
  test('what transforms do to it', () => {
    const pairs = ['--pairs', `${EVAL}/EN-WS-353-ALL.txt`]
    const document = json('eval', 'default', ...pairs, '--transform', 'mean', '--transform', 'pca:20')
    const spearman = (one: { pairs: { spearman: { statistic: number } }[] }) =>
      one.pairs[0]!.spearman.statistic.toFixed(4)
    expect(spearman(document)).toBe('0.5663')
    expect(document.transforms.map((one: { transform: string }) => one.transform)).toEqual(['mean', 'pca:20'])
    expect(spearman(document.transforms[0])).toBe('0.6288')
    const { stdout, code } = rowspace('eval', 'default', ...pairs, '--transform', 'all')
    expect(code).toBe(0)
    expect(stdout).toMatch(/\n {2}all-but-the-top +0\.\d{4}\n/)
  })
})
