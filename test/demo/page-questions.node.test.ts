/** Lookup, neighbours, arithmetic and the map by a person's actions, the numbers held against the oracle. Build first (npm test does). */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { serve } from '../../demo/serve.mjs'
import { findChromium } from '../chromium.ts'
import { combineAll, searchAll } from '../oracle/search.ts'
import { pageUnderTest } from './page.ts'

type Terms = [string, number][]

const KING: Terms = [
  ['king', 1],
  ['man', -1],
  ['woman', 1],
]

describe.skipIf(findChromium() === undefined)('the page answers', () => {
  const on = pageUnderTest()

  function oracleSum(
    words: Terms,
    metric: 'cosine' | 'dot',
    { normalize = false, inputs = false } = {},
  ): ReturnType<typeof on.asShown> {
    const terms = words.map(([word, weight]) => ({ vector: on.rows[on.table.id(word)]!, weight }))
    const left = new Set(inputs ? [] : words.map(([word]) => on.table.id(word)))
    const allowed = (id: number) => !left.has(id)
    return on.asShown(searchAll(on.rows, combineAll(terms, normalize), { k: 10, metric, allowed }))
  }

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

  test('a sentence shows its rows before the rest of the table is there', async () => {
    const page = await on.visit()
    await on.settled()
    await page.context().route('**/glove-20k.safetensors', (route) => {
      if (route.request().headers().range !== undefined) return route.continue()
    })
    await page.goto(`${on.origin}/?sentence=a+cup+of+tea&place=3`)
    await on.says('#row-title', /“tea”/)
    expect(await page.textContent('#row-title')).toContain(`E[${on.table.id('tea')}]`)
    expect(await page.textContent('#status')).toContain('Loading')
    await page.fill('#sentence', 'a cup of coffee')
    await on.says('#row-title', /“coffee”/)
    const row = on.rows[on.table.id('coffee')]!
    expect(await page.textContent('#row-facts')).toContain(Math.hypot(...row).toFixed(4))
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
    await shows(oracleSum(KING, 'cosine'))
    expect((await on.listed('sum-list'))[0]).toEqual(['queen', '0.7839', '29.961'])
    await page.check('#normalize')
    await shows(oracleSum(KING, 'cosine', { normalize: true }))
    await page.check('#inputs')
    await shows(oracleSum(KING, 'cosine', { normalize: true, inputs: true }))
    await page.uncheck('#normalize')
    await page.uncheck('#inputs')
    await page.fill('#expression', '2 * king - 0.5 * man')
    await shows(
      oracleSum(
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

  test.each<[string, Terms]>([
    ['king-man+woman', KING],
    ['King − Man + WOMAN', KING],
    ['king- man+ woman', KING],
    [
      '"king man" - woman',
      [
        ['king', 0.5],
        ['man', 0.5],
        ['woman', -1],
      ],
    ],
    [
      '"New York" - usa + japan',
      [
        ['new', 0.5],
        ['york', 0.5],
        ['japan', 1],
        ['usa', -1],
      ],
    ],
  ])('%s is read as people mean it', async (typed, terms) => {
    const page = await on.visit(`?expression=${encodeURIComponent(typed)}`)
    await on.settled()
    expect(await on.listed('sum-list')).toEqual(oracleSum(terms, 'cosine'))
    expect(await page.inputValue('#expression')).toBe(typed)
  })

  test('a mistake is pointed out when typing pauses, and not before', async () => {
    const page = await on.visit()
    await on.settled()
    await page.fill('#expression', 'king − ')
    await page.waitForTimeout(300)
    expect(await on.text('#expression-error')).toBe('')
    await page.fill('#expression', 'king − queen')
    await on.settled()
    await page.waitForTimeout(700)
    expect(await on.text('#expression-error')).toBe('')
    await page.fill('#expression', 'king − ')
    await on.says('#expression-error', /a word was expected/)
    await page.fill('#expression', '"New York" − Paris')
    await on.says('#reading', /^Read as 0\.5 \* new \+ 0\.5 \* york − paris$/)
  })

  test('Back and Forward lead through what was asked', async () => {
    const page = await on.visit()
    await on.settled()
    await page.waitForTimeout(1200)
    await page.click('text=paris − france + italy')
    await on.says('#disagreement', /rome/)
    await page.waitForTimeout(1200)
    await page.locator('.chip').nth(4).click()
    await on.says('#chosen', /queen/)
    await expect.poll(() => new URL(page.url()).searchParams.get('place')).toBe('4')
    await page.goBack()
    await on.says('#chosen', /king/)
    expect(await page.inputValue('#expression')).toBe('paris − france + italy')
    await page.goBack()
    await expect.poll(async () => (await on.listed('sum-list'))[0]![0]).toBe('queen')
    await page.goForward()
    await expect.poll(async () => (await on.listed('sum-list'))[0]![0]).toBe('rome')
  })

  test('the chosen token stays while the sentence is edited, and links say which it is', async () => {
    const page = await on.visit('?sentence=the+king+met+the+queen&place=1')
    await on.settled()
    await page.fill('#sentence', 'the king met the queens')
    await on.says('#chips', /queens/)
    expect(await on.text('#chosen')).toBe('“king”')
    await page.click('#neighbour-list .word >> nth=0')
    await on.says('#chosen', /“prince”/)
    await expect.poll(() => new URL(page.url()).searchParams.get('place')).toBe('5')
    // words that the table does not have are not one and the same
    await page.fill('#sentence', 'xqzzt qwrtz')
    await on.says('#chips', /xqzzt/)
    expect(await page.locator('.chip.same').count()).toBe(0)
    await page.fill('#sentence', 'my 👩‍👩‍👧 family')
    await on.says('#chips', /family/)
    expect(await page.locator('.chip').allTextContents()).toEqual([
      `my${on.table.id('my')}`,
      '👩‍👩‍👧unknown',
      `family${on.table.id('family')}`,
    ])
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

  test('on a plain static host it answers on one thread', async () => {
    const plain = await serve(on.folder, { isolated: false })
    try {
      const page = await on.visit('', {}, plain.origin)
      await on.settled()
      expect(await page.evaluate('crossOriginIsolated')).toBe(false)
      expect(await on.text('#neighbour-time')).toContain('on one thread')
      expect(await on.listed('sum-list')).toEqual(oracleSum(KING, 'cosine'))
    } finally {
      await on.page.context().close()
      await plain.close()
    }
  })
})
