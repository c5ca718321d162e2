/**
 * Answers from real tables against figures that others published, or that were reckoned in float64 elsewhere.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDefaultTable } from '../src/open/default-table.ts'
import { openTable } from '../src/open/open-table.ts'
import type { EmbeddingTable, Metric } from '../src/table/embedding-table.ts'
import type { Matches } from '../src/table/matches.ts'
import { isThere, projectPath, sharedPath } from './shared-data.ts'

const WORD2VEC = sharedPath('word2vec-4812')
const GPT2 = sharedPath('gpt2-82/gpt2_embeddings.txt')
const EMBEDDED = projectPath('data/glove-20k.safetensors')
const GLOVE = projectPath('data/cache/glove-6b-100d.safetensors')
const EVAL = sharedPath('eval')

/** `queen 0.7118`, as published: the word and its score, to as many decimals as the figure has. */
function expectFigures(matches: Matches, measure: Metric, figures: string): void {
  for (const [place, figure] of figures.split(', ').entries()) {
    const [word, score] = figure.split(' ') as [string, string]
    const match = matches.at(place)
    const decimals = score.split('.')[1]!.length
    expect(`${match?.token?.trim()} ${match?.[measure].toFixed(decimals)}`).toBe(`${word} ${score}`)
  }
}

const words = (matches: Matches) => matches.toArray().map(({ token }) => token?.trim())
const royal = { positive: ['king', 'woman'], negative: ['man'] }

function withTable(open: () => Promise<EmbeddingTable>): () => EmbeddingTable {
  let table: EmbeddingTable
  beforeAll(async () => {
    table = await open()
  }, 120_000)
  afterAll(() => table?.dispose())
  return () => table
}

describe.skipIf(!isThere(WORD2VEC))('4,812 words of GoogleNews word2vec', () => {
  const table = withTable(() => openTable(WORD2VEC))

  test('are 4812 x 300', () => {
    expect(table()).toMatchObject({ size: 4812, dimension: 300, skipped: 0, duplicates: 0 })
  })
  test('king − man + woman on unit rows', () => {
    const matches = table().analogy(royal, { normalize: true })
    expectFigures(matches, 'cosine', 'queen 0.7118, monarch 0.6190, princess 0.5902')
  })
  test('on rows as they are', () => {
    expectFigures(table().analogy(royal), 'cosine', 'queen 0.7301, monarch 0.6455, princess 0.6156')
  })
  test('by dot product monarch comes before queen', () => {
    expectFigures(table().analogy(royal, { metric: 'dot' }), 'dot', 'monarch 7.2207, queen 7.0996')
  })
  test('every cosine of the answer is that of float64 but for rounding', () => {
    const matches = table().analogy(royal, { k: 4812 })
    expect(matches.length).toBe(4809)
    const query = table().combine(royal)
    const cosine64 = (id: number) => {
      const row = table().row(id)
      let [dot, squares] = [0, 0]
      for (let i = 0; i < row.length; i++) {
        dot += row[i]! * query[i]!
        squares += row[i]! ** 2
      }
      return dot / Math.sqrt(squares) / Math.hypot(...query)
    }
    for (const { id, cosine } of matches) expect(Math.abs(cosine - cosine64(id))).toBeLessThan(5e-7)
  })
})

describe.skipIf(!isThere(GPT2))('82 rows of GPT-2', () => {
  const table = withTable(() => openTable(GPT2))

  test('are 82 x 768', () => expect(table()).toMatchObject({ size: 82, dimension: 768 }))
  test('king · queen and man · woman', () => {
    expect(table().similarity('king', 'queen').toFixed(4)).toBe('0.6573')
    expect(table().similarity('man', 'woman').toFixed(4)).toBe('0.6434')
  })
})

