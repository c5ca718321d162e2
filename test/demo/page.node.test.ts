/** The page as a person uses it, in Chromium, its numbers held against the oracle. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildDemo } from '../../demo/build.mjs'
import { serve } from '../../demo/serve.mjs'
import { openTable } from '../../src/open.ts'
import type { EmbeddingTable } from '../../src/table.ts'
import { findChromium } from '../chromium.ts'
import { combineAll, searchAll } from '../oracle/search.ts'
import { launch } from '../package/page.ts'

const GLOVE = new URL('../../data/glove-20k.safetensors', import.meta.url).pathname
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

describe.skipIf(findChromium() === undefined)('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-demo-'))
  let browser: Browser
  let server: Awaited<ReturnType<typeof serve>>
  let firstView: string[]
  let table: EmbeddingTable
  let rows: Float32Array[]
  let page: Page
  let troubles: string[]

  beforeAll(async () => {
    ;({ firstView } = await buildDemo(folder))
    server = await serve(folder)
    browser = await launch()
    table = await openTable(GLOVE)
    rows = Array.from({ length: table.size }, (_, id) => table.row(id))
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    table?.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    await page?.context().close()
    expect(troubles).toEqual([])
  })

  async function visit(
    query = '',
    options: BrowserContextOptions = {},
    origin = server.origin,
  ): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    troubles = []
    page.on('pageerror', (error) => troubles.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text())
    })
    await page.goto(`${origin}/${query}`)
  }
  const ready = () => page.waitForSelector('#sum-list tbody tr')
  const listed = (id: string) =>
    page.$$eval(`#${id} tbody tr`, (found) =>
      found.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
    )
  const asShown = (matches: readonly { id: number; cosine: number; dot: number }[]) =>
    matches.map(({ id, cosine, dot }) => [table.token(id), cosine.toFixed(4), dot.toFixed(3)])
  const oracleSum = (
    words: [string, number][],
    metric: 'cosine' | 'dot',
    { unit = false, inputs = false } = {},
  ) => {
    const terms = words.map(([word, weight]) => ({ vector: rows[table.id(word)]!, weight }))
    const left = new Set(inputs ? [] : words.map(([word]) => table.id(word)))
    return asShown(
      searchAll(rows, combineAll(terms, unit), { k: 10, metric, allowed: (id) => !left.has(id) }),
    )
  }
  const KING: [string, number][] = [
    ['king', 1],
    ['man', -1],
    ['woman', 1],
  ]

  test('the first view is small, paints before the table is asked for, and does not shift', async () => {
    const size = firstView.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
    expect(size).toBeLessThan(300_000)
    await visit('', {})
    await ready()
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value
          }).observe({ type: 'layout-shift', buffered: true })
          setTimeout(() => resolve(sum), 300)
        }),
    )
    expect(shift).toBeLessThan(0.02)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
  })

  test('a sentence becomes tokens, a token its row; the same token twice is one row', async () => {
    await visit()
    await ready()
    await page.fill('#sentence', 'the dog saw the Xqzzt')
    expect(await page.$$eval('.chip', (chips) => chips.map((chip) => chip.textContent))).toEqual(
      ['the', 'dog', 'saw', 'the'].map((word) => `${word}${table.id(word)}`).concat('Xqzztunknown'),
    )
    expect(await page.locator('.chip.same').count()).toBe(2)
    expect(await page.textContent('#row-facts')).toContain('2 times')
    await page.locator('.chip').nth(0).focus()
    await page.keyboard.press('ArrowRight')
    const row = rows[table.id('dog')]!
    expect(await page.textContent('#row-title')).toContain(`E[${table.id('dog')}] = “dog”`)
    expect(await page.textContent('#row-facts')).toContain(`‖x‖ = ${Math.hypot(...row).toFixed(4)}`)
    await page.focus('.strip')
    await page.keyboard.press('End')
    expect(await page.textContent('#coordinate')).toBe(`x[99] = ${row[99]!.toFixed(5)}`)
    await page.check('#gpt2-ids')
    await page.waitForFunction(() =>
      document.querySelector('#gpt2-line')?.textContent?.includes('“ dog” 3290'),
    )
  })

  test.each(['cosine', 'dot'] as const)("neighbours by %s are the oracle's", async (metric) => {
    await visit('?sentence=coffee')
    await ready()
    await page.check(`input[name=metric][value=${metric}]`)
    const id = table.id('coffee')
    const expected = searchAll(rows, rows[id]!, { k: 10, metric, allowed: (other) => other !== id })
    expect(await listed('neighbour-list')).toEqual(asShown(expected))
    expect(await page.textContent('#neighbour-time')).toMatch(/20,000 rows searched in [\d.]+ ms/)
  })

  test("king − man + woman, weights, unit rows and inputs are the oracle's", async () => {
    await visit()
    await ready()
    expect(await listed('sum-list')).toEqual(oracleSum(KING, 'cosine'))
    expect((await listed('sum-list'))[0]).toEqual(['queen', '0.7839', '29.961'])
    await page.check('#unit')
    expect(await listed('sum-list')).toEqual(oracleSum(KING, 'cosine', { unit: true }))
    await page.check('#inputs')
    expect(await listed('sum-list')).toEqual(oracleSum(KING, 'cosine', { unit: true, inputs: true }))
    await page.uncheck('#unit')
    await page.uncheck('#inputs')
    await page.fill('#expression', '2 * king - 0.5 * man')
    const weighted: [string, number][] = [
      ['king', 2],
      ['man', -0.5],
    ]
    expect(await listed('sum-list')).toEqual(oracleSum(weighted, 'cosine'))
    await page.fill('#expression', 'king man')
    expect(await page.textContent('#expression-error')).toContain('+ or − was expected')
    await page.fill('#expression', 'king - qeen')
    expect(await page.textContent('#expression-error')).toContain('"qeen" is not a token')
  })

  test('the measures disagree on paris − france + italy, a match is explained, baselines are drawn anew', async () => {
    await visit()
    await ready()
    expect((await listed('baselines')).map(([word]) => word)).toEqual(['either', 'alpine', 'pillars'])
    await page.click('text=paris − france + italy')
    expect(await page.textContent('#disagreement')).toMatch(/disagree: “rome” by cosine, “milan” by dot/)
    expect((await listed('sum-list'))[0]).toEqual(['rome', '0.8089', expect.any(String)])
    await page.check('input[name=sum-metric][value=dot]')
    expect((await listed('sum-list'))[0]![2]).toBe('28.799')
    await page.click('#sum-list button:has-text("milan")')
    expect(await page.textContent('#explanation')).toMatch(
      /milan has cosine 0\.\d{4}.*x\[\d+\].*% of 2016 random pairs/,
    )
    await page.click('#reroll')
    const drawn = await listed('baselines')
    await page.click('#reroll')
    expect(await listed('baselines')).not.toEqual(drawn)
    const query = new URL(page.url()).search
    const [sums, baselines] = [await listed('sum-list'), await listed('baselines')]
    await page.goto(`${server.origin}/${query}`)
    await ready()
    expect([await listed('sum-list'), await listed('baselines')]).toEqual([sums, baselines])
  })

  test("sizes sort by any column, and one's own is computed", async () => {
    await visit()
    await page.click('#size-table button:has-text("share")')
    expect(await page.textContent('#size-table tbody tr')).toContain('Gemma 3 270M')
    expect(await page.textContent('#size-table tbody tr:last-child')).toContain('0.14 %')
    await page.fill('#own-vocabulary', '1000')
    await page.fill('#own-dimension', '10')
    await page.fill('#own-total', '100000')
    expect(await page.textContent('#own-result')).toContain('10,000 parameters: 40 kB as f32')
    expect(await page.textContent('#own-result')).toContain('10.0 % of the model')
    await ready()
  })

  test('a table by address and a dropped file open after their header; an odd file is refused plainly', async () => {
    await visit()
    await ready()
    writeFileSync(join(folder, 'small.txt'), '3 3\nking 1 2 3\nqueen 1 2 4\nman 3 1 0\n')
    await page.fill('#open-source', 'small.txt')
    await page.click('text=Read the header')
    await page.waitForSelector('#open-go:visible')
    expect(await page.textContent('#open-said')).toContain('3 rows of 3 numbers. Opened, it takes 45 bytes')
    await page.click('#open-go')
    await page.waitForFunction(() =>
      document.querySelector('#status')?.textContent?.startsWith('small.txt: 3 rows'),
    )
    expect(new URL(page.url()).searchParams.get('table')).toBe('small.txt')
    const drop = (name: string, text: string) =>
      page.evaluate(
        ([name, text]) => {
          const dataTransfer = new DataTransfer()
          dataTransfer.items.add(new File([text!], name!))
          document.body.dispatchEvent(
            new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
          )
        },
        [name, text],
      )
    await drop('odd.bin', '<!doctype html><p>not a table')
    await page.waitForFunction(() =>
      document.querySelector('#open-said')?.textContent?.includes('looks like a web page'),
    )
    await drop('two.txt', '2 2\na 1 0\nb 0 1\n')
    await page.click('#open-go')
    await page.waitForFunction(() =>
      document.querySelector('#status')?.textContent?.startsWith('two.txt: 2 rows'),
    )
    await page.click('#open-default')
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('GloVe'))
  })

  test('a second visit needs no network', async () => {
    await visit()
    await ready()
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await page.context().setOffline(true)
    await page.goto(`${server.origin}/?expression=paris`)
    await ready()
    expect(await page.inputValue('#expression')).toBe('paris')
    // Chromium reports the refused request itself
    troubles = troubles.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))
  })

  test('a default table that fails to download is said plainly', async () => {
    await visit('', { serviceWorkers: 'block' })
    await page.route('**/glove-20k.safetensors', (route) => route.fulfill({ status: 503, body: 'busy' }))
    await page.reload()
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.includes('answered 503'))
    troubles = troubles.filter((text) => !text.includes('503'))
  })

  test('on a plain static host it answers on one thread', async () => {
    const plain = await serve(folder, { isolated: false })
    try {
      await visit('', {}, plain.origin)
      await ready()
      expect(await page.evaluate('crossOriginIsolated')).toBe(false)
      expect(await page.textContent('#neighbour-time')).toContain('on one thread')
      expect(await listed('sum-list')).toEqual(oracleSum(KING, 'cosine'))
    } finally {
      await page.context().close()
      await plain.close()
    }
  })

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'nothing serious for axe, nothing wider than the page: %s, %d wide',
    async (colorScheme, width) => {
      await visit('', { colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' })
      await ready()
      const screenshots = process.env.ROWSPACE_SCREENSHOTS
      if (screenshots)
        await page.screenshot({ path: join(screenshots, `${colorScheme}-${width}.png`), fullPage: true })
      await page.evaluate(AXE)
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
        }
        return (await axe.run()).violations.map(
          ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`,
        )
      })
      expect(violations.filter((text) => /^(serious|critical)/.test(text))).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      const smallest = await page.$$eval('body *', (all) =>
        Math.min(
          ...all
            .filter((e) => e.textContent?.trim())
            .map((e) => Number.parseFloat(getComputedStyle(e).fontSize)),
        ),
      )
      expect(smallest).toBeGreaterThanOrEqual(12)
    },
  )
})
