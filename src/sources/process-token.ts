/**
 * Which process made a file: written into temporaries' names and into locks, so that what a killed process left behind can be told from
 * what a living one is using. The id alone does not tell: after a restart another process has it (process 1 in a container always).
 */
import { nodeModule } from './node.ts'

const PURPOSE = 'write files'

export interface ProcessToken {
  readonly pid: number
  /** When the process started: on Linux in clock ticks since the machine started, elsewhere in milliseconds since 1970. */
  readonly start: string
  /** Eight hexadecimal digits for this start of the machine; zeros where the system does not name it. */
  readonly boot: string
  /** Eight hexadecimal digits for the machine's name. */
  readonly host: string
}

let own: Promise<ProcessToken> | undefined

/** The token of this process. */
export function ownToken(): Promise<ProcessToken> {
  own ??= readOwnToken()
  return own
}

async function readOwnToken(): Promise<ProcessToken> {
  const { readFile } = nodeModule('node:fs/promises', PURPOSE)
  const { hostname } = nodeModule('node:os', PURPOSE)
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined)
  const status = await processStatus(process.pid)
  return {
    pid: process.pid,
    start: status?.start ?? String(Math.round(performance.timeOrigin)),
    boot: boot === undefined ? '00000000' : shortHash(boot.trim()),
    host: shortHash(hostname()),
  }
}

/** Whether the process still runs; undefined where that cannot be known because it is another machine's. */
export async function isRunning({ pid, start, boot, host }: ProcessToken): Promise<boolean | undefined> {
  const here = await ownToken()
  if (host !== here.host) return undefined
  if (boot !== here.boot) return false
  if (pid === here.pid) return start === here.start
  const status = await processStatus(pid)
  if (status !== undefined) return status.start === start && !status.isDead
  // no /proc, or it hides the processes of other users
  return hasProcess(pid)
}

/** From /proc/[pid]/stat: "pid (name) state …", the start being the 22nd field (man 5 proc). A dead process stays until its parent asks. */
async function processStatus(pid: number): Promise<{ start: string; isDead: boolean } | undefined> {
  const { readFile } = nodeModule('node:fs/promises', PURPOSE)
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields[0], fields[19]]
  return start === undefined ? undefined : { start, isDead: state === 'Z' || state === 'X' }
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/** Eight hexadecimal digits that stand for a text. */
export function shortHash(text: string): string {
  return nodeModule('node:crypto', PURPOSE).createHash('sha256').update(text).digest('hex').slice(0, 8)
}
