/**
 * Which process made a file: written into names of temporaries and into locks, to distinguish what a killed
 * process left behind from what a living one is using. The id alone is not enough: after a restart another
 * process has it (process 1 in a container always).
 */
import { fileError } from './file.ts'
import { files, nodeModule, systemCode } from './node.ts'

/** Stands for a start of the machine that cannot be read. */
const UNKNOWN_BOOT = '00000000'

export interface ProcessToken {
  /** Eight hexadecimal digits for the machine: its name and its id. */
  readonly host: string
  /** Eight hexadecimal digits for this start of the machine; zeros where the system does not name it. */
  readonly boot: string
  /** What the process id is counted in: the number of the pid namespace, 0 where the system has none. */
  readonly namespace: string
  readonly pid: number
  /** When the process started: on Linux in clock ticks since boot, elsewhere in milliseconds since 1970. */
  readonly start: string
}

export function formatToken({ host, boot, namespace, pid, start }: ProcessToken): string {
  return [host, boot, namespace, pid, start].join('-')
}

/** Reads what formatToken wrote; undefined for anything else. */
export function parseToken(text: string): ProcessToken | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{8})-(\d+)-(\d+)-(\d+)$/.exec(text)
  if (match === null) return undefined
  const [, host = '', boot = '', namespace = '', pid, start = ''] = match
  return { host, boot, namespace, pid: Number(pid), start }
}

let own: Promise<ProcessToken> | undefined

/** The token of this process. */
export function ownToken(): Promise<ProcessToken> {
  own ??= readOwnToken().catch((error) => {
    own = undefined
    throw error
  })
  return own
}

async function readOwnToken(): Promise<ProcessToken> {
  const boot = await readIfThere('/proc/sys/kernel/random/boot_id')
  // "pid:[4026531836]"; containers on one machine may have one host name, and count processes each on its own
  const namespace = await files().readlink('/proc/self/ns/pid').catch(orAbsent('/proc/self/ns/pid'))
  // machines may share a name too: without an id (man 5 machine-id) one is known until it restarts
  const id = /^[0-9a-f]{32}$/.exec(await readIfThere('/etc/machine-id'))?.[0] ?? boot
  const status = await processStatus(process.pid)
  return {
    host: shortHash(`${nodeModule('node:os').hostname()} ${id}`),
    boot: boot === '' ? UNKNOWN_BOOT : shortHash(boot),
    namespace: /\d+/.exec(namespace)?.[0] ?? '0',
    pid: process.pid,
    start: status?.start ?? String(Math.round(performance.timeOrigin)),
  }
}

/** Whether the process still runs; undefined for another machine's or container's, which nobody can know. */
export async function isRunning(token: ProcessToken): Promise<boolean | undefined> {
  const here = await ownToken()
  const { pid, start } = token
  if (token.host !== here.host) return undefined
  if (token.boot !== here.boot) return [token.boot, here.boot].includes(UNKNOWN_BOOT) ? undefined : false
  if (token.namespace !== here.namespace) return undefined
  if (pid === here.pid) return start === here.start
  if (!hasProcess(pid)) return false
  const status = await processStatus(pid)
  return status === undefined || (status.start === start && !status.isDead)
}

/**
 * From /proc/[pid]/stat: "pid (name) state …", the start being the 22nd field (man 5 proc). A dead process
 * has the state Z until its parent waits for it. Undefined where there is no /proc, where it hides the
 * processes of other users, and in a sandbox where it counts processes as the machine outside does.
 */
async function processStatus(pid: number): Promise<{ start: string; isDead: boolean } | undefined> {
  const self = await files().readlink('/proc/self').catch(orAbsent('/proc/self'))
  if (self !== String(process.pid)) return undefined
  const text = await readIfThere(`/proc/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields[0], fields[19]]
  return start === undefined ? undefined : { start, isDead: state === 'Z' }
}

/** The text of a file without its last line end; empty where there is none. */
async function readIfThere(path: string): Promise<string> {
  return (await files().readFile(path, 'utf8').catch(orAbsent(path))).trim()
}

/** What fails for want of file handles may be there: a token without it would look like a dead process's. */
function orAbsent(path: string): (error: unknown) => string {
  return (error) => {
    if (['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '')) throw fileError(path, error)
    return ''
  }
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

/** Eight hexadecimal digits that stand for a text. */
export function shortHash(text: string): string {
  return nodeModule('node:crypto').createHash('sha256').update(text).digest('hex').slice(0, 8)
}
