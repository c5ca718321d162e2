/**
 * Browsers that are installed on the machine, without a driver: a browser is started with the address of a
 * page, and the page sends back what it found.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { FOLDER } from './programs.ts'

/** A command line that opens `address`, with a profile of its own in `profile`. */
export type CommandLine = (address: string, profile: string) => [command: string, ...args: string[]]

/** Opens the page in a browser; resolves to the text that the page sends. */
export async function openPage(line: CommandLine, query: string, timeout: number): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'rowspace-browser-'))
  const { origin, sent, close } = await servePage()
  writeFileSync(join(profile, 'user.js'), FIREFOX_SETTINGS)
  const [command, ...args] = line(`${origin}/page.html?${query}`, profile)
  // a group of its own: browsers start processes that outlive the first
  const browser = spawn(command, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let printed = ''
  browser.stderr.on('data', (data) => {
    printed = `${printed}${data}`.slice(-2000)
  })
  try {
    return await Promise.race([
      sent,
      new Promise<never>((_, reject) => {
        browser.once('error', reject)
        browser.once('exit', (code) => reject(new Error(`it ended with code ${code}: ${printed}`)))
        setTimeout(
          () => reject(new Error(`no answer within ${timeout / 1000} s: ${printed}`)),
          timeout,
        ).unref()
      }),
    ])
  } finally {
    await stop(browser.pid)
    close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** Ends a process and what it started. */
async function stop(pid: number | undefined): Promise<void> {
  if (pid === undefined) return
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-pid, signal)
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}
/** What SharedArrayBuffer asks of a page. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Serves the folder, and takes what a page posts. */
async function servePage(): Promise<{ origin: string; sent: Promise<string>; close(): void }> {
  let receive: (text: string) => void
  const sent = new Promise<string>((resolve) => {
    receive = resolve
  })
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'POST') {
      receive(await textOf(request))
      response.writeHead(204).end()
      return
    }
    try {
      const body = await readFile(join(FOLDER, normalize(decodeURIComponent(pathname))))
      response
        .writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'text/plain', ...ISOLATED })
        .end(body)
    } catch {
      response.writeHead(404).end('not found')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

/** No first page, no update, no crash report: nothing that asks the network. */
const FIREFOX_SETTINGS = `user_pref('browser.aboutwelcome.enabled', false)
user_pref('browser.shell.checkDefaultBrowser', false)
user_pref('datareporting.policy.dataSubmissionEnabled', false)
user_pref('toolkit.telemetry.enabled', false)
user_pref('app.update.enabled', false)
user_pref('app.normandy.enabled', false)
user_pref('extensions.update.enabled', false)
user_pref('network.captive-portal-service.enabled', false)
user_pref('network.connectivity-service.enabled', false)
user_pref('services.settings.server', 'data:,')
user_pref('browser.sessionstore.resume_from_crash', false)
`
