/** Service workers, classic and of modules. */
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { makeApp } from '../bundlers.ts'
import { pageOf } from '../page.ts'
import { bundleByEsbuild } from './esbuild.ts'
import { opened, type Tool, type Use } from './tool.ts'

const WORKER = `import './main.js'
addEventListener('message', async ({ ports: [port] }) => port.postMessage(await globalThis.answer))
`
/** Asks for the table that is a module of its own. */
const DEFAULT_TABLE = `import { openDefaultTable } from 'rowspace/default'
globalThis.answer = openDefaultTable().catch(({ code, message }) => code + ': ' + message)
`

/** A page that starts the worker and asks it. */
const pageOfWorker = (type: 'classic' | 'module') =>
  pageOf(`globalThis.answer = new Promise(async (resolve) => {
    await navigator.serviceWorker.register('worker.js', { type: '${type}' })
    const { active } = await navigator.serviceWorker.ready
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => resolve(data)
    active.postMessage('ask', [port2])
  })`)

const useOf = (type: 'classic' | 'module'): Use => ({
  places: ['service worker'],
  threads: 1,
  async ask(browser: Browser) {
    const app = makeApp(
      `service-worker-${type}`,
      { 'worker.js': WORKER, 'out/index.html': pageOfWorker(type) },
      1,
    )
    await bundleByEsbuild(app, { format: type === 'classic' ? 'iife' : 'esm' }, 'worker.js')
    const { page } = await opened(browser, join(app, 'out'))
    return { 'service worker': page }
  },
})

/** The error that a worker gets which a bundler has split. */
export async function splitServiceWorker(browser: Browser): Promise<unknown> {
  const page = pageOfWorker('module')
  const app = makeApp('service-worker-split', {
    'main.js': DEFAULT_TABLE,
    'worker.js': WORKER,
    'out/index.html': page,
  })
  await bundleByEsbuild(app, { format: 'esm', splitting: true }, 'worker.js')
  return (await opened(browser, join(app, 'out'))).page
}

export const SERVICE_WORKERS: Tool = {
  name: 'service workers',
  needs: 'one file: `import()` is forbidden there, so the bundler must not split',
  uses: { classic: useOf('classic'), module: useOf('module') },
}
