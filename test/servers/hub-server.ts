/**
 * A server that behaves as the hub does: files by name and revision, large ones behind a redirect to another
 * origin that rejects tokens, errors with X-Error-Code, a list of files. Node only.
 *
 *   POST /hubs              a HubSpec as JSON; answers its id. HF_ENDPOINT is then <origin>/<id>
 *   POST /<id>/change       every file becomes another one, of another commit; or the HubSpec's `rate` another
 *   POST /<id>/prepare      a model's name: its table is made now
 *   GET  /<id>/log          the requests it has seen, as JSON
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type FaultServer, stop } from './fault-server.ts'
import type { HubRequest, HubSpec, RepositoryFile } from './hub-spec.ts'
import { ModelFile } from './model-file.ts'

interface Running extends HubSpec {
  seen: HubRequest[]
  changes: number
}

interface Content {
  size: number
  etag: string
  slice(start: number, end: number): Buffer
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range, if-range',
  'access-control-expose-headers':
    'X-Repo-Commit, X-Error-Code, ETag, Accept-Ranges, Content-Range, X-Linked-Size, X-Linked-ETag',
}

/** Of each file, by how often it had changed. */
const contents = new Map<RepositoryFile, Content[]>()

/** Two servers: the hub, and the place large files are at. */
export async function startHub(): Promise<FaultServer> {
  const hubs = new Map<string, Running>()
  const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
    const server = createServer((request, response) => {
      for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value)
      if (request.method === 'OPTIONS') return void response.writeHead(204).end()
      answer(request, response).catch((error) => {
        console.error(error)
        response.destroy()
      })
    })
    server.keepAliveTimeout = 60_000
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }
  const store = await listen((request, response) => answerStore(hubs, request, response))
  const hub = await listen((request, response) => answerHub(hubs, store.origin, request, response))
  return {
    origin: hub.origin,
    close: async () => {
      await Promise.all([stop(hub.server), stop(store.server)])
    },
  }
}

/**
 * How often the files had changed at a revision: a branch or a tag stands for the newest, a commit for
 * itself.
 */
function versionOf(hub: Running, tags: readonly string[], revision: string): number | undefined {
  if (revision === 'main' || tags.includes(revision)) return hub.changes
  const version = Array.from({ length: hub.changes + 1 }, (_, each) => commitOf(each)).indexOf(revision)
  return version < 0 ? undefined : version
}

const commitOf = (changes: number) => createHash('sha1').update(`commit ${changes}`).digest('hex')

async function answerHub(
  hubs: Map<string, Running>,
  store: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [id = '', ...rest] = new URL(request.url ?? '/', 'http://hub').pathname
    .slice(1)
    .split('/')
    .map(decodeURIComponent)
  if (id === 'hubs') {
    const made = String(hubs.size)
    hubs.set(made, { ...JSON.parse(await textOf(request)), seen: [], changes: 0 })
    return void response.end(made)
  }
  const hub = hubs.get(id)
  if (hub === undefined) return void response.writeHead(404).end()
  if (rest[0] === 'log') return void response.end(JSON.stringify(hub.seen))
  if (rest[0] === 'prepare') {
    prepare(hub, await textOf(request))
    return void response.end()
  }
  if (rest[0] === 'change') {
    const changed = JSON.parse(await textOf(request))
    hub.rate = changed.rate
    if (changed.content) hub.changes++
    return void response.end()
  }
  const seen = note(hub, request, 'hub')
  const [owner, name, verb, revision = '', ...path] =
    rest[0] === 'api' ? [...rest.slice(2, 4), 'api', rest[5]] : rest
  const model = hub.models[`${owner}/${name}`]
  const reject = (status: number, code: string) =>
    void response.writeHead(status, { 'x-error-code': code, 'content-type': 'text/plain' }).end(code)
  const token = request.headers.authorization?.replace('Bearer ', '')
  if (model === undefined)
    return token === undefined ? reject(401, 'RepoNotFound') : reject(404, 'RepoNotFound')
  if (model.gated !== undefined && token === undefined) return reject(401, 'GatedRepo')
  if (model.gated !== undefined && token !== model.gated) return reject(403, 'GatedRepo')
  const version = versionOf(hub, model.revisions ?? [], revision)
  if (version === undefined) return reject(404, 'RevisionNotFound')
  const commit = commitOf(version)
  if (verb === 'api') {
    const siblings = Object.keys(model.files).map((rfilename) => ({ rfilename }))
    return void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(model.listing ?? JSON.stringify({ sha: commit, siblings }))
  }
  const file = model.files[path.join('/')]
  if (file === undefined) return reject(404, 'EntryNotFound')
  const content = contentOf(file, version)
  if (hub.commits !== false) response.setHeader('x-repo-commit', commit)
  if (file.kind === 'text') {
    response.setHeader('etag', `W/"${content.etag}"`)
    return send(content, hub, seen, request, response)
  }
  const place = `${store}/${id}/${owner}/${name}/${path.join('/')}?signature=secret&version=${version}`
  const headers = { location: place, 'x-linked-etag': `"${content.etag}"`, 'x-linked-size': content.size }
  return void response.writeHead(302, headers).end()
}

