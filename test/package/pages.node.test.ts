/** The packed tarball in pages: plain ones, one bundled by esbuild, and those of Vite. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { createServer, build as viteBuild } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { ANSWER, MORE, SLIM_ANSWER } from './answers.ts'
import { bundle } from './esbuild.ts'
import { answerOf, launch, pageOf } from './page.ts'
import { installPacked, type Project } from './project.ts'
import { type StaticServer, serve } from './static-server.ts'

// without Chromium, vitest.config.ts has said so
describe.skipIf(findChromium() === undefined)('in Chromium', () => {
  let project: Project
  let browser: Browser
  let server: StaticServer

  beforeAll(async () => {
    project = installPacked()
    browser = await launch()
    server = await serve(project.folder)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    project?.remove()
  })

  const IMPORT_MAP = `<script type="importmap">${JSON.stringify({
    imports: {
      rowspace: '/node_modules/rowspace/dist/index.js',
      'rowspace/formats': '/node_modules/rowspace/dist/formats.js',
      'rowspace/default': '/node_modules/rowspace/dist/default.js',
      'rowspace/gpt2': '/node_modules/rowspace/dist/gpt2.js',
      'rowspace/slim': '/node_modules/rowspace/dist/slim/index.js',
      'rowspace/bulk': '/node_modules/rowspace/dist/bulk.js',
      'rowspace/collection': '/node_modules/rowspace/dist/collection.js',
      'rowspace/keyed-vectors': '/node_modules/rowspace/dist/keyed-vectors.js',
      'rowspace/text': '/node_modules/rowspace/dist/text.js',
      'rowspace/stored': '/node_modules/rowspace/dist/stored.js',
      'rowspace/transforms': '/node_modules/rowspace/dist/transforms.js',
    },
  })}</script>`

  test('a plain page loads dist/ as it is', async () => {
    project.write(
      'plain.html',
      pageOf(`import { ask } from './ask.mjs'; globalThis.answer = ask()`, IMPORT_MAP),
    )
    expect(await answerOf(browser, `${server.origin}/plain.html`)).toEqual(ANSWER)
  })

  test('a plain page queries the doors beside search', async () => {
    project.write(
      'more.html',
      pageOf(`import { askMore } from './ask-more.mjs'; globalThis.answer = askMore()`, IMPORT_MAP),
    )
    expect(await answerOf(browser, `${server.origin}/more.html`)).toEqual(MORE)
  })

  test('a plain page loads dist/index.js by its address alone', async () => {
    const page = pageOf(`
      import { EmbeddingTable } from '/node_modules/rowspace/dist/index.js'
      const table = await EmbeddingTable.from([3, 4, 4, 3], { dimension: 2 })
      globalThis.answer = table.similarity(0, 1).toFixed(4)`)
    project.write('index-only.html', page)
    expect(await answerOf(browser, `${server.origin}/index-only.html`)).toBe('0.9600')
  })

  test.each([
    ['an address', `'/node_modules/rowspace/dist/rowspace.wasm'`],
    ['a URL', `new URL('/node_modules/rowspace/dist/rowspace.wasm', location.href)`],
    ['a Response', `await fetch('/node_modules/rowspace/dist/rowspace.wasm')`],
  ])('a plain page loads slim and the .wasm file by %s', async (_, core) => {
    const module = `import { askSlim } from './ask-slim.mjs'; globalThis.answer = askSlim(${core})`
    project.write('slim.html', pageOf(module, IMPORT_MAP))
    expect(await answerOf(browser, `${server.origin}/slim.html`)).toEqual(SLIM_ANSWER)
  })

  test('a page whose policy forbids WebAssembly says what to add to it', async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'">`
    const module = `
      import { EmbeddingTable } from '/node_modules/rowspace/dist/index.js'
      globalThis.answer = EmbeddingTable.from([3, 4], { dimension: 2 })
        .catch(({ code, message }) => code + ': ' + message)`
    project.write('policy.html', pageOf(module, policy))
    const answer = await answerOf(browser, `${server.origin}/policy.html`)
    expect(answer).toMatch(/^UNSUPPORTED: .*'wasm-unsafe-eval' to script-src/)
  })

  test('a page bundled by esbuild', async () => {
    const program = `import { ask } from './ask.mjs'\nglobalThis.answer = ask()`
    await bundle(project, program, 'page.js', { minify: true })
    project.write('bundled.html', pageOf(`import './bundles/page.js'`))
    expect(await answerOf(browser, `${server.origin}/bundled.html`)).toEqual(ANSWER)
  })

  describe('with Vite', () => {
    const viteProject = (name: string, module: string) => {
      const root = join(project.folder, name)
      mkdirSync(root)
      copyFileSync(join(project.folder, 'ask.mjs'), join(root, 'ask.mjs'))
      writeFileSync(join(root, 'index.html'), pageOf(`import './main.js'`))
      writeFileSync(join(root, 'main.js'), module)
      return { root, configFile: false, logLevel: 'error' } as const
    }

    test('a built page, the default table with it', async () => {
      const config = viteProject('vite-built', `import { ask } from './ask.mjs'\nglobalThis.answer = ask()`)
      await viteBuild({ ...config, base: './' })
      const page = `${server.origin}/vite-built/dist/index.html`
      expect(await answerOf(browser, page)).toEqual(ANSWER)
    }, 60_000)

    test('a built page with the doors beside search', async () => {
      const config = viteProject(
        'vite-more',
        `import { askMore } from './ask-more.mjs'\nglobalThis.answer = askMore()`,
      )
      copyFileSync(join(project.folder, 'ask-more.mjs'), join(config.root, 'ask-more.mjs'))
      await viteBuild({ ...config, base: './' })
      expect(await answerOf(browser, `${server.origin}/vite-more/dist/index.html`)).toEqual(MORE)
    }, 60_000)

    test('the dev server', async () => {
      const module = `import { ask } from './ask.mjs'\nglobalThis.answer = ask()`
      const dev = await createServer({
        ...viteProject('vite-dev', module),
        cacheDir: join(project.folder, 'vite-cache'),
        server: { host: '127.0.0.1', port: 0, fs: { allow: [project.folder] } },
      })
      try {
        await dev.listen()
        expect(await answerOf(browser, dev.resolvedUrls!.local[0]!)).toEqual(ANSWER)
      } finally {
        await dev.close()
      }
    }, 60_000)
  })
})
