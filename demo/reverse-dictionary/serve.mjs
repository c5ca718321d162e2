/** `npm run demo:dictionary`: builds the reverse dictionary and serves it on this machine, isolated so that threads can share memory. */
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDictionary } from './build.mjs'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}

/** Serves a folder on loopback. Resolves to its address and how to stop. */
export async function serve(folder, port = 0) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = join(folder, normalize(decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    const status = statSync(path, { throwIfNoEntry: false })
    if (!status?.isFile()) return response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-length': status.size,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    createReadStream(path).pipe(response)
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
  await buildDictionary('build/reverse-dictionary')
  const { origin } = await serve('build/reverse-dictionary', Number(process.env.PORT ?? 0))
  console.log(`The reverse dictionary is at ${origin} (Ctrl-C stops it)`)
}
