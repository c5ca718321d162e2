/** A page whose Content-Security-Policy forbids all it can: inline scripts and eval, and all workers but one kind. */
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { makeApp } from '../bundlers.ts'
import { bundleByEsbuild } from './esbuild.ts'
import { opened, type Tool, type Use } from './tool.ts'

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src"
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>test</title><script type="module" src="main.js"></script>'

const useOf = (workers: string, threads: 1 | 2): Use => ({
  places: ['page'],
  threads,
  async ask(browser: Browser) {
    const app = makeApp('policy', { 'out/index.html': PAGE }, threads)
    await bundleByEsbuild(app, { format: 'esm', splitting: true })
    return await opened(browser, join(app, 'out'), { 'content-security-policy': `${POLICY} ${workers}` })
  },
})

export const STRICT_POLICY: Tool = {
  name: 'a strict Content-Security-Policy',
  needs:
    "`'wasm-unsafe-eval'` in `script-src`; for threads `blob:` in `worker-src`, or [a worker from a file](../concepts/threads#a-worker-from-a-file)",
  uses: { "worker-src 'self'": useOf("'self'", 1), 'worker-src blob:': useOf('blob:', 2) },
}
