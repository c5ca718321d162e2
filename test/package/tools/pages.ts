/** Bundlers that make a script for a page, without a server of their own. */
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { expect } from 'vitest'
import { bundleWith, classicPageFor, makeApp, pageFor, WITH_WORKER } from '../bundlers.ts'
import { opened, type Tool } from './tool.ts'

const WEBPACKS = { 'webpack 5': 'webpack', Rspack: '@rspack/core' }
const webpacks: Tool[] = Object.entries(WEBPACKS).map(([name, bundler]) => ({
  name,
  package: bundler,
  needs: '',
  uses: {
    build: {
      places: ['page', 'worker'],
      threads: 2,
      async ask(browser: Browser) {
        const app = makeApp(bundler.replace(/\W/g, ''), {
          ...WITH_WORKER,
          'out/index.html': classicPageFor('main.js'),
        })
        expect(await bundleWith(app, 'webpack.mjs', bundler, app)).toBe('')
        return await opened(browser, join(app, 'out'))
      },
    },
  },
}))

const rollup: Tool = {
  name: 'Rollup',
  package: 'rollup',
  needs: '`@rollup/plugin-node-resolve`',
  uses: {
    build: {
      places: ['page'],
      threads: 2,
      async ask(browser: Browser) {
        const app = makeApp('rollup', { 'out/index.html': pageFor('main.js') })
        expect(await bundleWith(app, 'rollup.mjs', app)).toBe('')
        return await opened(browser, join(app, 'out'))
      },
    },
  },
}

const PARCEL_OPTIONS = ['--public-url', './', '--no-cache', '--no-source-maps', '--no-autoinstall']
const PARCEL_EXPORTS = '`"@parcel/resolver-default": { "packageExports": true }`'
const PARCEL_WORKERS = '`"@parcel/bundler-default": { "disableSharedBundles": true }`'
const parcel: Tool = {
  name: 'Parcel',
  package: 'parcel',
  needs: `${PARCEL_EXPORTS} in package.json; for workers of your own also ${PARCEL_WORKERS}`,
  uses: {
    build: {
      places: ['page', 'worker'],
      threads: 2,
      async ask(browser: Browser) {
        const app = makeApp('parcel', { ...WITH_WORKER, 'index.html': pageFor('main.js') })
        const options = ['--dist-dir', 'out', ...PARCEL_OPTIONS]
        await bundleWith(app, 'node_modules/.bin/parcel', 'build', 'index.html', ...options)
        return await opened(browser, join(app, 'out'))
      },
    },
  },
}

const bun: Tool = {
  name: 'bun build',
  package: '@oven/bun-linux-x64',
  needs: '',
  uses: {
    build: {
      places: ['page'],
      threads: 2,
      async ask(browser: Browser) {
        const app = makeApp('bun', { 'out/index.html': pageFor('main.js') })
        const options = ['--outdir', 'out', '--target', 'browser', '--minify', '--splitting']
        await bundleWith(app, 'node_modules/@oven/bun-linux-x64/bin/bun', 'build', 'main.js', ...options)
        return await opened(browser, join(app, 'out'))
      },
    },
  },
}

export const PAGES = [...webpacks, rollup, parcel, bun]
