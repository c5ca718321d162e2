/** The page as the tests see it: built once, served on loopback, opened in Chromium, its default table in the oracle's hands. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { buildDemo } from '../../demo/build.mjs'
import { serve } from '../../demo/serve.mjs'
import { openTable } from '../../src/open/open-table.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { combineAll, searchAll } from '../oracle/search.ts'
import { launch } from '../package/page.ts'
import { projectPath } from '../shared-data.ts'

type Shown = (string | null)[][]
/** Words and their weights. */
export type Terms = [string, number][]

export const KING: Terms = [
  ['king', 1],
  ['man', -1],
  ['woman', 1],
]

export class PageUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'rowspace-page-'))
  firstView: string[] = []
  table!: EmbeddingTable
  rows: Float32Array[] = []
  page!: Page
  troubles: string[] = []
  #browser!: Browser
  #server!: Awaited<ReturnType<typeof serve>>

  get origin(): string {
    return this.#server.origin
  }

  async start(): Promise<void> {
    ;({ firstView: this.firstView } = await buildDemo(this.folder, { dictionary: false }))
    this.#server = await serve(this.folder)
    this.#browser = await launch()
    this.table = await openTable(projectPath('data/glove-20k.safetensors'))
    this.rows = Array.from({ length: this.table.size }, (_, id) => this.table.row(id))
  }

  async stop(): Promise<void> {
    await this.#browser?.close()
    await this.#server?.close()
    this.table?.dispose()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A visit in a browser of its own; whatever goes wrong on the page is in `troubles`. */
  async visit(query = '', options: BrowserContextOptions = {}, origin = this.origin): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    this.page = await context.newPage()
    this.page.setDefaultTimeout(15_000)
    this.troubles = []
    this.page.on('pageerror', (error) => this.troubles.push(String(error)))
    this.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.troubles.push(message.text())
    })
    await this.page.goto(`${origin}/${query}`)
    return this.page
  }

  /** Until every part has answered. */
  async settled(): Promise<void> {
    await this.page.waitForSelector('#sum-list tbody tr, #expression-error:not(:empty)')
    await this.page.waitForSelector('main[aria-busy=false]')
  }

  /** What a list of matches shows: token, cosine, dot. */
  async listed(id: string): Promise<Shown> {
    await this.settled()
    return this.page.$$eval(`#${id} tbody tr`, (found) =>
      found.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
    )
  }

  /** Matches of the oracle as the page shows them. */
  asShown(matches: readonly { id: number; cosine: number; dot: number }[]): Shown {
    const minus = (text: string) => text.replace(/^-/, '−')
    return matches.map(({ id, cosine, dot }) => [
      this.table.token(id)!,
      minus(cosine.toFixed(4)),
      minus(dot.toFixed(3)),
    ])
  }

  /** What the oracle finds nearest to a sum, as the page shows it. */
  oracleSum(words: Terms, metric: 'cosine' | 'dot', { normalize = false, inputs = false } = {}): Shown {
    const terms = words.map(([word, weight]) => ({ vector: this.rows[this.table.id(word)]!, weight }))
    const left = new Set(inputs ? [] : words.map(([word]) => this.table.id(word)))
    const allowed = (id: number) => !left.has(id)
    return this.asShown(searchAll(this.rows, combineAll(terms, normalize), { k: 10, metric, allowed }))
  }

  async text(selector: string): Promise<string> {
    await this.page.waitForSelector('main[aria-busy=false]')
    return (await this.page.textContent(selector)) ?? ''
  }

  /** Waits until an element says what is expected. */
  async says(selector: string, expected: RegExp): Promise<void> {
    const { source, flags } = expected
    await this.page
      .waitForFunction(
        ({ selector, source, flags }) =>
          new RegExp(source, flags).test(document.querySelector(selector)?.textContent ?? ''),
        { selector, source, flags },
      )
      .catch(async (error) => {
        throw new Error(`${selector} says ${await this.page.textContent(selector)}: ${error}`)
      })
  }

  async drop(name: string, text: string): Promise<void> {
    await this.page.evaluate(
      ([name, text]) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([text!], name!))
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
      },
      [name, text],
    )
  }

  /** axe-core's serious and critical findings. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE)
    const found = await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
      }
      return (await axe.run()).violations
    })
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }
}

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

/** The page for the tests of one file; after each, nothing may have gone wrong on it. */
export function pageUnderTest(): PageUnderTest {
  const page = new PageUnderTest()
  beforeAll(() => page.start(), 60_000)
  afterAll(() => page.stop())
  afterEach(async () => {
    await page.page?.context().close()
    expect(page.troubles).toEqual([])
  })
  return page
}
