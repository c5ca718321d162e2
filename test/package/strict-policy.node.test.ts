/** Threads of the packed tarball on a page whose policy allows scripts and workers of its own files alone. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { launch } from './page.ts'
import { installPacked, type Project } from './project.ts'
import { ISOLATED, type StaticServer, serve } from './static-server.ts'

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
  ...ISOLATED,
}

interface Searched {
  threads: number
  ids: number[]
  /** What the page's console says by the package, without the policy's own reports. */
  warnings: string[]
}

describe.skipIf(findChromium() === undefined)("worker-src 'self', in Chromium", () => {
  let project: Project
  let browser: Browser
  let server: StaticServer

  beforeAll(async () => {
    project = installPacked()
    browser = await launch()
    server = await serve(project.folder, HEADERS)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    project?.remove()
  })

  /** Threads that a table has after it was searched for at most so long, and what it answered. */
  async function searched(name: string, threads: string, milliseconds: number): Promise<Searched> {
    project.write(
      `${name}.js`,
      `import { EmbeddingTable } from '/node_modules/rowspace/dist/index.js'
      const rows = Float32Array.from({ length: 4500 * 64 }, (_, place) => ((place * 37) % 101) - 50)
      const table = await EmbeddingTable.from(rows, { dimension: 64, threads: ${threads} })
      const end = Date.now() + ${milliseconds}
      while (table.threads < 2 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
      const ids = [...table.nearest(7, { k: 3 }).ids]
      document.body.innerHTML = '<output>' + JSON.stringify({ threads: table.threads, ids }) + '</output>'`,
    )
    project.write(
      `${name}.html`,
      `<!doctype html><title>test</title><body><script type="module" src="${name}.js"></script>`,
    )
    const page = await browser.newPage()
    const warnings: string[] = []
    page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
    await page.goto(`${server.origin}/${name}.html`)
    // not answerOf(), which evaluates in the page: the policy forbids it
    const printed = await page.locator('output').textContent({ timeout: 60_000 })
    return { ...JSON.parse(printed ?? ''), warnings }
  }

  test('a worker of its own is started from the file', async () => {
    const worker = `{ count: 2, worker: '/node_modules/rowspace/dist/thread-worker.js' }`
    const several = await searched('file', worker, 30_000)
    expect(several).toMatchObject({ threads: 2, warnings: [] })
    // the policy refuses the worker that comes in the module: one thread, and the same answer
    expect(await searched('text', '2', 1000)).toEqual({ ...several, threads: 1 })
    const warnings = ['threads.worker "/nowhere.js" did not start; one thread searches: it cannot be loaded']
    const missing = await searched('missing', `{ count: 3, worker: '/nowhere.js' }`, 1000)
    expect(missing).toEqual({ ...several, threads: 1, warnings })
  }, 120_000)
})
