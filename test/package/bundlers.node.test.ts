/**
 * The packed tarball in bundlers that are common: what each of them makes answers as the package itself does.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { ANSWER, MORE } from './answers.ts'
import {
  bundleWith,
  haveBundlers,
  installBundlers,
  makeApp,
  NEXT_APP,
  pageFor,
  programPath,
} from './bundlers.ts'
import { answerOf, launch, pageOf } from './page.ts'
import { installPacked } from './project.ts'
import { serve } from './static-server.ts'
import { serveWorker } from './workerd.ts'

const ALL = { ...ANSWER, ...MORE }
const CLASSIC_PAGE = '<!doctype html><title>test</title><script src="main.js"></script>'
const NEXT = 'node_modules/next/dist/bin/next'

describe.skipIf(!haveBundlers() || findChromium() === undefined)('bundled and opened in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    const project = installPacked()
    installBundlers(project.tarball)
    project.remove()
    browser = await launch()
  }, 600_000)
  afterAll(() => browser?.close())

  /** What the page of a folder answers. */
  const opened = async (folder: string) => {
    const server = await serve(folder)
    try {
      return await answerOf(browser, `${server.origin}/index.html`)
    } finally {
      await server.close()
    }
  }
  const SLOW = 300_000

  const PAGES = [
    ['webpack', CLASSIC_PAGE],
    ['rollup', pageFor('main.js')],
  ] as const
  test.each(PAGES)('%s, without a warning', { timeout: SLOW }, async (bundler, page) => {
    const app = makeApp(bundler, { 'out/index.html': page })
    expect(await bundleWith(app, `${bundler}.mjs`, app)).toBe('')
    expect(await opened(join(app, 'out'))).toEqual(ALL)
  })

  test(
    'Parcel',
    async () => {
      const app = makeApp('parcel', { 'index.html': pageFor('main.js') })
      const options = [
        '--dist-dir',
        'out',
        '--public-url',
        './',
        '--no-cache',
        '--no-source-maps',
        '--no-autoinstall',
      ]
      await bundleWith(app, 'node_modules/.bin/parcel', 'build', 'index.html', ...options)
      expect(await opened(join(app, 'out'))).toEqual(ALL)
    },
    SLOW,
  )

  test(
    'bun build',
    async () => {
      const app = makeApp('bun', { 'out/index.html': pageFor('main.js') })
      const options = ['--outdir', 'out', '--target', 'browser', '--minify', '--splitting']
      await bundleWith(app, 'node_modules/@oven/bun-linux-x64/bin/bun', 'build', 'main.js', ...options)
      expect(await opened(join(app, 'out'))).toEqual(ALL)
    },
    SLOW,
  )

  test.each(['turbopack', 'webpack'])(
    'Next 16 with %s, on the server and in the page',
    async (builder) => {
      const app = makeApp(`next-${builder}`, NEXT_APP)
      expect(await bundleWith(app, NEXT, 'build', `--${builder}`)).not.toMatch(/warn/i)
      const html = readFileSync(join(app, 'out/index.html'), 'utf8')
      const text = /<pre>(.*?)<\/pre>/.exec(html)?.[1]?.replaceAll('&quot;', '"')
      expect(JSON.parse(text ?? '{}')).toEqual(ALL)
      expect(await opened(join(app, 'out'))).toEqual(ALL)
    },
    SLOW,
  )

  test.each(['vite-5', 'vite-7'])(
    '%s, built',
    async (version) => {
      const app = makeApp(version, { 'index.html': pageFor('main.js') })
      expect(await bundleWith(app, 'vite.mjs', version, 'build', app)).toBe('')
      expect(await opened(join(app, 'out'))).toEqual(ALL)
    },
    SLOW,
  )

  test.each(['vite-5', 'vite-7'])(
    '%s, its dev server',
    async (version) => {
      const app = makeApp(`${version}-dev`, { 'index.html': pageFor('main.js') })
      const server = spawn(process.execPath, [programPath('vite.mjs'), version, 'dev', app])
      try {
        const address = await new Promise<string>((resolve) => {
          server.stdout.once('data', (data) => resolve(String(data).trim()))
        })
        expect(await answerOf(browser, address)).toEqual(ALL)
      } finally {
        server.stdin.end()
      }
    },
    SLOW,
  )

  test(
    'workerd',
    async () => {
      const app = makeApp('workerd', {
        'worker.js': `import { askMore } from './ask-more.mjs'
        import { ask } from './ask.mjs'
        export default { fetch: async () => Response.json({ ...(await ask()), ...(await askMore()) }) }`,
      })
      const worker = await serveWorker(join(app, 'worker.js'), join(app, 'out'))
      try {
        expect(worker.warnings).toEqual([])
        const response = await fetch(worker.origin)
        expect(await response.json()).toEqual(ALL)
      } finally {
        worker.stop()
      }
    },
    SLOW,
  )

  test.each(['iife', 'cjs'] as const)('esbuild as %s', async (format) => {
    const app = makeApp(`esbuild-${format}`, {})
    const outfile = join(app, 'out/main.js')
    const { warnings } = await esbuild({
      entryPoints: [join(app, 'main.js')],
      bundle: true,
      format,
      platform: format === 'cjs' ? 'node' : 'browser',
      outfile,
      logLevel: 'silent',
    })
    expect(warnings).toEqual([])
    if (format === 'iife') {
      writeFileSync(join(app, 'out/index.html'), CLASSIC_PAGE)
      expect(await opened(join(app, 'out'))).toEqual(ALL)
    } else {
      writeFileSync(join(app, 'out/package.json'), '{}')
      writeFileSync(
        join(app, 'out/print.js'),
        `require('./main.js'); answer.then((it) => console.log(JSON.stringify(it)))`,
      )
      expect(JSON.parse(await bundleWith(app, 'apps/esbuild-cjs/out/print.js'))).toEqual(ALL)
    }
  })

  test('a classic service worker, bundled by esbuild', async () => {
    const app = makeApp('service-worker', {
      'worker.js': `import './main.js'
        addEventListener('message', async ({ ports: [port] }) => port.postMessage(await globalThis.answer))`,
      'out/index.html': pageOf(`globalThis.answer = new Promise(async (resolve) => {
        await navigator.serviceWorker.register('worker.js')
        const { active } = await navigator.serviceWorker.ready
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = ({ data }) => resolve(data)
        active.postMessage('ask', [port2])
      })`),
    })
    await esbuild({
      entryPoints: [join(app, 'worker.js')],
      bundle: true,
      format: 'iife',
      outdir: join(app, 'out'),
    })
    expect(await opened(join(app, 'out'))).toEqual(ALL)
  })
})
