/** How the page loads and looks: small, at once, still, for everyone, at every width. ROWSPACE_SCREENSHOTS names a folder for pictures. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { buildDemo } from '../../demo/build.mjs'
import { findChromium } from '../chromium.ts'
import { projectPath } from '../shared-data.ts'
import { pageUnderTest } from './page.ts'

const PARTS = ['lookup', 'neighbours', 'arithmetic', 'map', 'sizes', 'open', 'measure']
const SHARED = ['data/models.json', 'data/figures.ts'].map(projectPath)
const { ROWSPACE_SCREENSHOTS: screenshots } = process.env

test('it is built on the published package alone', () => {
  const folder = projectPath('demo')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|mjs)$/.test(name),
  )
  expect(sources.length).toBeGreaterThan(30)
  const outside = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)]
      .map(([, path]) => join(folder, name, '..', path!))
      // the five models, and how figures are written, are the command's too
      .filter((path) => !path.startsWith(folder) && !SHARED.includes(path)),
  )
  expect(outside).toEqual([])
})

test('npm run demo:build leaves a folder that has all it links to, the reverse dictionary too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-page-'))
  try {
    await buildDemo(folder)
    for (const page of ['index.html', 'reverse-dictionary/index.html']) {
      const links = [...readFileSync(join(folder, page), 'utf8').matchAll(/(?:href|src)="([^"#:]+)"/g)]
      expect(links.length).toBeGreaterThan(2)
      const missing = links
        .map(([, link]) => join(folder, page, '..', link!))
        .filter((path) => !existsSync(path))
      expect(missing).toEqual([])
    }
    expect(existsSync(join(folder, 'reverse-dictionary', 'index.html'))).toBe(true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe.skipIf(findChromium() === undefined)('the page', () => {
  const on = pageUnderTest()

  test('the first view is small, painted before the table is fetched, and nothing shifts', async () => {
    const size = on.firstView.reduce(
      (sum, name) => sum + gzipSync(readFileSync(join(on.folder, name))).length,
      0,
    )
    expect(size).toBeLessThan(300_000)
    const page = await on.visit()
    await on.settled()
    await page.waitForSelector('#map-drawing path')
    const { shift, painted, fetched } = await page.evaluate(
      () =>
        new Promise<{ shift: number; painted: number; fetched: number }>((resolve) => {
          let shift = 0
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) shift += (entry as unknown as { value: number }).value
          }).observe({ type: 'layout-shift', buffered: true })
          const painted = performance.getEntriesByName('first-contentful-paint')[0]!.startTime
          const status = performance.getEntriesByType('resource').map(({ startTime }) => startTime)
          setTimeout(() => resolve({ shift, painted, fetched: Math.max(...status) }), 300)
        }),
    )
    expect(shift).toBeLessThan(0.02)
    expect(painted).toBeLessThan(fetched)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
  })

  test('everything can be reached and done by keyboard, with the focus seen', async () => {
    const page = await on.visit()
    await on.settled()
    await page.waitForSelector('#map-drawing path')
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    const reached = new Set<string>()
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press('Tab')
      const { name, seen } = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement
        // a radio button's label shows its focus
        const shown = element.matches('.segments input') ? element.parentElement! : element
        const { outlineStyle, outlineWidth } = getComputedStyle(
          element.matches('.button input') ? element.parentElement! : shown,
        )
        return {
          name: element.id || (element as HTMLInputElement).name || element.className || element.tagName,
          seen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1,
        }
      })
      if (name === 'BODY') break
      expect(seen, name).toBe(true)
      reached.add(name)
    }
    const wanted = [
      'sentence',
      'gpt2-ids',
      'strip',
      'metric',
      'expression',
      'sumMetric',
      'normalize',
      'inputs',
      'reroll',
    ]
    wanted.push(
      'map-in',
      'map-drawing',
      'size-measure',
      'live-name',
      'own-vocabulary',
      'open-source',
      'open-file',
    )
    wanted.push('open-default', 'measure-rows', 'measure-go')
    expect(wanted.filter((name) => !reached.has(name))).toEqual([])
    expect([...reached].some((name) => name.startsWith('chip'))).toBe(true)
  })

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'axe finds nothing serious, nothing is too wide or too small: %s, %d wide',
    async (colorScheme, width) => {
      const page = await on.visit('', {
        colorScheme,
        viewport: { width, height: 860 },
        reducedMotion: 'reduce',
      })
      await on.settled()
      await page.waitForSelector('#map-drawing path')
      await page.check('#gpt2-ids')
      await page.waitForSelector('.token')
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe(
        'auto',
      )
      if (screenshots !== undefined) {
        for (const part of PARTS) {
          await page
            .locator(`#${part}`)
            .screenshot({ path: join(screenshots, `${part}-${colorScheme}-${width}.png`) })
        }
      }
      expect(await on.violations()).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      const tooSmall = await page.$$eval('body *', (all) =>
        all
          .filter((element) =>
            [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim()),
          )
          .map((element) => {
            const scale = (element as SVGGraphicsElement).getScreenCTM?.()?.a ?? 1
            return {
              text: element.textContent,
              size: Number.parseFloat(getComputedStyle(element).fontSize) * scale,
            }
          })
          .filter(({ size }) => size < 12),
      )
      expect(tooSmall).toEqual([])
    },
  )

  test('it follows the window: phone, then wide, and the drawings with it', async () => {
    const page = await on.visit('', { viewport: { width: 360, height: 740 } })
    await on.settled()
    await page.waitForSelector('#map-drawing path')
    const width = () => page.$eval('#map-drawing', (map) => map.clientWidth)
    expect(await width()).toBeLessThan(360)
    const inside = () =>
      page.$$eval('#map-drawing path', (paths) => {
        const { left, right } = document.querySelector('#map-drawing')!.getBoundingClientRect()
        return paths.every((path) => {
          const box = path.getBoundingClientRect()
          return box.left >= left && box.right <= right
        })
      })
    expect(await inside()).toBe(true)
    await page.setViewportSize({ width: 1600, height: 900 })
    await expect.poll(width).toBeGreaterThan(700)
    expect(await inside()).toBe(true)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1600)
  })

  test('whoever types fast sees every key at once, and in the end the answer to the last', async () => {
    const page = await on.visit()
    await on.settled()
    await page.focus('#expression')
    await page.keyboard.press('End')
    await page.keyboard.type(' + queen − prince')
    expect(await page.inputValue('#expression')).toBe('king − man + woman + queen − prince')
    const typed = await on.listed('sum-list')
    await expect.poll(() => new URL(page.url()).searchParams.get('expression')).toMatch(/prince$/)
    await page.reload()
    await expect.poll(() => on.listed('sum-list')).toEqual(typed)
    expect(typed.map(([word]) => word)).not.toContain('queen')
  })
})
