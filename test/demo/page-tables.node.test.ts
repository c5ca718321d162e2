/** Sizes, opening tables and measuring, by a person's actions. Build first (npm test does). */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { testHub } from '../servers/hub-spec.ts'
import { gpt2File, numberAt } from '../servers/model-names.ts'
import { isThere, projectPath } from '../shared-data.ts'
import { pageUnderTest } from './page.ts'

const GPT2 = 'openai-community/gpt2'
const TRANSFORMER = projectPath('data/cache/use-lite-8002.safetensors')

describe.skipIf(findChromium() === undefined)('the page opens', () => {
  const on = pageUnderTest()

  const hubOf = (file: ReturnType<typeof gpt2File>, rate?: number) =>
    testHub({
      models: { [GPT2]: { files: { 'model.safetensors': { kind: 'model', spec: file } } } },
      ...(rate === undefined ? {} : { rate }),
    })
  const at = (endpoint: string, query = '') => `?hub=${encodeURIComponent(endpoint)}${query}`
  const offlineNoise = (text: string) =>
    !/ERR_INTERNET_DISCONNECTED|Failed to load resource|registration blocked by Playwright/.test(text)

  test('sizes sort by any measure, and the calculator answers', async () => {
    const page = await on.visit()
    await on.settled()
    const models = () => page.$$eval('#size-bars .model', (found) => found.map((each) => each.textContent))
    const widths = () =>
      page.$$eval('#size-bars .fill', (found) =>
        found.map((each) => Number.parseFloat((each as HTMLElement).style.width)),
      )
    expect((await models())[0]).toBe('DeepSeek V3.2 Speciale')
    await page.click('#size-measures label:has-text("share")')
    expect(await models()).toEqual([
      'Gemma 3 270M',
      'GPT-2 Small',
      'Qwen3 1.7B',
      'Ministral 8B',
      'DeepSeek V3.2 Speciale',
    ])
    // a full bar is the whole model
    expect((await widths())[0]).toBeCloseTo((100 * 262_144 * 640) / 270e6, 3)
    expect((await widths())[1]).toBeCloseTo((100 * 50_257 * 768) / 117e6, 3)
    expect(await page.$$eval('#size-bars .value', (found) => found.map((each) => each.textContent))).toEqual([
      '62.1\u00a0%',
      '33.0\u00a0%',
      '18.3\u00a0%',
      '6.7\u00a0%',
      '0.14\u00a0%',
    ])
    await page.fill('#own-vocabulary', '1,000')
    await page.fill('#own-dimension', '10')
    await page.fill('#own-total', '100000')
    expect(await on.text('#own-result')).toBe(
      '10,000 parameters: 40.0 kB as f32, 20.0 kB as bf16, 14.0 kB as int8; 10.0\u00a0% of the model.',
    )
    await page.fill('#own-total', 'many')
    expect(await on.text('#own-result')).toBe('Give three whole numbers above zero.')
  })

  test("a model's header is read live", async () => {
    const { endpoint, log } = await hubOf(gpt2File(1))
    const page = await on.visit(at(endpoint))
    await on.settled()
    await page.fill('#live-name', GPT2)
    await page.keyboard.press('Enter')
    await on.says('#live-said', /hf:openai-community\/gpt2: 50,257 × 768 as F32/i)
    await on.says('#size-bars', /hf:openai-community\/gpt2.*31\.0\s% of 124\.4M in the file, read live/)
    expect((await log()).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(100_000)
    await page.fill('#live-name', 'nobody/nothing')
    await page.keyboard.press('Enter')
    await on.says('#live-said', /nobody\/nothing/)
    on.troubles = on.troubles.filter(offlineNoise)
  })

  test("a table of GPT-2's shape opens with progress and answers in milliseconds", async () => {
    const hub = await hubOf(gpt2File(3))
    const page = await on.visit(at(hub.endpoint))
    await on.settled()
    await page.click('#open-gpt2')
    await on.says('#open-said', /50,257 rows of 768 numbers \(F32\).*at most 193 MB of memory/i)
    await page.evaluate(() => {
      const seen = new Set<number>()
      const bar = document.querySelector<HTMLProgressElement>('#open-progress')!
      const watch = () => {
        if (!bar.hidden) seen.add(bar.value)
        requestAnimationFrame(watch)
      }
      watch()
      Object.assign(globalThis, { seen })
    })
    await page.click('#open-go')
    await page.waitForFunction(
      () => document.querySelector('#status')?.textContent?.startsWith('hf:'),
      null,
      {
        timeout: 60_000,
      },
    )
    expect(
      await page.evaluate(() => (globalThis as unknown as { seen: Set<number> }).seen.size),
    ).toBeGreaterThan(3)
    // GPT-2's own tokens, with GPT-2's own ids
    await page.fill('#sentence', 'the king met the queen')
    await on.says('#chips', /the1169␣king5822␣met1138␣the262␣queen16599/)
    await page.locator('.chip').nth(1).click()
    await on.says('#row-title', /E\[5822\] is “␣king”: 768 numbers/)
    // the source page's own baselines
    expect((await on.listed('baselines')).map(([token]) => token)).toEqual(['␣Either', '␣Alpine', '␣pillars'])
    const value = numberAt(3, 5822 * 768 + 767)
    await page.focus('.strip')
    await page.keyboard.press('End')
    expect(await on.text('#coordinate')).toBe(`x[767] = ${value.toFixed(5).replace('-', '−')}`)
    await on.settled()
    const [, milliseconds] =
      /50,257 rows searched in ([\d.]+) ms/.exec(await on.text('#neighbour-time')) ?? []
    expect(Number(milliseconds)).toBeGreaterThan(0)
    expect(await on.text('#cached-list')).toMatch(/hf:openai-community\/gpt2, 1\d\d MB/)
  }, 90_000)

  test('a link to a large table asks before it loads', async () => {
    const hub = await hubOf(gpt2File(3))
    const page = await on.visit(at(hub.endpoint, `&table=hf%3A${encodeURIComponent(GPT2)}`))
    await on.settled()
    expect(await on.text('#status')).toContain('GloVe')
    await on.says('#open-said', /50,257 rows of 768 numbers/)
    expect((await hub.log()).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(100_000)
    await page.click('#open-go:has-text("Open it")')
    await on.says('#open-said', /Opening hf:/)
    await page.click('#open-cancel')
  })

  test('a link to a table that does not answer shows the default table', async () => {
    const page = await on.visit()
    await page.context().route('**/never.txt', () => {})
    await page.goto(`${on.origin}/?table=never.txt`)
    await on.says('#status', /GloVe.*20,000 rows/)
    await on.settled()
    expect((await on.listed('sum-list'))[0]![0]).toBe('queen')
    await on.says('#open-said', /Reading the header of never\.txt/)
  })

  test('a load is cancelled, goes on where it was, and needs no network the next time', async () => {
    const file = gpt2File(2, { rows: 40_000, dimension: 256, layers: 1 })
    const hub = await hubOf(file, 12_000_000)
    const page = await on.visit(at(hub.endpoint))
    await on.settled()
    await page.fill('#open-source', `hf:${GPT2}`)
    await page.keyboard.press('Enter')
    await page.click('#open-go')
    await page.waitForFunction(
      () => (document.querySelector<HTMLProgressElement>('#open-progress')?.value ?? 0) > 0.3,
    )
    await page.click('#open-cancel')
    await on.says('#open-said', /Stopped at [\d.]+ MB\. What was read is cached/)
    expect(await on.text('#status')).toContain('GloVe')
    const sent = async () => (await hub.log()).reduce((sum, { bytes }) => sum + bytes, 0)
    // nothing more travels once it has stopped
    let before = -1
    for (let now = await sent(); now !== before; now = await sent()) {
      before = now
      await page.waitForTimeout(300)
    }
    expect(before).toBeLessThan(40_000 * 256 * 4 * 0.8)
    await hub.change({ rate: 1e9 })
    await page.click('#open-go:has-text("Go on")')
    await on.says('#status', /^hf:.*40,000 rows of 256 numbers/)
    expect((await sent()) - before).toBeLessThan(40_000 * 256 * 4 * 0.8)
    await expect.poll(() => new URL(page.url()).searchParams.get('table')).toBe(`hf:${GPT2}`)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await page.context().setOffline(true)
    await page.reload()
    await on.says('#status', /^hf:.*40,000 rows of 256 numbers/)
    await page.context().setOffline(false)
    await page.click('text=Forget')
    await page.waitForSelector('#cached', { state: 'hidden' })
    on.troubles = on.troubles.filter(offlineNoise)
  }, 60_000)

  test('a load that fails midway is reported, and tried again', async () => {
    const hub = await hubOf(gpt2File(4, { rows: 3_000, dimension: 64, layers: 1 }))
    const page = await on.visit(at(hub.endpoint))
    await on.settled()
    await page.fill('#open-source', `hf:${GPT2}`)
    await page.keyboard.press('Enter')
    await on.says('#open-said', /3,000 rows of 64 numbers/)
    const headers = { 'access-control-allow-origin': '*' }
    await page.context().route('**/*.safetensors*', (route) => route.fulfill({ status: 403, headers }))
    await page.click('#open-go')
    await on.says('#open-said', /403/)
    expect(await on.text('#status')).toContain('GloVe')
    await page.context().unroute('**/*.safetensors*')
    await page.click('#open-go:has-text("Try again")')
    await on.says('#status', /^hf:.*3,000 rows of 64 numbers/)
    // a table without tokens takes ids
    await on.says('#row-facts', /came without tokens: type the ids of rows/)
    await page.fill('#sentence', '7 2999')
    await on.says('#chips', /#77#29992999/)
    await page.fill('#expression', '#7 − #8')
    await on.settled()
    expect((await on.listed('sum-list')).length).toBe(10)
    on.troubles = on.troubles.filter(offlineNoise)
  })

  test('an address is cached as it is read; the page works without a network, with it and with GloVe', async () => {
    mkdirSync(join(on.folder, 'tables'), { recursive: true })
    writeFileSync(join(on.folder, 'tables', 'small.txt'), '3 3\nking 1 2 3\nqueen 1 2 4\nman 3 1 0\n')
    const page = await on.visit()
    await on.settled()
    await page.fill('#open-source', 'tables/small.txt')
    await page.keyboard.press('Enter')
    await on.says('#open-said', /3 rows of 3 numbers.*at most 45 bytes/)
    await page.click('#open-go')
    await on.says('#status', /^tables\/small\.txt: 3 rows of 3 numbers/)
    expect((await on.listed('sum-list')).length).toBe(0)
    await on.says('#expression-error', /"woman" is not a token/)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await page.context().setOffline(true)
    await page.goto(`${on.origin}/?expression=paris&table=tables%2Fsmall.txt`)
    await on.says('#status', /^tables\/small\.txt: 3 rows/)
    await page.goto(`${on.origin}/?expression=paris`)
    await on.settled()
    expect((await on.listed('sum-list')).length).toBe(10)
    on.troubles = on.troubles.filter(offlineNoise)
  })

  test('a dropped file opens; odd files are rejected, and the table before stays', async () => {
    const page = await on.visit()
    await on.settled()
    await on.drop('odd.bin', '<!doctype html><p>not a table')
    await on.says('#open-said', /is a web page/)
    await on.drop('cut.txt', '5 2\na 1 0\nb 0 1\n')
    await on.says('#open-said', /cut\.txt|5 rows/)
    if (await page.isVisible('#open-go')) await page.click('#open-go')
    await on.says('#open-said', /cut\.txt/)
    expect(await on.text('#status')).toContain('GloVe')
    await on.drop('two.txt', '2 2\na 1 0\nb 0 1\n')
    await on.says('#open-said', /two\.txt: 2 rows of 2 numbers/)
    await page.click('#open-go')
    await on.says('#status', /^two\.txt: 2 rows/)
    await page.fill('#sentence', 'a b')
    await on.says('#chips', /a0b1/)
    await page.click('#open-default')
    await on.says('#status', /^GloVe/)
    // a link to a table that is not there opens the default one, and says why
    await page.goto(`${on.origin}/?table=nothing.txt`)
    await on.says('#open-said', /404/)
    await on.says('#status', /^GloVe/)
    on.troubles = on.troubles.filter(offlineNoise)
  })

  test.skipIf(!isThere(TRANSFORMER))('a transformer’s tokens, and a link to them', async () => {
    const page = await on.visit()
    await on.settled()
    await page.click('#open-transformer')
    await on.says('#open-said', /8,002 rows of 256 numbers \(F32\)/i)
    await page.click('#open-go')
    await on.says('#status', /^use-lite-8002.safetensors: 8,002 rows/)
    await page.fill('#sentence', 'The king met two queens')
    await on.says('#chips', /▁The\d+king\d+▁met\d+▁two174/)
    await page.fill('#expression', 'he − his + her')
    await page.check('#normalize')
    await page.waitForFunction(() =>
      /▁she0\.8227/.test(document.querySelector('#sum-list')?.textContent ?? ''),
    )
    await page.waitForFunction(() => location.search.includes('table=use-lite-8002.safetensors'))
    await page.reload()
    await on.says('#status', /^use-lite-8002.safetensors: 8,002 rows/)
    expect(on.troubles.filter(offlineNoise)).toEqual([])
  })

  test('a default table that cannot be had is said plainly, and tried again', async () => {
    const page = await on.visit('', { serviceWorkers: 'block' })
    await page
      .context()
      .route('**/glove-20k.safetensors', (route) => route.fulfill({ status: 503, body: 'busy' }))
    await page.reload()
    await on.says('#status', /could not be loaded: .* answered 503/)
    await page.context().unroute('**/glove-20k.safetensors')
    await page.click('text=Try again')
    await on.says('#status', /^GloVe/)
    await on.settled()
    on.troubles = on.troubles.filter(offlineNoise)
  })

  test('it measures here: plain JavaScript, every row, certified, threads, all with the same answers', async () => {
    const page = await on.visit()
    await on.settled()
    await page.click('#measure-go')
    await page.waitForSelector('#chart-drawing svg')
    expect(await on.text('#measure-said')).toMatch(/the same ten rows for 15 of 15 queries/)
    const label = await page.getAttribute('#chart-drawing svg', 'aria-label')
    expect(label).toMatch(
      /^Ten nearest of 20,000 × 100: plain JavaScript [\d.]+ ms; rowspace, every row [\d.]+ ms; rowspace, certified [\d.]+ ms; certified, \d+ threads [\d.]+ ms$/,
    )
    const download = page.waitForEvent('download')
    await page.click('#chart-save')
    expect((await download).suggestedFilename()).toBe('rowspace-measured.png')
    // and is stopped
    await page.click('label:has-text("50,257 × 768")')
    await page.click('#measure-go')
    await page.click('#measure-stop')
    expect(await on.text('#measure-said')).toBe('Stopped.')
    expect(await page.isEnabled('#measure-go')).toBe(true)
  }, 40_000)
})