describe.skipIf(!isThere(EMBEDDED))('the default table', () => {
  const table = withTable(() => openDefaultTable())

  test('is 20000 x 100, the first words of GloVe', () => {
    expect(table()).toMatchObject({ size: 20_000, dimension: 100, duplicates: 0 })
    expect([0, 1, 2].map((id) => table().token(id))).toEqual(['the', ',', '.'])
  })
  test('king − man + woman is queen', () => {
    const matches = table().analogy(royal)
    expectFigures(matches, 'cosine', 'queen 0.7839')
    expectFigures(matches, 'dot', 'queen 29.961')
  })
  test('paris − france + italy is rome by cosine, milan by dot', () => {
    const expression = { positive: ['paris', 'italy'], negative: ['france'] }
    expectFigures(table().analogy(expression), 'cosine', 'rome 0.8089')
    expectFigures(table().analogy(expression, { metric: 'dot' }), 'dot', 'milan 28.799')
  })
})

describe.skipIf(!isThere(GLOVE))('the whole of GloVe 6B 100d', () => {
  const table = withTable(() => openTable(GLOVE))

  test('is 341479 x 100', () => expect(table()).toMatchObject({ size: 341_479, dimension: 100 }))
  test('cat', () => {
    const figures = 'dog 0.8798, rabbit 0.7424, cats 0.7323, monkey 0.7289, pet 0.7190'
    expectFigures(table().nearest('cat'), 'cosine', figures)
  })
  test('king − man + woman on unit rows, as gensim publishes it', () => {
    const figures = 'queen 0.7699, monarch 0.6843, throne 0.6756, daughter 0.6595, princess 0.6521'
    expectFigures(table().analogy(royal, { normalize: true }), 'cosine', figures)
  })
  test('on rows as they are, by cosine', () => {
    const matches = table().analogy(royal)
    expectFigures(matches, 'cosine', 'queen 0.7834, monarch 0.6934')
    expectFigures(matches, 'dot', 'queen 29.907, monarch 22.791')
  })
  test('and by dot', () => {
    const matches = table().analogy(royal, { metric: 'dot' })
    expectFigures(matches, 'dot', 'queen 29.907, emperor 27.346, daughter 26.460')
  })
  test('woman and man', () => expect(table().similarity('woman', 'man').toFixed(4)).toBe('0.8323'))
  test('sushi shop beside japanese restaurant', () => {
    const sum = (...positive: string[]) => table().combine({ positive })
    const similarity = table().similarity(sum('sushi', 'shop'), sum('japanese', 'restaurant'))
    expect(similarity.toFixed(4)).toBe('0.7067')
  })
  test('which of breakfast cereal dinner lunch does not match', () => {
    const meals = ['breakfast', 'cereal', 'dinner', 'lunch']
    const mean = table().combine({ positive: meals }, { normalize: true })
    const order = table().nearest(mean, { filter: table().idSet(meals) })
    expect(words(order).at(-1)).toBe('cereal')
  })

  describe.skipIf(!isThere(EVAL))('ranks pairs of words as people do', () => {
    test.each([
      ['EN-WS-353-ALL.txt', '0.5327', 353],
      ['EN-SIMLEX-999.txt', '0.2975', 999],
      ['EN-MEN-TR-3k.txt', '0.6809', 3000],
    ])('%s: Spearman %s over %d pairs', (file, expected, count) => {
      const lines = readFileSync(`${EVAL}/${file}`, 'utf8').trim().split('\n')
      const pairs = lines.map((line) => line.trim().split(/\s+/) as [string, string, string])
      expect(pairs.length).toBe(count)
      const ours = pairs.map(([a, b]) => table().similarity(a.toLowerCase(), b.toLowerCase()))
      expect(
        spearman(
          ours,
          pairs.map(([, , score]) => Number(score)),
        ).toFixed(4),
      ).toBe(expected)
    })
  })
})

/** The correlation of two lists' ranks; equal values share the mean of their ranks. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]) =>
    values.map((value) => {
      const less = values.filter((other) => other < value).length
      const equal = values.filter((other) => other === value).length
      return less + (equal - 1) / 2
    })
  const centred = (values: number[]) => values.map((value) => value - (values.length - 1) / 2)
  const [x, y] = [centred(ranks(a)), centred(ranks(b))]
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0)
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))
}
