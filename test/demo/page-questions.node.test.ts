/** Lookup, neighbours and arithmetic by a person's actions, the numbers held against the oracle. Build first (npm test does). */
import { describe, expect, test } from 'vitest'
import { serve } from '../../demo/serve.mjs'
import { findChromium } from '../chromium.ts'
import { combineAll, searchAll } from '../oracle/search.ts'
import { KING, pageUnderTest } from './page.ts'

describe.skipIf(findChromium() === undefined)('the page answers', () => {
  const on = pageUnderTest()

  test('a sentence as tokens, a token as its row; the same token twice is one row', async () => {
    const page = await on.visit()
    await on.settled()
    await page.fill('#sentence', 'the dog saw the Xqzzt')
    await on.says('#chips', /Xqzzt/)
    expect(await page.$$eval('.chip', (chips) => chips.map((chip) => chip.textContent))).toEqual(
      ['the', 'dog', 'saw', 'the'].map((word) => `${word}${on.table.id(word)}`).concat('Xqzztunknown'),
    )
    await page.locator('.chip').nth(0).click()
    await expect.poll(() => page.locator('.chip.same').count()).toBe(2)
    expect(await on.text('#row-facts')).toContain('2 times, one id, one row')
    // the keyboard walks on, past the end and over what has no row
    await page.locator('.chip').nth(0).focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await on.says('#row-title', /“dog”/)
    await page.waitForFunction(() => document.activeElement?.textContent?.startsWith('dog'))
    const id = on.table.id('dog')
    const row = on.rows[id]!
    const minus = (value: number, digits: number) => value.toFixed(digits).replace('-', '−')
    expect(await on.text('#row-title')).toBe(`E[${id}] is “dog”: 100 numbers`)
    for (const value of [Math.hypot(...row), Math.min(...row), Math.max(...row)]) {
      expect(await on.text('#row-facts')).toContain(minus(value, 4))
    }
    await page.focus('.strip')
    await page.keyboard.press('End')
    expect(await on.text('#coordinate')).toBe(`x[99] = ${minus(row[99]!, 5)}`)
    const strip = (await page.locator('.strip').boundingBox())!
    await page.mouse.move(strip.x + strip.width * 0.425, strip.y + 20)
    expect(await on.text('#coordinate')).toBe(`x[42] = ${minus(row[42]!, 5)}`)
    // rows of the matrix are at their true height
    const marked = await page.$eval('.chosen-row', (line) => Number(line.getAttribute('y1')))
    const [top, height] = await page.$eval('rect.matrix', (box) =>
      ['y', 'height'].map((name) => Number(box.getAttribute(name))),
    )
    expect((marked - top!) / height!).toBeCloseTo(id / 19_999, 6)
    await page.check('#gpt2-ids')
    await on.says('#gpt2-line', /the1169␣dog3290␣saw2497/)
  })

  test.each(['cosine', 'dot'] as const)("neighbours by %s are the oracle's", async (metric) => {
    const page = await on.visit('?sentence=coffee')
    await on.settled()
    await page.locator(`input[name=metric][value=${metric}]`).focus()
    await page.keyboard.press('Space')
    const id = on.table.id('coffee')
    const allowed = (other: number) => other !== id
    const expected = on.asShown(searchAll(on.rows, on.rows[id]!, { k: 10, metric, allowed }))
    await expect.poll(() => on.listed('neighbour-list')).toEqual(expected)
    expect(await on.text('#neighbour-time')).toMatch(
      /20,000 rows searched in [\d.]+ ms on (one thread|\d threads)/,
    )
    await page.click('#neighbour-list .word >> nth=0')
    expect(await page.inputValue('#sentence')).toBe(`coffee ${expected[0]![0]}`)
    await on.says('#chosen', new RegExp(`“${expected[0]![0]}”`))
  })

  test("king − man + woman, weights, unit rows and inputs are the oracle's", async () => {
    const page = await on.visit()
    const shows = (expected: unknown) => expect.poll(() => on.listed('sum-list')).toEqual(expected)
    await shows(on.oracleSum(KING, 'cosine'))
    expect((await on.listed('sum-list'))[0]).toEqual(['queen', '0.7839', '29.961'])
    await page.check('#normalize')
    await shows(on.oracleSum(KING, 'cosine', { normalize: true }))
    await page.check('#inputs')
    await shows(on.oracleSum(KING, 'cosine', { normalize: true, inputs: true }))
    await page.uncheck('#normalize')
    await page.uncheck('#inputs')
    await page.fill('#expression', '2 * king - 0.5 * man')
    await shows(
      on.oracleSum(
        [
          ['king', 2],
          ['man', -0.5],
        ],
        'cosine',
      ),
    )
    await page.fill('#expression', 'king man')
    await on.says('#expression-error', /\+ or - was expected/)
    await page.fill('#expression', 'king - qeen')
    await on.says('#expression-error', /"qeen" is not a token/)
    // the answer before stands, and the page says of what
    await on.says('#expression-error', /Below is still the answer to 2 \* king - 0\.5 \* man\.$/)
    expect((await on.listed('sum-list')).length).toBe(10)
    await page.fill('#expression', ' ')
    await on.says('#expression-error', /Type words with \+ and − between them/)
  })

  test('the measures disagree on paris − france + italy; baselines are drawn anew; a link brings all back', async () => {
    const page = await on.visit()
    expect((await on.listed('baselines')).map(([word]) => word)).toEqual(['either', 'alpine', 'pillars'])
    await page.click('text=paris − france + italy')
    await on.says('#disagreement', /disagree: “rome” by cosine, “milan” by dot/)
    expect((await on.listed('sum-list'))[0]).toEqual(['rome', '0.8089', expect.any(String)])
    await page.click('label:has(> input[name=sumMetric][value=dot])')
    await expect
      .poll(async () => (await on.listed('sum-list'))[0])
      .toEqual(['milan', expect.any(String), '28.799'])
    await page.click('#reroll')
    await expect.poll(async () => (await on.listed('baselines'))[0]![0]).not.toBe('either')
    const drawn = await on.listed('baselines')
    await page.click('#reroll')
    await expect.poll(() => on.listed('baselines')).not.toEqual(drawn)
    await page.fill('#sentence', 'a cup of tea')
    await expect.poll(() => new URL(page.url()).searchParams.get('sentence')).toBe('a cup of tea')
    const lists = ['neighbour-list', 'sum-list', 'baselines']
    const before = await Promise.all(lists.map((id) => on.listed(id)))
    await page.reload()
    await on.settled()
    expect(await Promise.all(lists.map((id) => on.listed(id)))).toEqual(before)
  })

  test('every example has an answer on the default table', async () => {
    const page = await on.visit()
    await on.settled()
    const examples = await page.$$eval('#examples button', (buttons) =>
      buttons.map((each) => each.textContent!),
    )
    const firsts: (string | null)[] = []
    for (const example of examples) {
      await page.click(`#examples button:text-is("${example}")`)
      await expect
        .poll(() => new URL(page.url()).searchParams.get('expression') ?? 'king − man + woman')
        .toBe(example)
      firsts.push((await on.listed('sum-list'))[0]![0]!)
      expect(await on.text('#expression-error')).toBe('')
    }
    expect(firsts).toEqual(['queen', 'rome', 'swam', 'tokyo', 'queen'])
  })

  test('a match is held against random pairs', async () => {
    const page = await on.visit()
    await on.settled()
    await on.says('#explanation h3', /How near is “queen”/)
    await page.click('#sum-list .word >> nth=1')
    await on.says('#explanation h3', /How near is “monarch”/)
    const sum = combineAll(
      KING.map(([word, weight]) => ({ vector: on.rows[on.table.id(word)]!, weight })),
      false,
    )
    // the random pairs, again and one by one
    const ids = [...on.table.randomIds(64, { seed: 1 })]
    const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      const [x, y] = [Array.from(a), Array.from(b)]
      return x.reduce((dot, value, j) => dot + value * y[j]!, 0) / (Math.hypot(...x) * Math.hypot(...y))
    }
    const random = ids.flatMap((a, i) => ids.slice(i + 1).map((b) => cosine(on.rows[a]!, on.rows[b]!)))
    await page.click('#baselines .word >> nth=0')
    await on.says('#explanation h3', /How near is “either”/)
    const either = cosine(sum, on.rows[on.table.id('either')]!)
    const below = random.filter((other) => other < either).length
    expect(await on.text('#explanation')).toContain(
      `is higher than that of ${below.toLocaleString('en')} of 2,016 pairs of random rows, ${((100 * below) / random.length).toFixed(1)}\u00a0%.`,
    )
  })

  test('on a plain static host it answers on one thread', async () => {
    const plain = await serve(on.folder, { isolated: false })
    try {
      const page = await on.visit('', {}, plain.origin)
      await on.settled()
      expect(await page.evaluate('crossOriginIsolated')).toBe(false)
      expect(await on.text('#neighbour-time')).toContain('on one thread')
      expect(await on.listed('sum-list')).toEqual(on.oracleSum(KING, 'cosine'))
    } finally {
      await on.page.context().close()
      await plain.close()
    }
  })
})
