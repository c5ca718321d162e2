/**
 * `npm run bench:browser`: loops and rowspace in turns in a headless Chromium (CHROMIUM_PATH, else Debian's), on a page that may share
 * memory, each in a worker of its own, every answer checked against float64. `--json`, `--data`, `--shapes`, `--seed`, `--rounds`, `-k` and
 * `--quick` as for `npm run bench`.
 */
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import sirv from 'sirv'
import { machine } from './machine.mjs'
import { readOptions } from './options.mjs'
import { compileReader } from './reading/compile.mjs'
import { formatReport } from './report.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** The project on loopback, with the headers that sharing memory asks for, and an empty page. */
async function serve() {
  const files = sirv(ROOT, { dev: true })
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value)
    if (request.url !== '/') return files(request, response)
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>bench</title>')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function main() {
  const { json, data, shapes, settings } = readOptions()
  const core = [...(await compileReader())]
  const server = await serve()
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS })
  try {
    const here = { ...machine(), browser: `Chromium ${browser.version()}` }
    if (!json) console.log(`${here.cores} cores, ${here.processor}, ${here.browser}\n`)
    const tables = []
    for (const shape of shapes) {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${server.address().port}/`)
      const given = { ...shape, data, core, settings }
      tables.push(
        await page.evaluate(async (given) => {
          const { benchShape } = await import('/bench/browser/page.mjs')
          return benchShape(given)
        }, given),
      )
      await page.close()
      if (!json) console.log(formatReport(tables.at(-1)))
    }
    if (json) console.log(JSON.stringify({ machine: here, seed: settings.seed, tables }))
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
}

await main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
