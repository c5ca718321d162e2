/** The map: its plane, its steps and its gap, held against the oracle. Build first (npm test does). */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { combineAll } from '../oracle/search.ts'
import { KING, pageUnderTest } from './page.ts'

describe.skipIf(findChromium() === undefined)('the map', () => {
  const on = pageUnderTest()

  test('the map has the principal plane of the analogy, and zooms', async () => {
    const page = await on.visit('?sentence=king')
    await on.settled()
    await page.waitForSelector('#map-drawing path.sum')
    const points = await page.$$eval('#map-drawing path', (paths) =>
      paths.map((path) => {
        const [x, y] = path
          .getAttribute('transform')!
          .match(/-?[\d.]+/g)!
          .map(Number) as [number, number]
        return { name: path.textContent!, x, y }
      }),
    )
    const sum = combineAll(
      KING.map(([word, weight]) => ({ vector: on.rows[on.table.id(word)]!, weight })),
      false,
    )
    const vectors = points.map(({ name }) =>
      name === 'king − man + woman' ? Float64Array.from(sum) : Float64Array.from(on.rows[on.table.id(name)]!),
    )
    expect(points.map(({ name }) => name)).toEqual(expect.arrayContaining(['king', 'man', 'woman', 'queen']))
    // distances on the screen are those of the two largest principal components, up to one scale
    const four = new Matrix(
      ['king', 'man', 'woman', 'queen'].map((word) => [...on.rows[on.table.id(word)]!]),
    ).center('column')
    const { eigenvectorMatrix } = new EigenvalueDecomposition(four.transpose().mmul(four), {
      assumeSymmetric: true,
    })
    const plane = new Matrix(vectors.map((vector) => [...vector])).mmul(eigenvectorMatrix).to2DArray()
    const onPlane = plane.map((row) => [row.at(-1)!, row.at(-2)!] as [number, number])
    const ratios = points.slice(1).map(({ x, y }, place) => {
      const [u, v] = onPlane[place + 1]!
      return (
        Math.hypot(x - points[0]!.x, y - points[0]!.y) / Math.hypot(u - onPlane[0]![0], v - onPlane[0]![1])
      )
    })
    for (const ratio of ratios) expect(ratio / ratios[0]!).toBeCloseTo(1, 3)
    // man → king and woman → queen side by side, and the gap between the sum and queen
    const lines = await page.$$eval('#map-drawing line', (found) =>
      found.map((line) => [
        line.getAttribute('class'),
        ...['x1', 'y1', 'x2', 'y2'].map((name) => Math.round(Number(line.getAttribute(name)))),
      ]),
    )
    const at = (wanted: string) => {
      const { x, y } = points.find(({ name }) => name === wanted)!
      return [Math.round(x), Math.round(y)]
    }
    expect(lines).toEqual([
      ['step', ...at('man'), ...at('king')],
      ['step', ...at('woman'), ...at('queen')],
      ['gap', ...at('king − man + woman'), ...at('queen')],
    ])
    expect(await on.text('#map-facts')).toMatch(
      /The plane keeps [\d.]+\s% of the variance of these \d+ rows\. “throne” looks nearest to the sum, but by all numbers “queen” is\./,
    )
    const first = () => page.$eval('#map-drawing path', (path) => path.getAttribute('transform'))
    const before = await first()
    await page.click('#map-in')
    expect(await first()).not.toBe(before)
    await page.focus('#map-drawing')
    await page.keyboard.press('+')
    await page.keyboard.press('ArrowLeft')
    const moved = await first()
    await page.keyboard.press('0')
    expect(await first()).toBe(before)
    expect(moved).not.toBe(before)
    // zoomed in, there is always something to be seen
    for (let time = 0; time < 8; time++) await page.click('#map-in')
    const box = (await page.locator('#map-drawing').boundingBox())!
    const isSeen = () =>
      page.$$eval(
        '#map-drawing path',
        (paths, { width, height }) =>
          paths.some((path) => {
            const [x = -1, y = -1] = (path.getAttribute('transform')?.match(/-?[\d.]+/g) ?? []).map(Number)
            return x >= 0 && x <= width && y >= 0 && y <= height
          }),
        box,
      )
    expect(await isSeen()).toBe(true)
    await page.fill('#expression', 'king')
    await expect.poll(() => page.locator('#map-drawing .step').count()).toBe(0)
    expect(await isSeen()).toBe(true)
  })

  test('an analogy that makes no sense looks wrong', async () => {
    const page = await on.visit(`?expression=${encodeURIComponent('cat − economy + pillars')}`)
    await on.settled()
    await page.waitForSelector('#map-drawing line.gap')
    const lengths = await page.$$eval('#map-drawing line', (lines) =>
      lines.map((line) => {
        const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => Number(line.getAttribute(name)))
        return Math.hypot(x2! - x1!, y2! - y1!)
      }),
    )
    // the gap is as long as a step, and the steps are not alike
    expect(lengths[2]! / Math.max(lengths[0]!, lengths[1]!)).toBeGreaterThan(0.3)
  })
})
