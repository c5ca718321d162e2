/** The reverse dictionary: WordNet as it is read, its measure, and the page in Chromium, held against float64. Build first (npm test does). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { openTable } from 'rowspace'
import { sifWeights } from 'rowspace/text'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildDictionary } from '../../demo/reverse-dictionary/build.mjs'
import { measure } from '../../demo/reverse-dictionary/measure.mjs'
import { readWordNet } from '../../demo/reverse-dictionary/wordnet.mjs'
import { serve } from '../../demo/serve.mjs'
import { findChromium } from '../chromium.ts'
import { launch } from '../package/page.ts'
import { projectPath } from '../shared-data.ts'

const synsets = readWordNet()

test('WordNet 3.1 has 117,791 synsets', () => {
  expect(synsets.length).toBe(117_791)
  expect(synsets.filter(({ definitions }) => definitions.length === 0)).toEqual([])
  expect(synsets.find(({ words }) => words.includes('true cat'))).toMatchObject({
    words: ['cat', 'true cat'],
    part: 'n',
  })
  const reliable = synsets.find(({ words }) => words[0] === 'reliable' && words[1] === 'dependable')
  expect(reliable).toEqual({
    words: ['reliable', 'dependable'],
    part: 'a',
    definitions: ['worthy of reliance or trust'],
    examples: ['a reliable source of information', 'a dependable worker'],
  })
})

test('the measure finds more by words than without, and counts', async () => {
  const table = await openTable(projectPath('data/glove-20k.safetensors'))
  const some = synsets.filter((_, place) => place % 40 === 0)
  const results = await measure(table, some)
  expect(results.length).toBe(2 * 4 * 3)
  const share = (rows: string, kind: string) => {
    const { found, tried } = results.find(
      (one) => one.rows === rows && one.kind === kind && one.weighted && one.centred,
    )!
    expect(tried).toBeGreaterThan(200)
    return found / tried
  }
  const kind = 'an example as it is'
  expect(share('its words, the definition', kind)).toBeGreaterThan(2 * share('the definition', kind))
  expect(share('the definition', 'a further definition')).toBeGreaterThan(0.02)
}, 60_000)

describe.skipIf(findChromium() === undefined)('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-dictionary-'))
  const troubles: string[] = []
  let browser: Browser
  let server: Awaited<ReturnType<typeof serve>>
  let page: Page

  beforeAll(async () => {
    await buildDictionary(folder)
    server = await serve(folder)
    browser = await launch()
    page = await browser.newPage()
    page.on('pageerror', (error) => troubles.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
    await page.goto(server.origin)
    await page.waitForSelector('#found li', { timeout: 60_000 })
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
    expect(troubles).toEqual([])
  })

  const shown = async (description: string) => {
    await page.fill('#description', description)
    const items = await page.locator('#found li').all()
    return Promise.all(
      items.map(async (item) => ({
        words: await item.locator('.words').textContent(),
        cosine: await item.locator('.cosine').textContent(),
      })),
    )
  }

  test('says what it loaded', async () => {
    expect(await page.textContent('#status')).toMatch(
      /^117,791 definitions made vectors in this page in [\d.]+ s/,
    )
  })

  test('finds what float64 finds', async () => {
    const table = await openTable(projectPath('data/glove-20k.safetensors'))
    const { dimension } = table
    const weights = sifWeights(table.size)
    const rows = Array.from({ length: table.size }, (_, id) => table.row(id))
    const pooled = (text: string) => {
      const sum = new Float64Array(dimension)
      let total = 0
      for (const { id } of table.vocabulary!.tokenize(text)) {
        if (id === undefined) continue
        total += weights[id]!
        for (let i = 0; i < dimension; i++) sum[i]! += weights[id]! * rows[id]![i]!
      }
      return sum.map((value) => value / (total || 1))
    }
    const vectors = synsets.map(({ words, definitions }) =>
      pooled(`${words.join('|')} ${definitions.join('; ')}`),
    )
    const mean = new Float64Array(dimension)
    for (const vector of vectors) for (let i = 0; i < dimension; i++) mean[i]! += vector[i]! / vectors.length
    const normalize = (vector: Float64Array) => {
      const centred = vector.map((value, i) => value - mean[i]!)
      const length = Math.hypot(...centred)
      return centred.map((value) => value / (length || 1))
    }
    const index = vectors.map(normalize)
    for (const description of ['fear of closed spaces', 'a person who studies the stars']) {
      const query = normalize(pooled(description))
      const scores = index.map((row) => row.reduce((sum, value, i) => sum + value * query[i]!, 0))
      const best = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, 10)
      const expected = best.map((id) => ({
        words: synsets[id]!.words.join(', '),
        cosine: scores[id]!.toFixed(3),
      }))
      const found = await shown(description)
      expect(found.map(({ words }) => words)).toEqual(expected.map(({ words }) => words))
      for (const [place, { cosine }] of found.entries()) {
        expect(Math.abs(Number(cosine) - Number(expected[place]!.cosine))).toBeLessThan(0.0011)
      }
    }
  }, 60_000)

  test('every example finds its word first, and the miss that the page tells of is one', async () => {
    await page.reload()
    await page.waitForSelector('#found li', { timeout: 60_000 })
    const examples = await page.locator('#examples button').allTextContents()
    expect(await page.inputValue('#description')).toBe(examples[0])
    const firsts: (string | null)[] = []
    for (const example of examples) firsts.push((await shown(example))[0]!.words)
    expect(firsts).toEqual(['thermometer', 'uncle', 'arachnophobia', 'puppy', 'library', 'income tax'])
    const mice = await shown('a small domestic animal that catches mice')
    expect(mice[0]!.words).toBe('rat')
    expect(mice.every(({ words }) => !words?.split(', ').includes('cat'))).toBe(true)
  }, 90_000)

  test('claustrophobia is found; the examples are buttons; what is not known is said', async () => {
    expect((await shown('fear of closed spaces')).map(({ words }) => words)).toContain('claustrophobia')
    expect(await page.textContent('#facts')).toMatch(
      /^All 117,791 definitions compared, exactly, in [\d.]+ ms\.$/,
    )
    await page.click('#examples button:has-text("books are kept")')
    expect(await page.inputValue('#description')).toBe('a building where books are kept')
    expect(await shown('xqzwv')).toEqual([])
    expect(await page.textContent('#facts')).toBe(
      'None of these words is known. Not among the 20,000 words, and left out: xqzwv.',
    )
    expect(await shown('')).toEqual([])
    expect(await page.textContent('#facts')).toBe('')
  })
})
