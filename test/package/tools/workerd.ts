/** workerd, the engine of Cloudflare Workers, with what wrangler's bundler makes. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { makeApp } from '../bundlers.ts'
import { serveWorker } from '../workerd.ts'
import type { Tool } from './tool.ts'

export const WORKERD: Tool = {
  name: 'Cloudflare Workers (workerd)',
  package: 'workerd',
  needs: '',
  uses: {
    'wrangler’s bundle': {
      places: ['worker'],
      threads: 1,
      async ask() {
        const app = makeApp('workerd', {
          'worker.js': `import { askAll } from './ask-all.mjs'
export default { fetch: async () => Response.json(await askAll(1)) }
`,
        })
        const worker = await serveWorker(join(app, 'worker.js'), join(app, 'out'))
        try {
          expect(worker.warnings).toEqual([])
          return { worker: await (await fetch(worker.origin)).json() }
        } finally {
          worker.stop()
        }
      },
    },
  },
}
