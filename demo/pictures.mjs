/**
 * `npm run demo:pictures`: builds the page and takes the README's two pictures of it in a Chromium
 * (CHROMIUM_PATH, else Debian's).
 */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { buildDemo } from './build.mjs'
import { serve } from './serve.mjs'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PICTURES = [
  { name: 'lookup-light.png', colorScheme: 'light', at: 'header', height: 860 },
  { name: 'arithmetic-dark.png', colorScheme: 'dark', at: '#arithmetic', height: 860 },
]

const folder = fileURLToPath(new URL('pictures', import.meta.url))
mkdirSync(folder, { recursive: true })
await buildDemo('build/demo')
const server = await serve('build/demo')
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
  args: ARGUMENTS,
})
try {
  for (const { name, colorScheme, at, height } of PICTURES) {
    const page = await browser.newPage({
      viewport: { width: 1280, height },
      colorScheme,
      reducedMotion: 'reduce',
    })
    await page.goto(`${server.origin}/?expression=${encodeURIComponent('paris − france + italy')}`)
    await page.waitForSelector('#explanation h3')
    await page.waitForSelector('#map-drawing text')
    await page.locator(at).evaluate((element) => element.scrollIntoView())
    await page.waitForTimeout(200)
    await page.screenshot({ path: `${folder}/${name}` })
    await page.close()
  }
} finally {
  await browser.close()
  await server.close()
}
console.log('demo/pictures holds the pictures')
