/** Astro: the same queries run where the page is made and in the browser. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWith, LATER_NODE, makeApp, programPath, WITH_WORKER, whileServing } from '../bundlers.ts'
import { ISOLATED } from '../static-server.ts'
import { answerInHtml, askedWithServer, opened, type Tool } from './tool.ts'

const ASTRO = programPath('node_modules/astro/bin/astro.mjs')

const APP = {
  ...WITH_WORKER,
  'package.json': '{ "name": "app", "private": true, "type": "module" }\n',
  'astro.config.mjs': `export default {
  devToolbar: { enabled: false },
  server: { headers: ${JSON.stringify(ISOLATED)} },
}
`,
  'src/pages/index.astro': `---
import { askAll } from '../../ask-all.mjs'
const answer = JSON.stringify(await askAll(2))
---
<!doctype html>
<title>test</title>
<pre>{answer}</pre>
<script>import '../../main.js'</script>
`,
}

export const ASTRO_TOOL: Tool = {
  name: 'Astro',
  package: 'astro',
  needs: '',
  uses: {
    build: {
      places: ['server', 'page', 'worker'],
      threads: 2,
      async ask(browser) {
        const app = makeApp('astro', APP)
        await bundleWith(app, LATER_NODE, ASTRO, 'build')
        const html = readFileSync(join(app, 'dist/index.html'), 'utf8')
        return { server: answerInHtml(html), ...(await opened(browser, join(app, 'dist'))) }
      },
    },
    'dev server': {
      places: ['server', 'page', 'worker'],
      threads: 2,
      slow: true,
      async ask(browser) {
        const app = makeApp('astro-dev', APP)
        const command: [string, ...string[]] = [LATER_NODE, ASTRO, 'dev', '--host', '127.0.0.1']
        return await whileServing(app, command, (origin) => askedWithServer(browser, origin))
      },
    },
  },
}
