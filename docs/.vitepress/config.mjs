/** The documentation site. `npm run docs` serves it, `npm run docs:build` writes it to build/docs. */
import { existsSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'

/** The reference that TypeDoc wrote; absent until `npm run docs` has run it once. */
const reference = new URL('../api/typedoc-sidebar.json', import.meta.url)

const page = (text, link) => ({ text, link })

/** 62.1 % with a no-break space, which the sources need not type. */
function keepPercentages({ renderer }) {
  const text = renderer.rules.text ?? ((tokens, index) => tokens[index].content)
  renderer.rules.text = (...given) => text(...given).replace(/(\d) %/g, '$1\u00a0%')
}

export default defineConfig({
  title: 'rowspace',
  description: 'Exact nearest-neighbour search over embedding tables, in Node and in browsers',
  lang: 'en',
  base: process.env.ROWSPACE_DOCS_BASE ?? '/',
  outDir: '../build/docs',
  cacheDir: '../build/docs-cache',
  srcExclude: ['package.json'],
  markdown: { config: keepPercentages },
  cleanUrls: true,
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Start', '/start/node'),
      page('Guides', '/guides/collections'),
      page('Reference', '/api/'),
      page('Benchmarks', '/benchmarks'),
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('Node', '/start/node'),
          page('A page without a bundler', '/start/browser'),
          page('Vite, webpack, Next and others', '/start/bundlers'),
          page('Web workers', '/start/workers'),
          page('Bun and Deno', '/start/bun-deno'),
          page('Cloudflare Workers', '/start/cloudflare'),
          page('The command', '/start/command'),
          page('Where it runs', '/start/where-it-runs'),
        ],
      },
      {
        text: 'Concepts',
        items: [
          page('Tables and questions', '/concepts/tables'),
          page('Exactness and its proof', '/concepts/exactness'),
          page('Codes', '/concepts/codes'),
          page('Memory', '/concepts/memory'),
          page('Threads', '/concepts/threads'),
        ],
      },
      {
        text: 'Guides',
        items: [
          page('Collections and tenants', '/guides/collections'),
          page('Models from the hub', '/guides/models'),
          page('Tables larger than memory', '/guides/stored'),
          page('For gensim users', '/guides/gensim'),
          page('Texts to vectors', '/guides/texts'),
          page('Embedding with transformers.js', '/guides/transformers'),
          page('Many rows at once', '/guides/bulk'),
          page('Tables from tables', '/guides/transforms'),
          page('ClickHouse', '/guides/clickhouse'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('What it opens', '/formats'),
          page('Errors', '/errors'),
          page('Benchmarks', '/benchmarks'),
          page('Compared with others', '/comparison'),
          {
            text: 'API',
            link: '/api/',
            collapsed: true,
            items: existsSync(reference) ? JSON.parse(readFileSync(reference, 'utf8')) : [],
          },
        ],
      },
      {
        text: 'Contributing',
        items: [
          page('Design', '/contributing/design'),
          page('From nearest to a kernel call', '/contributing/walk'),
          page('Mutation tests', '/contributing/mutation-tests'),
        ],
      },
    ],
  },
})
