/** Vite: pages that it builds, and its development server. */
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { expect } from 'vitest'
import { bundleWith, makeApp, pageFor, WITH_WORKER, whileServing } from '../bundlers.ts'
import { asked, opened, type Tool } from './tool.ts'

const VERSIONS = { 'Vite 5': 'vite-5', 'Vite 6': 'vite-6', 'Vite 7': 'vite-7', 'Vite 8': 'vite' }

export const VITE: Tool[] = Object.entries(VERSIONS).map(([name, version]) => ({
  name,
  package: version,
  needs: version === 'vite' ? '' : "for workers of your own: `worker: { format: 'es' }`",
  uses: {
    build: {
      places: ['page', 'worker'],
      threads: 2,
      slow: version === 'vite-6',
      async ask(browser: Browser) {
        const app = makeApp(version, { ...WITH_WORKER, 'index.html': pageFor('main.js') })
        expect(await bundleWith(app, 'vite.mjs', version, 'build', app)).toBe('')
        return await opened(browser, join(app, 'out'))
      },
    },
    'dev server': {
      places: ['page', 'worker'],
      threads: 2,
      slow: version === 'vite-6',
      ask(browser: Browser) {
        const app = makeApp(`${version}-dev`, { ...WITH_WORKER, 'index.html': pageFor('main.js') })
        return whileServing(app, ['vite.mjs', version, 'dev', app], (origin) => asked(browser, origin))
      },
    },
  },
}))
