/**
 * `npm run demo`: builds the page and serves it on this machine, isolated so that threads can share memory.
 */
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'
import { buildDemo } from './build.mjs'

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/**
 * Serves a folder on loopback; `isolated: false` is a plain static host. Resolves to its address and how to
 * stop.
 */
export async function serve(folder, { port = 0, isolated = true } = {}) {
  // a strong ETag, so that the page may cache tables it reads from here
  const setHeaders = (response, _path, { size, mtimeMs }) =>
    response.setHeader('etag', `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`)
  const files = sirv(folder, { dev: true, setHeaders })
  const server = createServer((request, response) => {
    if (isolated) for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value)
    files(request, response)
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { origin: `http://127.0.0.1:${server.address().port}`, close }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildDemo('build/demo')
  const port = Number(process.env.PORT ?? 4173)
  const { origin } = await serve('build/demo', { port }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error
    return serve('build/demo')
  })
  console.log(`The page is at ${origin} (Ctrl-C stops it)`)
}
