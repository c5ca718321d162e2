/** A collection in a file, in Node. */
import { isRowspaceError, RowspaceError } from '../../errors.ts'
import { writeFileAtomically } from '../../formats/write-file.ts'
import { fileError, fileSource } from '../../sources/file.ts'
import { nodeModule } from '../../sources/node.ts'
import { type CollectionStore, lockedError } from './store.ts'

/**
 * The file at `path`. While it is written there is a `path.lock` beside it with the writer's process id; that of a process that has
 * died is taken over. Throws `UNSUPPORTED` outside Node when used.
 */
export function fileStore(path: string): CollectionStore {
  return {
    name: path,
    async read() {
      try {
        return await fileSource(path)
      } catch (error) {
        if (isRowspaceError(error, 'NOT_FOUND')) return undefined
        throw error
      }
    },
    async write(chunks, signal) {
      await writeFileAtomically(path, chunks, { force: true, signal })
    },
    lock: () => lockFile(`${path}.lock`, path),
  }
}

async function lockFile(lock: string, path: string): Promise<() => Promise<void>> {
  const files = nodeModule('node:fs/promises', `write the file "${path}"`)
  const { hostname } = nodeModule('node:os', `write the file "${path}"`)
  const owner = `${process.pid} ${hostname()}`
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await files.writeFile(lock, owner, { flag: 'wx' })
      return () => files.rm(lock, { force: true })
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw fileError(lock, error)
    }
    await takeOverStale(lock, path, hostname())
  }
  throw lockedError(path, 'another process')
}

/** Removes the lock of a process that is no more. Throws `LOCKED` while it lives, or where that cannot be known. */
async function takeOverStale(lock: string, path: string, host: string): Promise<void> {
  const files = nodeModule('node:fs/promises', `write the file "${path}"`)
  const owner = await files.readFile(lock, 'utf8').catch(() => undefined)
  if (owner === undefined) return // given back meanwhile
  const [pid, where] = owner.split(' ')
  if (where !== host || isRunning(Number(pid))) {
    throw new RowspaceError(
      'LOCKED',
      `"${path}" is being written by process ${pid} on ${where}: wait until it is done and save again (if it is not running any more, delete "${lock}")`,
      { store: path, owner },
    )
  }
  // moved away and looked at: another may have taken it over since it was read
  const aside = `${lock}.${globalThis.crypto.randomUUID().slice(0, 8)}`
  await files.rename(lock, aside).catch(() => {})
  const moved = await files.readFile(aside, 'utf8').catch(() => undefined)
  if (moved !== undefined && moved !== owner) await files.link(aside, lock).catch(() => {})
  await files.rm(aside, { force: true })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
