/** What people type and press, Back and Forward among it. Build first (npm test does). */
import { describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { KING, pageUnderTest, type Terms } from './page.ts'

describe.skipIf(findChromium() === undefined)('the page takes what is typed', () => {
  const on = pageUnderTest()

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
    expect(await on.listed('sum-list')).toEqual(on.oracleSum(terms, 'cosine'))
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
})
