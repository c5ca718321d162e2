/** SvelteKit with Node's adapter: the same queries run where the page is made and in the browser. */

import { bundleWith, LATER_NODE, makeApp, programPath, WITH_WORKER, whileServing } from '../bundlers.ts'
import { ISOLATED } from '../static-server.ts'
import { askedWithServer, type Tool } from './tool.ts'

const VITE = programPath('node_modules/vite/bin/vite.js')

/** What threads need: the hook sets it for pages, servers for the scripts of workers. */
const HEADERS = JSON.stringify(ISOLATED)

const APP = {
  ...WITH_WORKER,
  'package.json': '{ "name": "app", "private": true, "type": "module" }\n',
  'vite.config.js': `import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
export default {
  plugins: [sveltekit({ adapter: adapter() })],
  server: { headers: ${HEADERS}, fs: { allow: ['.'] } },
}
`,
  'src/app.html': '<!doctype html><title>test</title>%sveltekit.head%<div>%sveltekit.body%</div>\n',
  'src/hooks.server.js': `export async function handle({ event, resolve }) {
  const response = await resolve(event)
  for (const [name, value] of Object.entries(${HEADERS})) response.headers.set(name, value)
  return response
}
`,
  'src/routes/+page.server.js': `import { askAll } from '../../ask-all.mjs'
export const load = async () => ({ answer: await askAll(2) })
`,
  'src/routes/+page.svelte': `<script>
  import { onMount } from 'svelte'
  const { data } = $props()
  onMount(() => void import('../../main.js'))
</script>
<pre>{JSON.stringify(data.answer)}</pre>
`,
  'serve.mjs': `import { createServer } from 'node:http'
import { handler } from './build/handler.js'
const server = createServer((request, response) => {
  for (const [name, value] of Object.entries(${HEADERS})) response.setHeader(name, value)
  handler(request, response)
}).listen(0, '127.0.0.1', () => {
  console.log('http://127.0.0.1:' + server.address().port)
})
`,
}

export const SVELTEKIT: Tool = {
  name: 'SvelteKit',
  package: '@sveltejs/kit',
  needs: 'for threads: the headers for pages in `hooks.server.js`, and for scripts of workers',
  uses: {
    build: {
      places: ['server', 'page', 'worker'],
      threads: 2,
      async ask(browser) {
        const ask = (origin: string) => askedWithServer(browser, origin)
        const app = makeApp('sveltekit', APP)
        await bundleWith(app, LATER_NODE, VITE, 'build')
        return await whileServing(app, [LATER_NODE, 'serve.mjs'], ask, 'production')
      },
    },
    'dev server': {
      places: ['server', 'page', 'worker'],
      threads: 2,
      slow: true,
      async ask(browser) {
        const ask = (origin: string) => askedWithServer(browser, origin)
        const app = makeApp('sveltekit-dev', APP)
        return await whileServing(app, [LATER_NODE, VITE, 'dev', '--host', '127.0.0.1'], ask)
      },
    },
  },
}
