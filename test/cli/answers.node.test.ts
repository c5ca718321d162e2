/** What the command answers, on tables whose answers are known. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { isThere, projectPath, sharedPath } from '../shared-data.ts'
import { folder, json, rowspace } from './command.ts'

const WORD2VEC = sharedPath('word2vec-4812')
const BINARY = sharedPath('gensim/euclidean_vectors.bin')
const KING = 'king - man + woman'

/** `queen 0.7301`, the first matches as a person reads them. */
const figures = (
  { matches }: { matches: { token: string; cosine: number; dot: number }[] },
  measure: 'cosine' | 'dot' = 'cosine',
) => matches.map((match) => `${match.token} ${match[measure].toFixed(measure === 'dot' ? 3 : 4)}`)

describe('the default table', () => {
  test('analogy: queen by cosine, with both measures', () => {
    const { stdout, stderr, code } = rowspace('analogy', 'default', KING, '-k', '2')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout.split('\n')[0]).toMatch(
      /^king − man \+ woman {2}default, 20,000 x 100, by cosine, [\d.]+ m?s$/,
    )
    expect(stdout.split('\n')[2]).toMatch(/^ {2}queen +0\.7839 +29\.961 +1948$/)
  })
  test('paris − france + italy: rome by cosine, milan by dot', () => {
    const answer = (...more: string[]) =>
      json('analogy', 'default', 'paris - france + italy', '-k', '1', ...more)
    expect(figures(answer())).toEqual(['rome 0.8089'])
    expect(figures(answer('--metric', 'dot'), 'dot')).toEqual(['milan 28.799'])
  })
  test('an expression without the quotes of the shell is the same question', () => {
    const joined = json('analogy', 'default', ...KING.split(' '), '-k', '3')
    expect(joined).toEqual(json('analogy', 'default', KING, '-k', '3'))
  })
  test('weights: 2 * king − king is king', () => {
    const { matches } = json('analogy', 'default', '2 * king - 1*king', '-k', '1', '--include-inputs')
    expect(matches).toMatchObject([{ token: 'king', cosine: expect.closeTo(1, 5) }])
  })
  test('baselines are drawn from a seed, none of the inputs', () => {
    const answer = (seed: string) =>
      json('analogy', 'default', KING, '--baselines', '3', '--seed', seed).baselines
    expect(answer('7')).toHaveLength(3)
    expect(answer('7')).toEqual(answer('7'))
    expect(answer('7')).not.toEqual(answer('8'))
  })
  test('nearest leaves the row of the query out, without --include-inputs', () => {
    const first = (...more: string[]) =>
      json('nearest', 'default', 'king', '-k', '1', ...more).matches[0].token
    expect(first()).toBe('prince')
    expect(first('--include-inputs')).toBe('king')
  })
  test('k = 0 gives none, k over |V| gives all', () => {
    expect(json('nearest', 'default', 'king', '-k', '0')).toEqual({
      table: 'default',
      metric: 'cosine',
      k: 0,
      matches: [],
    })
    expect(json('nearest', 'default', 'king', '-k', '999999').matches).toHaveLength(19_999)
  })
  test('20,000 rows are laid out in well under a second', () => {
    const start = performance.now()
    expect(rowspace('nearest', 'default', 'king', '-k', '20000').stdout.split('\n')).toHaveLength(20_002)
    expect(performance.now() - start).toBeLessThan(5000)
  })
  test('lookup: the same word is the same row; what is no token says so', () => {
    const { tokens } = json('lookup', 'default', 'the kign met the', 'queen')
    expect(tokens.map(({ token, id }: { token: string; id: number | null }) => [token, id])).toEqual([
      ['the', 0],
      ['kign', null],
      ['met', 756],
      ['the', 0],
      ['queen', 1948],
    ])
    expect(tokens[3].row).toEqual(tokens[0].row)
    expect(tokens[0].row).toHaveLength(100)
    expect(tokens[1]).toEqual({ token: 'kign', id: null, norm: null, row: null })
    expect(rowspace('lookup', 'default', 'the kign').stdout).toContain('not in the table')
  })
  test('inspect reads the header alone', () => {
    expect(json('inspect', 'default')).toMatchObject({
      name: 'default',
      format: 'safetensors',
      dtype: 'int8',
      rows: 20_000,
      dimension: 100,
      tableParameters: 2_000_000,
      tensor: 'embeddings',
      headerBytes: expect.toSatisfy((bytes: number) => bytes < 4096),
      memory: {
        opened: expect.toSatisfy((bytes: number) => bytes > 12_000_000 && bytes < 13_000_000),
      },
    })
    expect(rowspace('inspect', 'default').stdout).toMatch(/\|V\| x d = 20,000 x 100, int8/)
  })
})

describe('the demonstration', () => {
  const { stdout, stderr, code } = rowspace()

  test('shows the sentence, the neighbours, queen first, rome and milan', () => {
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/"the" came twice: the same id 0, the same row to the bit/)
    expect(stdout).toMatch(/cosine +dot\n +queen +0\.7839 +29\.961/)
    expect(stdout).toMatch(/either +0\.3646[^\n]*\n +alpine +0\.1162[^\n]*\n +pillars +0\.0227/)
    expect(stdout).toMatch(/rome +0\.8089 +milan +28\.799/)
  })
  test('fits a terminal of 100 columns, without colours in a pipe', () => {
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(100)
    expect(stdout.includes('\x1b')).toBe(false)
  })
  test('every command it proposes works', () => {
    const proposed = [...stdout.matchAll(/npx rowspace (.+?) {2,}/g)].map(([, command]) => command!)
    expect(proposed.length).toBeGreaterThanOrEqual(3)
    for (const command of proposed.filter((each) => !each.includes('vectors.bin'))) {
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
      expect(rowspace(...words), command).toMatchObject({ code: 0, stderr: '' })
    }
  })
  test('as JSON holds the same answers', () => {
    const shown = json()
    expect(figures(shown.analogy)[0]).toBe('queen 0.7839')
    expect(figures(shown.measures.cosine)[0]).toBe('rome 0.8089')
    expect(figures(shown.measures.dot, 'dot')[0]).toBe('milan 28.799')
    expect(shown.analogy.baselines).toHaveLength(6)
  })
})

