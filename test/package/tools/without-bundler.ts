/** A page that loads the package's own files, by an import map. */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { makeApp, pageFor, programPath } from '../bundlers.ts'
import { opened, type Tool } from './tool.ts'

/** Where the page finds each door of the package. */
function importMap(rowspace: string): string {
  const { exports } = JSON.parse(readFileSync(join(rowspace, 'package.json'), 'utf8'))
  const doors = Object.entries<{ default?: string }>(exports).flatMap(([door, targets]) =>
    targets.default === undefined ? [] : [[`rowspace${door.slice(1)}`, `./rowspace/${targets.default}`]],
  )
  return `<script type="importmap">${JSON.stringify({ imports: Object.fromEntries(doors) })}</script>`
}

export const WITHOUT_BUNDLER: Tool = {
  name: 'no bundler',
  needs: 'an import map, or `rowspace/slim` by its address',
  uses: {
    'import map': {
      places: ['page'],
      threads: 2,
      async ask(browser: Browser) {
        const rowspace = programPath('node_modules/rowspace')
        const app = makeApp('plain', { 'index.html': importMap(rowspace) + pageFor('main.js') })
        cpSync(rowspace, join(app, 'rowspace'), { recursive: true })
        return await opened(browser, app)
      },
    },
  },
}
