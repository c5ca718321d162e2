/**
 * The service worker: caches the page's own files, and those of its other pages once they were visited, and serves
 * them where the network does not.
 */
declare const FILES: readonly string[]

interface Worker {
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  clients: { claim(): Promise<void> }
}
interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const CACHE = 'rowspace-page'
const worker = globalThis as unknown as Worker

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)))
})
worker.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([worker.clients.claim(), forgetOld()]))
})
worker.addEventListener('fetch', (event) => {
  const { request } = event
  // ranges of large files and other origins are none of its business
  if (request.method !== 'GET' || request.headers.has('range') || !request.url.startsWith(location.origin))
    return
  event.respondWith(fetched(request).catch((error) => cached(request, error)))
})

/** Kept where it is of a page below this one. */
async function fetched(request: Request): Promise<Response> {
  const response = await fetch(request)
  if (response.ok && isBelow(request.url)) await (await caches.open(CACHE)).put(request, response.clone())
  return response
}

/** In a folder of this page's folder. */
const isBelow = (url: string): boolean => {
  const folder = new URL('./', location.href).href
  return url.startsWith(folder) && url.slice(folder.length).includes('/')
}

async function cached(request: Request, error: unknown): Promise<Response> {
  const address = request.url.replace(/index\.html(?=[?#]|$)/, '')
  const found = await (await caches.open(CACHE)).match(address, { ignoreSearch: true })
  if (found === undefined) throw error
  return found
}

/** Files of earlier versions of the page. */
async function forgetOld(): Promise<void> {
  const cache = await caches.open(CACHE)
  const current = new Set(FILES.map((file) => new URL(file, location.href).href))
  for (const request of await cache.keys())
    if (!current.has(request.url) && !isBelow(request.url)) await cache.delete(request)
}