interface Model {
  name: string
  parameters: number
  published: { share: string; counted: number }
  checkpoint: { share: number }
}

describe('sizes', () => {
  test('counts the five tables', () => {
    const { models } = json('sizes')
    const rows = models.map(({ name, parameters, published, checkpoint }: Model) => [
      name,
      parameters,
      published.share,
      `${(checkpoint.share * 100).toPrecision(3)} %`,
    ])
    expect(rows).toEqual([
      ['GPT-2 Small', 38_597_376, '33.0 %', '31.0 %'],
      ['Gemma 3 270M', 167_772_160, '62.1 %', '62.6 %'],
      ['Qwen3 1.7B', 311_164_928, '18.3 %', '18.1 %'],
      ['Ministral 8B', 536_870_912, '6.7 %', '6.69 %'],
      ['DeepSeek V3.2 Speciale', 926_679_040, '0.14 %', '0.135 %'],
    ])
  })
  test('the published shares are those of the nominal sizes', () => {
    for (const { published } of json('sizes').models) {
      const decimals = published.share.split('.')[1]!.length - 2
      expect(`${(published.counted * 100).toFixed(decimals)} %`).toBe(published.share)
    }
  })
  test('prints them in 100 columns', () => {
    const lines = rowspace('sizes').stdout.split('\n')
    expect(lines[1]).toMatch(
      /GPT-2 Small +50,257 +768 +38\.6M +154 MB +77\.2 MB +33\.0 % of 117M +31\.0 % of 124\.4M/,
    )
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100)
  })
})

describe.skipIf(!isThere(WORD2VEC))('4,812 words of GoogleNews word2vec', () => {
  const answer = (...more: string[]) => json('analogy', WORD2VEC, KING, '-k', '2', ...more)

  test('raw rows', () => expect(figures(answer())).toEqual(['queen 0.7301', 'monarch 0.6455']))
  test('unit rows', () => expect(figures(answer('--normalize'))).toEqual(['queen 0.7118', 'monarch 0.6190']))
  test('by dot', () =>
    expect(figures(answer('--metric', 'dot'), 'dot')).toEqual(['monarch 7.221', 'queen 7.100']))
  test('the document is the one that is documented', () => {
    expect(answer('--baselines', '1')).toEqual({
      table: WORD2VEC,
      metric: 'cosine',
      k: 2,
      matches: expect.any(Array),
      baselines: [
        {
          id: expect.any(Number),
          token: expect.any(String),
          cosine: expect.any(Number),
          dot: expect.any(Number),
        },
      ],
    })
  })
})

describe.skipIf(!isThere(BINARY))('a word2vec binary file', () => {
  test('answers', () => {
    const { stdout, code } = rowspace('nearest', BINARY, 'war', '-k', '5')
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(7)
  })
})

describe('a table of GPT-2’s shape and name, without tokens of its own', () => {
  test('gets the vocabulary of GPT-2', () => {
    const [size, dimension] = [50_257, 4]
    const values = Float32Array.from({ length: size * dimension }, (_, i) => Math.sin(i * i))
    const bytes = new Uint8Array(values.buffer)
    const path = join(folder(), 'model.safetensors')
    writeFileSync(
      path,
      Buffer.concat([
        ...encodeSafetensors([{ name: 'wte.weight', dtype: 'F32', shape: [size, dimension], bytes }]),
      ]),
    )
    const { tokens } = json('lookup', path, 'the dog')
    expect(tokens.map(({ token, id }: { token: string; id: number }) => [token, id])).toEqual([
      ['the', 1169],
      [' dog', 3290],
    ])
    expect(json('nearest', path, ' king', '-k', '3')).toEqual(json('nearest', path, '#5822', '-k', '3'))
    expect(rowspace('nearest', path, ' king').stdout).toContain('nearest to " king"')
  })
})

const GLOVE = projectPath('data/cache/glove-6b-100d.safetensors')

describe.skipIf(!existsSync(GLOVE))('the whole GloVe table', () => {
  test('cat: dog 0.8798', () => {
    expect(figures(json('nearest', GLOVE, 'cat', '-k', '1'))).toEqual(['dog 0.8798'])
  })
  test('unit rows', () => {
    expect(figures(json('analogy', GLOVE, KING, '--normalize', '-k', '3'))).toEqual([
      'queen 0.7699',
      'monarch 0.6843',
      'throne 0.6756',
    ])
  })
  test('raw rows, by cosine and by dot', () => {
    expect(json('analogy', GLOVE, KING, '-k', '1').matches).toMatchObject([
      { token: 'queen', cosine: expect.closeTo(0.7834, 4), dot: expect.closeTo(29.907, 3) },
    ])
    const { matches } = json('analogy', GLOVE, KING, '-k', '3', '--metric', 'dot')
    expect(matches.map(({ token }: { token: string }) => token)).toEqual(['queen', 'emperor', 'daughter'])
  })
})
