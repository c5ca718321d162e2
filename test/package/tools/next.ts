/** Next with either builder: the same queries run when the page is made and in the browser. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { expect } from 'vitest'
import { bundleWith, FOLDER, makeApp, WITH_WORKER, whileServing } from '../bundlers.ts'
import { ISOLATED } from '../static-server.ts'
import { answerInHtml, askedWithServer, opened, type Tool } from './tool.ts'

const NEXT = 'node_modules/next/dist/bin/next'

const turbopack = { root: FOLDER }
const configuration = (more: string) => ({
  'next.config.mjs': `export default { turbopack: ${JSON.stringify(turbopack)}, ${more} }\n`,
})
const EXPORTED = configuration(`output: 'export'`)
const HEADERS = Object.entries(ISOLATED).map(([key, value]) => ({ key, value }))
const SERVED = configuration(
  `headers: async () => [{ source: '/:path*', headers: ${JSON.stringify(HEADERS)} }]`,
)

const APP = {
  ...WITH_WORKER,
  'app/layout.js': `export default ({ children }) => <html lang="en"><body>{children}</body></html>\n`,
  'app/page.js': `import { askAll } from '../ask-all.mjs'
import { Client } from './client'
export default async function Page() {
  return <><pre>{JSON.stringify(await askAll(2))}</pre><Client /></>
}
`,
  'app/client.js': `'use client'
import { useEffect } from 'react'
export function Client() {
  useEffect(() => void import('../main.js'), [])
  return null
}
`,
}

export const NEXT_TOOLS: Tool[] = ['turbopack', 'webpack'].map((builder) => ({
  name: `Next 16 with ${builder === 'webpack' ? 'webpack' : 'Turbopack'}`,
  package: 'next',
  needs: '',
  uses: {
    build: {
      places: ['server', 'page', 'worker'],
      threads: 2,
      slow: builder === 'webpack',
      async ask(browser: Browser) {
        const app = makeApp(`next-${builder}`, { ...APP, ...EXPORTED })
        expect(await bundleWith(app, NEXT, 'build', `--${builder}`)).not.toMatch(/warn/i)
        const html = readFileSync(join(app, 'out/index.html'), 'utf8')
        return { server: answerInHtml(html), ...(await opened(browser, join(app, 'out'))) }
      },
    },
    'dev server': {
      places: ['server', 'page', 'worker'],
      threads: 2,
      slow: true,
      async ask(browser: Browser) {
        const app = makeApp(`next-${builder}-dev`, { ...APP, ...SERVED })
        const command: [string, ...string[]] = [NEXT, 'dev', `--${builder}`, '-p', '0', '-H', '127.0.0.1']
        return await whileServing(app, command, (origin) => askedWithServer(browser, origin))
      },
    },
  },
}))
