/**
 * The suite, twice: `node` runs every test, `browser` every one that needs no Node, in a headless Chromium. The same
 * files in both, against the same expectations: a green run shows the same bits in both.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { CHROMIUM_ARGUMENTS, findChromium, whyNoChromium } from './test/chromium.ts'

const { ROWSPACE_SEED: seed, ROWSPACE_REQUIRE_BROWSER: browserRequired } = process.env
if (seed !== undefined && !/^-?\d+$/.test(seed)) {
  throw new Error(`ROWSPACE_SEED must be a whole number; got ${JSON.stringify(seed)}`)
}

/** Instead of the user's own; the setup of all tests removes it. */
const cacheFolder = join(tmpdir(), `rowspace-test-cache-${process.pid}`)

const shared = {
  setupFiles: ['test/setup.ts'],
  globalSetup: ['test/servers/start.ts'],
  provide: { seed: seed === undefined ? undefined : Number(seed), cacheFolder },
  env: { ROWSPACE_CACHE: cacheFolder, ...(seed === undefined ? {} : { ROWSPACE_SEED: seed }) },
  testTimeout: 60_000,
}

const node: TestProjectInlineConfiguration = {
  test: {
    ...shared,
    name: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
  },
}

const browser = (executablePath: string): TestProjectInlineConfiguration => ({
  // what SharedArrayBuffer asks of a page
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  // a dependency found while tests run would be bundled then, and the page loaded anew
  optimizeDeps: {
    include: [
      'fast-check',
      '@assemblyscript/loader',
      'crc-32',
      'wasm-feature-detect',
      'fastest-levenshtein',
      'gpt-tokenizer/encoding/r50k_base',
      'gpt-tokenizer/bpeRanks/r50k_base',
    ],
  },
  test: {
    ...shared,
    name: 'browser',
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.node.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      api: { host: '127.0.0.1' },
      provider: playwright({ launchOptions: { executablePath, args: CHROMIUM_ARGUMENTS } }),
      instances: [{ browser: 'chromium' }],
    },
  },
})

const chromium = findChromium()
if (chromium === undefined) {
  const reason = `No Chromium was found (${whyNoChromium()}): install Debian's chromium, or name one in CHROMIUM_PATH.`
  if (browserRequired === '1') throw new Error(`ROWSPACE_REQUIRE_BROWSER=1, but: ${reason}`)
  console.warn(`Browser tests left out. ${reason}`)
}

export default defineConfig({
  test: {
    // `npm run coverage`
    coverage: { include: ['src/**', 'bindings/**', 'cli/**'], reporter: ['text-summary'] },
    projects: chromium === undefined ? [node] : [node, browser(chromium)],
  },
})
