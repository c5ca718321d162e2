/**
 * A web server that fails on command: it cuts, stalls, lies, changes the file, answers 200 to ranges,
 * throttles. Node only.
 *
 *   POST /scenarios   a Scenario as JSON; answers its id
 *   GET  /<id>/…      the file of the scenario; each request takes the next fault of the list
 *   POST /<id>/change  what of the scenario is otherwise from now on; its tag is
 *   GET  /<id>/log    the requests it has seen, as JSON
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { bytesOf, type Fault, type Scenario, type Seen } from './scenario.ts'

interface Running extends Scenario {
  seen: Seen[]
  /** How often the file has changed. */
  changes: number
  /** Its content, and zeros behind its end, which some faults send. */
  file: Uint8Array | undefined
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range, if-range',
  'access-control-expose-headers': 'ETag, Content-Range, Content-Length, Location, Retry-After, X-Error-Code',
}

export interface FaultServer {
  origin: string
  close(): Promise<void>
}

/** Servers on several ports that know the same scenarios: redirects can lead from one to another. */
export async function startFaultServers(count: number): Promise<FaultServer[]> {
  const scenarios = new Map<string, Running>()
  return Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer((request, response) => {
        answer(scenarios, request, response).catch(() => response.destroy())
      })
      server.keepAliveTimeout = 60_000
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      return { origin, close: () => stop(server) }
    }),
  )
}

export function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

async function answer(
  scenarios: Map<string, Running>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value)
  if (request.method === 'OPTIONS') return void response.writeHead(204).end()
  const [id, rest] = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1).split('/')
  if (id === 'scenarios') {
    const made = String(scenarios.size)
    const scenario: Scenario = JSON.parse(await bodyOf(request))
    scenarios.set(made, { ...scenario, seen: [], changes: 0, file: fileOf(scenario) })
    return void response.writeHead(200, { 'content-type': 'text/plain' }).end(made)
  }
  const scenario = scenarios.get(id ?? '')
  if (scenario === undefined) return void response.writeHead(404).end('no such scenario')
  if (rest === 'log') return void response.writeHead(200).end(JSON.stringify(scenario.seen))
  if (rest === 'change') {
    Object.assign(scenario, JSON.parse(await bodyOf(request)))
    Object.assign(scenario, { changes: scenario.changes + 1, file: fileOf(scenario) })
    return void response.writeHead(200).end()
  }
  // beside a file of its own lies nothing
  if (scenario.file !== undefined && rest !== 'file.bin') return void response.writeHead(404).end()
  await serve(scenario, request, response)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

async function serve(scenario: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers, method = '' } = request
  const seen: Seen = {
    method,
    range: headers.range ?? null,
    ifRange: (headers['if-range'] as string) ?? null,
    authorization: headers.authorization ?? null,
    host: headers.host ?? '',
    bytes: 0,
  }
  scenario.seen.push(seen)
  if (scenario.redirect !== undefined && scenario.redirect !== `http://${headers.host}`) {
    return void response.writeHead(302, { location: `${scenario.redirect}${request.url}` }).end()
  }
  const fault: Fault = scenario.faults?.shift() ?? scenario.always ?? { kind: 'none' }
  if (fault.kind === 'reset') return void request.socket.destroy()
  if (fault.kind === 'change') scenario.changes++
  for (const [name, value] of Object.entries(scenario.headers ?? {})) response.setHeader(name, value)
  if (fault.kind === 'status') return void response.writeHead(fault.status, fault.headers).end('failed')
  if (fault.kind === 'headers') {
    for (const [name, value] of Object.entries(fault.headers)) response.setHeader(name, value)
  }
  await sendRange(scenario, fault, seen, response)
}

function tagOf({ tag = 'strong', seed = 0, changes }: Running): string | undefined {
  if (tag === 'none') return undefined
  return `${tag === 'weak' ? 'W/' : ''}"${seed}-${changes}"`
}

async function sendRange(
  scenario: Running,
  fault: Fault,
  seen: Seen,
  response: ServerResponse,
): Promise<void> {
  const { size, seed = 0, changes } = scenario
  const tag = tagOf(scenario)
  if (tag !== undefined) response.setHeader('etag', tag)
  const range = /^bytes=(\d+)-(\d+)$/.exec(seen.range ?? '')
  // as RFC 9110 has it: a weak tag never fits
  const matches = seen.ifRange === null || seen.ifRange === response.getHeader('etag')
  const whole = range === null || fault.kind === 'whole' || !matches
  const start = whole ? 0 : Number(range[1])
  if (!whole && start >= size) {
    return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end()
  }
  let end = whole ? size : Math.min(size, Number(range[2]) + 1)
  if (fault.kind === 'short') end = Math.min(end, start + fault.bytes)
  const length = end - start + (fault.kind === 'surplus' ? fault.bytes : 0)
  const shift = fault.kind === 'shift' ? fault.by : 0
  const saidStart = start + shift + (fault.kind === 'start' ? fault.by : 0)
  const total = fault.kind === 'size' ? fault.size : size
  if (!whole && fault.kind !== 'unsaid') {
    response.setHeader('content-range', `bytes ${saidStart}-${end - 1 + shift}/${total}`)
  }
  response.writeHead(whole ? 200 : 206, fault.kind === 'early' ? {} : { 'content-length': length })
  const bytes =
    scenario.file?.subarray(start, start + length) ?? bytesOf(seed + changes, start, start + length)
  await send(bytes, fault, scenario.rate, seen, response)
}

function fileOf({ content, size }: Scenario): Uint8Array | undefined {
  return content === undefined
    ? undefined
    : Buffer.concat([Buffer.from(content, 'base64'), Buffer.alloc(size)])
}

async function send(
  bytes: Uint8Array,
  fault: Fault,
  rate: number | undefined,
  seen: Seen,
  response: ServerResponse,
): Promise<void> {
  const stopped = fault.kind === 'cut' || fault.kind === 'stall' || fault.kind === 'early'
  const sent = stopped ? bytes.subarray(0, fault.after) : bytes
  const step = rate === undefined ? 1 << 20 : Math.max(1, Math.floor(rate / 20))
  for (let offset = 0; offset < sent.length && !response.destroyed; offset += step) {
    const chunk = sent.subarray(offset, offset + step)
    if (rate !== undefined) await pause(50)
    await new Promise((resolve) => response.write(chunk, resolve))
    seen.bytes += chunk.length
  }
  // a client that has all of it waits for an end that never comes
  if (fault.kind === 'stall' && sent.length < bytes.length) return
  if (fault.kind === 'cut') response.destroy()
  else response.end()
}
