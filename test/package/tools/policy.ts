/** Pages whose Content-Security-Policy forbids inline scripts, eval, and all workers but one kind. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { expect } from 'vitest'
import { bundleWith, classicPageFor, makeApp, programPath } from '../bundlers.ts'
import { bundleByEsbuild } from './esbuild.ts'
import { opened, type Tool, type Use } from './tool.ts'

const modulePageFor = (script: string) => classicPageFor(script).replace('<script', '<script type="module"')
const PAGE = { 'out/index.html': modulePageFor('main.js') }

/** main.js of a page that starts its threads from a file, at an address that the bundler gives. */
const withWorkerFile = (address: string) => `import { askAll } from './ask-all.mjs'
${address}
globalThis.answer = askAll(2, worker)
`

const BY_HAND = "const worker = 'thread-worker.js'"
const BY_VITE = "import worker from 'rowspace/thread-worker.js?url&no-inline'"
const BY_WEBPACK = "const worker = new URL('rowspace/thread-worker.js', import.meta.url)"

/** `make` builds an app whose page is out/index.html. */
const useOf = (workers: string, threads: 1 | 2, make: () => Promise<string>): Use => ({
  places: ['page'],
  threads,
  async ask(browser: Browser) {
    const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src ${workers}`
    return await opened(browser, join(await make(), 'out'), { 'content-security-policy': policy })
  },
})

async function builtByEsbuild(threads: 1 | 2, files: Record<string, string> = {}): Promise<string> {
  const app = makeApp('policy-esbuild', { ...PAGE, ...files }, threads)
  await bundleByEsbuild(app, { format: 'esm', splitting: true })
  return app
}

async function copiedByHand(): Promise<string> {
  const app = await builtByEsbuild(2, { 'main.js': withWorkerFile(BY_HAND) })
  copyFileSync(programPath('node_modules/rowspace/dist/thread-worker.js'), join(app, 'out/thread-worker.js'))
  return app
}

async function builtByVite(): Promise<string> {
  const app = makeApp('policy-vite', {
    'index.html': modulePageFor('main.js'),
    'main.js': withWorkerFile(BY_VITE),
  })
  expect(await bundleWith(app, 'vite.mjs', 'vite', 'build', app)).toBe('')
  return app
}

async function builtByWebpack(): Promise<string> {
  const app = makeApp('policy-webpack', {
    'out/index.html': classicPageFor('main.js'),
    'main.js': withWorkerFile(BY_WEBPACK),
  })
  expect(await bundleWith(app, 'webpack.mjs', '@rspack/core', app)).toBe('')
  return app
}

export const STRICT_POLICY: Tool = {
  name: 'a strict Content-Security-Policy',
  needs:
    "`'wasm-unsafe-eval'` in `script-src`; for threads `blob:` in `worker-src`, or [a worker from a file](../concepts/threads#a-worker-from-a-file)",
  uses: {
    'blob: refused': useOf("'self'", 1, () => builtByEsbuild(1)),
    'blob: allowed': useOf('blob:', 2, () => builtByEsbuild(2)),
    'a worker file': useOf("'self'", 2, copiedByHand),
    'a worker file by Vite': useOf("'self'", 2, builtByVite),
    'a worker file by Rspack': useOf("'self'", 2, builtByWebpack),
  },
}
