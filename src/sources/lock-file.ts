/**
 * A lock beside a file, for one writer at a time among all processes. It is created with its contents (write-file.ts links it into
 * place), so there is never one without an owner, and the owner is named by a token that no other process has (process-token.ts).
 *
 * The lock of a dead process is removed by one taker at a time. Takers make a temporary for this lock, with a name that never comes
 * again, and then list those of others: of two at once at least one sees the other and steps back. Who is alone looks at the lock again:
 * as nobody else removes it, what is removed is the dead process's lock and not the next owner's.
 */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { fileError } from './file.ts'
import { nodeModule } from './node.ts'
import { isRunning, ownToken, type ProcessToken, shortHash } from './process-token.ts'
import { parseTemporaryName, temporaryName } from './temporaries.ts'
import { resolveTarget, writeFileAtomically } from './write-file.ts'

const PURPOSE = 'lock a file'
/** How often it is tried while others take over. */
const ATTEMPTS = 20
/** Where a disk has no links, a lock is empty for a moment before it has its contents. */
const EMPTY_MILLISECONDS = 10_000

/**
 * Locks the file at `path`, which need not be there. Returns what unlocks it.
 *
 * @throws `LOCKED` while another writer has it, `NOT_FOUND` if the folder is missing, `IO`
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${await resolveTarget(path)}.lock`
  const contents = await newContents()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await create(lock, contents)) return () => unlock(lock, contents)
    const found = await readLock(lock)
    if (found === undefined) continue // given back meanwhile
    if (await isHeld(lock, found)) throw lockedError(path, lock, found)
    await takeOver(lock, found)
  }
  throw lockedError(path, lock, '')
}

/** One line: whose it is, a number that no other lock has, and the machine's name for people. */
async function newContents(): Promise<string> {
  const { host, boot, pid, start } = await ownToken()
  const { hostname } = nodeModule('node:os', PURPOSE)
  return `rowspace ${host} ${boot} ${pid} ${start} ${globalThis.crypto.randomUUID()} ${hostname()}\n`
}

function parseContents(contents: string): { token: ProcessToken; hostname: string } | undefined {
  const match = /^rowspace ([0-9a-f]{8}) ([0-9a-f]{8}) (\d+) (\d+) \S+ (.*)\n$/.exec(contents)
  const [, host, boot, pid, start, hostname] = match ?? []
  if (host === undefined || boot === undefined || start === undefined || hostname === undefined)
    return undefined
  return { token: { host, boot, pid: Number(pid), start }, hostname }
}

/** False where there is one. */
async function create(lock: string, contents: string): Promise<boolean> {
  try {
    await writeFileAtomically(lock, [new TextEncoder().encode(contents)], { sync: false })
    return true
  } catch (error) {
    if (isRowspaceError(error, 'EXISTS')) return false
    throw error
  }
}

async function readLock(lock: string): Promise<string | undefined> {
  const { readFile } = nodeModule('node:fs/promises', PURPOSE)
  try {
    return await readFile(lock, 'utf8')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw fileError(lock, error)
  }
}

/** What cannot be known counts as held. */
async function isHeld(lock: string, contents: string): Promise<boolean> {
  if (contents === '') {
    const { stat } = nodeModule('node:fs/promises', PURPOSE)
    const status = await stat(lock).catch(() => undefined)
    return status !== undefined && Date.now() - status.mtimeMs < EMPTY_MILLISECONDS
  }
  const owner = parseContents(contents)
  return owner === undefined || (await isRunning(owner.token)) !== false
}

/** Removes a lock that nobody holds, unless somebody else is at it. */
async function takeOver(lock: string, stale: string): Promise<void> {
  const { rm } = nodeModule('node:fs/promises', PURPOSE)
  const { basename, dirname, join } = nodeModule('node:path', PURPOSE)
  const purpose = shortHash(basename(lock))
  const own = await temporaryName(purpose)
  const ticket = join(dirname(lock), own)
  await writeFileAtomically(ticket, [], { sync: false })
  try {
    if (await isAlone(dirname(lock), own, purpose)) {
      if ((await readLock(lock)) === stale) await rm(lock, { force: true })
      return
    }
  } finally {
    await rm(ticket, { force: true }).catch(() => {})
  }
  await new Promise((resolve) => setTimeout(resolve, 1 + 20 * Math.random()))
}

/** Whether no other living process is taking this lock over. */
async function isAlone(folder: string, own: string, purpose: string): Promise<boolean> {
  const { readdir } = nodeModule('node:fs/promises', PURPOSE)
  for (const name of await readdir(folder)) {
    const other = parseTemporaryName(name)
    if (other?.purpose !== purpose || name === own) continue
    if ((await isRunning(other.token)) !== false) return false
  }
  return true
}

/** Removes the lock if it is still the one that was made. */
async function unlock(lock: string, contents: string): Promise<void> {
  const { rm } = nodeModule('node:fs/promises', PURPOSE)
  if ((await readLock(lock)) === contents) await rm(lock, { force: true })
}

function lockedError(path: string, lock: string, contents: string): RowspaceError {
  const owner = parseContents(contents)
  const by = owner === undefined ? 'another process' : `process ${owner.token.pid} on ${owner.hostname}`
  return new RowspaceError(
    'LOCKED',
    `"${path}" is being written by ${by}: wait until it is done and save again. If nothing writes it, delete "${lock}".`,
    { path, lock, owner: owner && { pid: owner.token.pid, host: owner.hostname } },
  )
}
