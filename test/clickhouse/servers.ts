/**
 * Real ClickHouse servers on loopback for tests: each a process of its own with its own ports, folder and
 * logs, which end with the process that started them. Clusters one, two and three have the first one, two and
 * three of them as shards. Node only.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BINARIES = [
  '/usr/sbin/clickhouse-server',
  '/usr/bin/clickhouse-server',
  '/usr/local/bin/clickhouse-server',
]
const START_MILLISECONDS = 30_000

export const USER = 'tester'
/** Nobody may print it: tests look for it in every message. */
export const PASSWORD = `p-${randomBytes(8).toString('hex')}`

/** The server's program, or why there is none; with ROWSPACE_REQUIRE_CLICKHOUSE=1 that is an error. */
export function findClickHouse(): string | undefined {
  const found = [process.env.CLICKHOUSE_SERVER, ...BINARIES].find(
    (path) => path !== undefined && existsSync(path),
  )
  if (found !== undefined) return found
  const reason =
    `no clickhouse-server was found (${BINARIES.join(', ')}): ` +
    `install Debian's, or name one in CLICKHOUSE_SERVER`
  if (process.env.ROWSPACE_REQUIRE_CLICKHOUSE === '1')
    throw new Error(`ROWSPACE_REQUIRE_CLICKHOUSE=1, but ${reason}`)
  console.warn(`Tests on ClickHouse left out: ${reason}`)
  return undefined
}

export interface Ports {
  http: number
  native: number
  interserver: number
}

/** One server: ended by a kill that it cannot catch, and started again on what it had written. */
export interface ClickHouseServer {
  readonly url: string
  readonly ports: Ports
  /** The process, while it runs. */
  readonly process: ChildProcess | undefined
  start(): Promise<void>
  /** SIGKILL, as a machine that loses its power. */
  kill(): Promise<void>
  /** SIGSTOP and SIGCONT: a server that answers nothing. */
  pause(): void
  resume(): void
  log(): string
}

export interface ClickHouseServers {
  readonly servers: readonly ClickHouseServer[]
  readonly urls: readonly string[]
  /** Where each keeps its data. */
  readonly folders: readonly string[]
  stop(): Promise<void>
}

export interface ServersOptions {
  count?: number
  /**
   * Settings of the users' profile; with `log_queries: 1`, system.query_log says what each statement read.
   */
  settings?: Readonly<Record<string, string | number>>
}

/** Starts servers that know one another, and waits until they answer. */
export async function startClickHouse({
  count = 3,
  settings = {},
}: ServersOptions = {}): Promise<ClickHouseServers> {
  const binary = findClickHouse()
  if (binary === undefined) throw new Error('there is no clickhouse-server here')
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-clickhouse-'))
  const ports = await freePorts(count)
  const servers = ports.map((own, index) =>
    makeServer(binary, join(folder, String(index + 1)), own, {
      users: usersFile(settings),
      servers: serversXml(ports),
    }),
  )
  const killAll = () => {
    for (const server of servers) server.process?.kill('SIGKILL')
  }
  process.once('exit', killAll)
  const stop = async () => {
    process.removeListener('exit', killAll)
    await Promise.all(servers.map((server) => server.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(servers.map((server) => server.start()))
  } catch (error) {
    await stop()
    throw error
  }
  const folders = servers.map((_, index) => join(folder, String(index + 1)))
  return { servers, urls: servers.map(({ url }) => url), folders, stop }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<Ports[]> {
  const listening = await Promise.all(
    Array.from({ length: 3 * count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = listening.map((server) => (server.address() as { port: number }).port)
  await Promise.all(listening.map((server) => new Promise((resolve) => server.close(resolve))))
  return Array.from({ length: count }, (_, index) => ({
    http: ports[3 * index]!,
    native: ports[3 * index + 1]!,
    interserver: ports[3 * index + 2]!,
  }))
}

function makeServer(
  binary: string,
  folder: string,
  ports: Ports,
  files: { users: string; servers: string },
): ClickHouseServer {
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  writeFileSync(join(folder, 'users.xml'), files.users)
  writeFileSync(join(folder, 'config.xml'), configXml(folder, ports, files.servers))
  const url = `http://127.0.0.1:${ports.http}`
  const errors = join(folder, 'errors.log')
  let child: ChildProcess | undefined
  return {
    url,
    ports,
    get process() {
      return child
    },
    log: () => (existsSync(errors) ? readFileSync(errors, 'utf8') : ''),
    async start() {
      child = spawn(binary, [`--config-file=${join(folder, 'config.xml')}`], { cwd: folder, stdio: 'ignore' })
      const started = child
      const deadline = Date.now() + START_MILLISECONDS
      while (!(await answers(url))) {
        if (started.exitCode !== null || Date.now() > deadline) {
          throw new Error(
            `clickhouse-server did not start (exit code ${started.exitCode}): ${this.log().slice(-2000)}`,
          )
        }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async kill() {
      const running = child
      child = undefined
      if (running === undefined || running.exitCode !== null) return
      const ended = new Promise((resolve) => running.once('exit', resolve))
      running.kill('SIGCONT')
      running.kill('SIGKILL')
      await ended
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ping`, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}

const CLUSTERS = ['one', 'two', 'three']

function serversXml(ports: readonly Ports[]): string {
  const shard = ({ native }: Ports) =>
    `<shard><replica><host>127.0.0.1</host><port>${native}</port><user>${USER}</user><password>${PASSWORD}</password></replica></shard>`
  return ports
    .map((_, index) => {
      const name = CLUSTERS[index] ?? `shards_${index + 1}`
      return `<${name}>${ports
        .slice(0, index + 1)
        .map(shard)
        .join('')}</${name}>`
    })
    .join('\n')
}

function configXml(folder: string, { http, native, interserver }: Ports, servers: string): string {
  return `<yandex>
<logger><level>warning</level><log>${folder}/server.log</log><errorlog>${folder}/errors.log</errorlog></logger>
<http_port>${http}</http_port><tcp_port>${native}</tcp_port>
<interserver_http_port>${interserver}</interserver_http_port><interserver_http_host>127.0.0.1</interserver_http_host>
<listen_host>127.0.0.1</listen_host>
<path>${folder}/</path><tmp_path>${folder}/tmp/</tmp_path>
<users_config>${folder}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>268435456</mark_cache_size><uncompressed_cache_size>0</uncompressed_cache_size>
<query_log><database>system</database><table>query_log</table><flush_interval_milliseconds>500</flush_interval_milliseconds></query_log>
<remote_servers>${servers}</remote_servers>
</yandex>
`
}

function usersFile(settings: Readonly<Record<string, string | number>>): string {
  const own = Object.entries(settings)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')
  const user = (name: string, password: string) =>
    `<${name}><password>${password}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></${name}>`
  return `<yandex>
<profiles><default>${own}</default></profiles>
<users>${user(USER, PASSWORD)}${user('default', randomBytes(8).toString('hex'))}</users>
<quotas><default></default></quotas>
</yandex>
`
}
