/** What eval prints and what it writes as JSON, of questions whose answers are known. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { evaluate } from '../../cli/commands/eval.ts'
import { readArguments } from '../../cli/parsing/arguments.ts'
import { folder } from './command.ts'

const TABLE = '6 3\nking 1 1 0\nman 0 1 0\nqueen 1 0 1\nwoman 0 0 1\nbread 0.1 0.1 0.1\nKing 1 1 0.5\n'
const ANALOGIES = `: royal
king man queen woman
king man none woman
: unknown
one two three four
: other
king man woman queen
`
const PAIRS = 'king\tqueen\t8\nman\twoman\t7\nking\tman\t5\nman\tnobody\t1\n'

let [table, analogies, pairs] = ['', '', '']
beforeEach(() => {
  const place = folder()
  const file = (name: string, text: string) => {
    const path = join(place, name)
    writeFileSync(path, text)
    return path
  }
  table = file('table.txt', TABLE)
  analogies = file('questions.txt', ANALOGIES)
  pairs = file('pairs.txt', PAIRS)
})

const run = (...words: string[]) => evaluate.run(readArguments([table, ...words, '--quiet'], evaluate))
const lines = async (...words: string[]) =>
  (await run(...words))
    .text()
    .replaceAll(/[\d.]+ m?s$/gm, 'TIME')
    .split('\n')

test('a section of which no word is known has no share', async () => {
  expect(await lines('--analogies', analogies, '--threads', '2')).toEqual([
    `${table}  6 x 3, 1 thread`,
    '',
    'questions.txt  3cosadd, 2 with unknown words left out, TIME',
    '  section  right  of    share',
    '  royal        1   1  100.0 %',
    '  unknown      0   0        –',
    '  other        0   1    0.0 %',
    '  all          1   2   50.0 %',
  ])
})

test('pairs, and a line for each transform', async () => {
  const text = await lines(
    '--analogies',
    analogies,
    '--pairs',
    pairs,
    '--transform',
    'mean',
    '--transform',
    'pca:2',
  )
  expect(text.slice(9)).toEqual([
    '  pairs      Spearman  Pearson  compared  unknown',
    expect.stringMatching(/^ {2}pairs\.txt +-?\d\.\d{4} +-?\d\.\d{4} +3 +1$/),
    '',
    expect.stringMatching(/^ {2}rows +questions\.txt +pairs\.txt$/),
    expect.stringMatching(/^ {2}as it is +50\.0 % +-?\d\.\d{4}$/),
    expect.stringMatching(/^ {2}mean +\d+\.\d % +-?\d\.\d{4}$/),
    expect.stringMatching(/^ {2}pca:2 +\d+\.\d % +-?\d\.\d{4}$/),
  ])
})

test('the document', async () => {
  const { document } = await run('--analogies', analogies, '--pairs', pairs, '--transform', 'mean')
  const evaluated = {
    analogies: [
      {
        file: analogies,
        correct: 1,
        incorrect: 1,
        outOfVocabulary: 2,
        score: 0.5,
        milliseconds: expect.any(Number),
        sections: [
          { section: 'royal', correct: 1, incorrect: 0 },
          { section: 'unknown', correct: 0, incorrect: 0 },
          { section: 'other', correct: 0, incorrect: 1 },
        ],
      },
    ],
    pairs: [
      {
        file: pairs,
        pairs: 3,
        outOfVocabulary: 1,
        outOfVocabularyRatio: 0.25,
        pearson: expect.objectContaining({ statistic: expect.any(Number) }),
        spearman: expect.objectContaining({ statistic: expect.any(Number) }),
      },
    ],
  }
  expect(document).toEqual({
    table,
    method: '3cosadd',
    restrictVocab: null,
    ...evaluated,
    transforms: [
      {
        transform: 'mean',
        analogies: [expect.objectContaining({ file: analogies })],
        pairs: [expect.objectContaining({ file: pairs })],
      },
    ],
  })
  expect((await run('--pairs', pairs)).document).not.toHaveProperty('transforms')
})

test('options reach the evaluation', async () => {
  const of = async (...words: string[]) => {
    const { document } = await run('--analogies', analogies, '--pairs', pairs, ...words)
    return document as {
      method: string
      restrictVocab: number | null
      analogies: { correct: number; outOfVocabulary: number }[]
      pairs: { outOfVocabulary: number }[]
    }
  }
  expect(await of('--method', '3cosmul')).toMatchObject({ method: '3cosmul' })
  // without queen and woman no question is left
  const few = await of('--restrict-vocab', '2')
  expect(few).toMatchObject({ restrictVocab: 2, analogies: [{ outOfVocabulary: 4 }], pairs: [{ pairs: 1 }] })
  writeFileSync(analogies, ANALOGIES.replaceAll('queen', 'QUEEN'))
  expect((await of()).analogies[0]).toMatchObject({ outOfVocabulary: 2 })
  expect((await of('--case-sensitive')).analogies[0]).toMatchObject({ outOfVocabulary: 4 })
})