async function answerStore(
  hubs: Map<string, Running>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store')
  const [id = '', owner, name, ...path] = pathname.slice(1).split('/').map(decodeURIComponent)
  const hub = hubs.get(id)!
  const seen = note(hub, request, 'store')
  // as stores of objects do: two ways to sign at once are an error
  if (request.headers.authorization !== undefined || searchParams.get('signature') !== 'secret') {
    return void response.writeHead(400).end()
  }
  const content = contentOf(
    hub.models[`${owner}/${name}`]!.files[path.join('/')]!,
    Number(searchParams.get('version')),
  )
  response.setHeader('etag', `"store-${content.etag}"`)
  return send(content, hub, seen, request, response)
}

/** One model's table at a time: they are as large as memory allows. */
function prepare(hub: Running, model: string): void {
  contents.clear()
  for (const file of Object.values(hub.models[model]?.files ?? {})) {
    const content = contentOf(file, hub.changes)
    if (content instanceof ModelFile) content.prepare()
  }
}

function contentOf(file: RepositoryFile, changes: number): Content {
  const versions = contents.get(file) ?? []
  contents.set(file, versions)
  versions[changes] ??= makeContent(file, changes)
  return versions[changes]
}

function makeContent(file: RepositoryFile, changes: number): Content {
  const etag = createHash('sha256')
    .update(JSON.stringify([file, changes]))
    .digest('hex')
  if (file.kind === 'model') {
    return Object.assign(new ModelFile({ ...file.spec, seed: file.spec.seed + changes }), { etag })
  }
  return bytesContent(
    file.kind === 'text' ? Buffer.from(file.text) : Buffer.from(file.base64, 'base64'),
    etag,
  )
}

function bytesContent(bytes: Buffer, etag: string): Content {
  return { size: bytes.length, etag, slice: (start, end) => bytes.subarray(start, end) }
}

function note(hub: Running, request: IncomingMessage, place: HubRequest['place']): HubRequest {
  const { authorization = null, range = null } = request.headers
  const seen = { place, path: (request.url ?? '').replace(/\?.*/, ''), authorization, range, bytes: 0 }
  hub.seen.push(seen)
  return seen
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

const CHUNK = 1 << 18

async function send(
  content: Content,
  { rate }: HubSpec,
  seen: HubRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  const start = range ? Number(range[1]) : 0
  const end = range ? Math.min(content.size, Number(range[2]) + 1) : content.size
  if (range) response.setHeader('content-range', `bytes ${start}-${end - 1}/${content.size}`)
  response.writeHead(range ? 206 : 200, { 'content-length': end - start })
  for (let offset = start; offset < end && !response.destroyed; offset += CHUNK) {
    const chunk = content.slice(offset, Math.min(end, offset + CHUNK))
    if (rate !== undefined) await pause((1000 * chunk.length) / rate)
    if (response.destroyed) break
    if (!response.write(chunk)) {
      // either may come first, and neither may be waited for alone
      const either = new AbortController()
      const { signal } = either
      await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(
        () => either.abort(),
      )
    }
    seen.bytes += chunk.length
  }
  response.end()
}
