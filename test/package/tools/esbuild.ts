/** esbuild in each of its formats. A warning fails. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import type { Browser } from 'playwright'
import { expect } from 'vitest'
import { bundleWith, classicPageFor, makeApp, pageFor } from '../bundlers.ts'
import { opened, type Tool } from './tool.ts'

/** Bundles main.js, or another entry, of an app into its out/. */
export async function bundleByEsbuild(app: string, options: BuildOptions, entry = 'main.js'): Promise<void> {
  const { warnings } = await build({
    entryPoints: [join(app, entry)],
    bundle: true,
    outdir: join(app, 'out'),
    logLevel: 'silent',
    ...options,
  })
  expect(warnings).toEqual([])
}

export const ESBUILD: Tool = {
  name: 'esbuild',
  package: 'esbuild',
  needs: '',
  uses: {
    esm: {
      places: ['page'],
      threads: 2,
      async ask(browser) {
        const app = makeApp('esbuild-esm', { 'out/index.html': pageFor('main.js') })
        await bundleByEsbuild(app, { format: 'esm', splitting: true })
        return await opened(browser, join(app, 'out'))
      },
    },
    iife: {
      places: ['page'],
      threads: 2,
      async ask(browser: Browser) {
        const app = makeApp('esbuild-iife', { 'out/index.html': classicPageFor('main.js') })
        await bundleByEsbuild(app, { format: 'iife' })
        return await opened(browser, join(app, 'out'))
      },
    },
    cjs: {
      places: ['Node'],
      threads: 2,
      async ask() {
        const app = makeApp('esbuild-cjs', { 'out/package.json': '{}' })
        await bundleByEsbuild(app, { format: 'cjs', platform: 'node' })
        const print = `require('./main.js'); answer.then((it) => console.log(JSON.stringify(it)))`
        writeFileSync(join(app, 'out/print.js'), print)
        return { Node: JSON.parse(await bundleWith(app, 'apps/esbuild-cjs/out/print.js')) }
      },
    },
  },
}
