/** Opens a page in Chromium and waits for the answer it makes. Node only. */
import { type Browser, chromium } from 'playwright'
import { CHROMIUM_ARGUMENTS, findChromium } from '../chromium.ts'

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium() ?? 'chromium', args: CHROMIUM_ARGUMENTS })
}

/** A page whose module sets `globalThis.answer` to a promise. */
export function pageOf(module: string, head = ''): string {
  return `<!doctype html><meta charset="utf-8"><title>test</title>${head}<script type="module">${module}</script>`
}

/** What `globalThis.answer` of the page at `address` comes to. Whatever fails on the page fails here. */
export async function answerOf(browser: Browser, address: string): Promise<unknown> {
  const page = await browser.newPage()
  try {
    const failed = new Promise<never>((_, reject) => {
      page.on('pageerror', reject)
      page.on('response', (response) => {
        const broken = response.status() >= 400 && !response.url().endsWith('/favicon.ico')
        if (broken) reject(new Error(`${response.url()} answered ${response.status()}`))
      })
    })
    failed.catch(() => {})
    await page.goto(address)
    const answer = page
      .waitForFunction('globalThis.answer !== undefined')
      .then(() => page.evaluate('globalThis.answer'))
    return await Promise.race([answer, failed])
  } finally {
    await page.close()
  }
}
