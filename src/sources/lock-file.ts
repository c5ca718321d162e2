/**
 * A lock beside a file, for one writer at a time among all processes. It is created with its contents
 * (target-file.ts links it into place), so there is never one without an owner, and the owner is named by a
 * token that no other process has (process-token.ts).
 *
 * The lock of a dead process is removed by one taker at a time. Takers make a temporary for this lock, with a
 * name that never comes again, and then list those of others: of two at once at least one sees the other and
 * steps back. A taker that is alone looks at the lock again: as nobody else removes it, what is removed is
 * the dead process's lock and not the next owner's.
 */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { fileError } from './file.ts'
import { files, nodeModule, paths, systemCode } from './node.ts'
import { formatToken, isRunning, ownToken, parseToken, shortHash } from './process-token.ts'
import { resolveTarget } from './target-file.ts'
import { ageOf, parseTemporaryName, removeIfThere, temporaryName } from './temporaries.ts'
import { writeFileAtomically } from './write-file.ts'

/** How often it is tried while others take over. */
const ATTEMPTS = 20
/** Where a disk has no links, a lock is empty for a moment before it has its contents. */
const EMPTY_MILLISECONDS = 10_000

/**
 * Locks the file at `path`, which need not be there. Returns the function that unlocks it.
 *
 * @throws `LOCKED` while another writer has it, `NOT_FOUND` if the folder is missing, `IO`
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${await resolveTarget(path)}.lock`
  const contents = await newContents()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await create(lock, contents)) return () => removeIf(lock, contents)
    const found = await readLock(lock)
    if (found === undefined) continue // unlocked meanwhile
    if (await isHeld(lock, found)) throw lockedError(path, lock, found)
    await takeOver(lock, found)
  }
  throw lockedError(path, lock, '')
}

/** One line: its owner, a number that no other lock has, and the machine's name for people. */
async function newContents(): Promise<string> {
  const host = nodeModule('node:os').hostname()
  return `rowspace ${formatToken(await ownToken())} ${globalThis.crypto.randomUUID()} ${host}\n`
}

function parseContents(contents: string) {
  const [, text = '', host = ''] = /^rowspace (\S+) \S+ (.*)\n$/.exec(contents) ?? []
  const token = parseToken(text)
  return token && { token, host }
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
  try {
    return await files().readFile(lock, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileError(lock, error)
  }
}

/** What cannot be known counts as held. */
async function isHeld(lock: string, contents: string): Promise<boolean> {
  if (contents === '') {
    const age = await ageOf(lock)
    return age !== undefined && age < EMPTY_MILLISECONDS
  }
  const owner = parseContents(contents)
  return owner === undefined || (await isRunning(owner.token)) !== false
}

/** Removes a lock that nobody holds, unless another process is removing it. */
async function takeOver(lock: string, stale: string): Promise<void> {
  const { basename, dirname, join } = paths()
  const folder = dirname(lock)
  const purpose = shortHash(basename(lock))
  const own = await temporaryName(purpose)
  const ticket = join(folder, own)
  await writeFileAtomically(ticket, [], { sync: false })
  try {
    if (await isAlone(folder, own, purpose)) return await removeIf(lock, stale)
  } finally {
    await removeIfThere(ticket)
  }
  // Stryker disable next-line ArithmeticOperator: any short wait will do
  await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()))
}

/** Whether no other living process is taking this lock over. */
async function isAlone(folder: string, own: string, purpose: string): Promise<boolean> {
  for (const name of await files().readdir(folder)) {
    const other = parseTemporaryName(name)
    if (other?.purpose !== purpose || name === own) continue
    if ((await isRunning(other.token)) !== false) return false
  }
  return true
}

/** Removes the lock if it still has these contents. */
async function removeIf(lock: string, contents: string): Promise<void> {
  if ((await readLock(lock)) === contents) await files().rm(lock, { force: true })
}

function lockedError(path: string, lock: string, contents: string): RowspaceError {
  const owner = parseContents(contents)
  const by = owner === undefined ? 'another process' : `process ${owner.token.pid} on ${owner.host}`
  return new RowspaceError(
    'LOCKED',
    `"${path}" is being written by ${by}: wait until it is done and save again. If nothing writes it, ` +
      `delete "${lock}".`,
    { path, lock, owner: owner && { pid: owner.token.pid, host: owner.host } },
  )
}
