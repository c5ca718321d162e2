/**
 * The one writer of files, in Node: whatever rowspace writes, it writes here, whole or not at all. (Everything else in src/ only reads:
 * test/sources/one-writer.node.test.ts.)
 */
import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { RowspaceError } from '../core/errors.ts'
import { fileError } from './file.ts'
import { nodeModule } from './node.ts'
import { removeStaleTemporaries, temporaryName } from './temporaries.ts'

/** How a file is written. */
export interface WriteOptions {
  /** Replace a file that is there already. */
  overwrite?: boolean | undefined
  /** Stops the write; the old file stays. */
  signal?: AbortSignal | undefined
  /** Called with the bytes written so far. */
  onBytes?: ((written: number) => void) | undefined
  /** Wait until the bytes are on the disk. True unless given; false for what a power failure may take. */
  sync?: boolean | undefined
}

/** Symbolic links that lead to each other end here, as in Linux. */
const MAX_LINKS = 40

/**
 * Writes `chunks` to a temporary file in the same folder, syncs it to the disk, puts it in the place of `path` at once and syncs the
 * folder. On any failure, and when aborted, the temporary file is removed and an old file stays as it was. A symbolic link stays, and the
 * file that it leads to is written. An old file's mode and owner are kept; a new one gets those that the process gives.
 *
 * @returns bytes written
 * @throws `EXISTS` if there is something at `path` and not `force`, `NOT_FOUND` if its folder is missing, `IO` with the system's reason,
 *   whatever `chunks` throws, and `signal.reason`
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<number> {
  const { overwrite = false, sync = true } = options
  options.signal?.throwIfAborted()
  try {
    const target = await resolveTarget(path)
    const old = await checkTarget(target, path, overwrite)
    const folder = nodeModule('node:path', PURPOSE).dirname(target)
    await tidyOnce(folder)
    return await replace(target, folder, chunks, old, { ...options, overwrite, sync })
  } catch (error) {
    throw isSystemError(error) ? fileError(path, error) : error
  }
}

const PURPOSE = 'write a file'

/**
 * The path of the file that writing to `path` changes, one for all its spellings: absolute, without symbolic links.
 *
 * @throws `NOT_FOUND` if its folder is missing, `IO`
 */
export async function resolveTarget(path: string, links = 0): Promise<string> {
  const { readlink, realpath } = nodeModule('node:fs/promises', `write the file "${path}"`)
  const { basename, dirname, join, resolve } = nodeModule('node:path', PURPOSE)
  const found = await realpath(path).catch((error) => {
    if (error.code === 'ENOENT' && links < MAX_LINKS) return undefined
    throw fileError(path, error)
  })
  if (found !== undefined) return found
  const folder = await realpath(dirname(path)).catch((error) => {
    throw error.code === 'ENOENT' ? noFolderError(path, dirname(path), error) : fileError(path, error)
  })
  // a link to a file that is not there yet
  const link = await readlink(path).catch(() => undefined)
  return link === undefined ? join(folder, basename(path)) : resolveTarget(resolve(folder, link), links + 1)
}

function noFolderError(path: string, folder: string, cause: unknown): RowspaceError {
  return new RowspaceError(
    'NOT_FOUND',
    `"${path}" cannot be written: the folder "${folder}" does not exist. Create it first, or check the path.`,
    { path, folder, reason: 'ENOENT', cause },
  )
}

/** The status of the file that is there. */
async function checkTarget(target: string, path: string, force: boolean): Promise<Stats | undefined> {
  const files = nodeModule('node:fs/promises', PURPOSE)
  const status = await files.stat(target).catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (status && !status.isFile()) {
    throw new RowspaceError('IO', `"${path}" is a directory or a device: give the path of a file to write.`, {
      path,
    })
  }
  if (status && !force) throw existsError(path)
  return status
}

const tidied = new Set<string>()

/** Looked for once per folder and process: a folder of many files is not listed at each. */
async function tidyOnce(folder: string): Promise<void> {
  if (tidied.has(folder)) return
  tidied.add(folder)
  await removeStaleTemporaries(folder)
}

async function replace(
  target: string,
  folder: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  old: Stats | undefined,
  options: WriteOptions,
): Promise<number> {
  const files = nodeModule('node:fs/promises', PURPOSE)
  const temporary = nodeModule('node:path', PURPOSE).join(folder, await temporaryName())
  try {
    const written = await writeAll(temporary, chunks, old, options)
    if (options.overwrite) await files.rename(temporary, target)
    else await putInFreePlace(temporary, target)
    if (options.sync) await syncFolder(folder)
    return written
  } finally {
    await files.rm(temporary, { force: true }).catch(() => {})
  }
}

/** A link fails where a rename would replace: somebody may have made the file meanwhile. Not every disk has links. */
async function putInFreePlace(temporary: string, target: string): Promise<void> {
  const files = nodeModule('node:fs/promises', PURPOSE)
  try {
    return await files.link(temporary, target)
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') throw existsError(target, error)
  }
  // an empty file takes the name, and is replaced
  const placeholder = await files.open(target, 'wx').catch((error) => {
    throw error.code === 'EEXIST' ? existsError(target, error) : error
  })
  try {
    await placeholder.close()
    await files.rename(temporary, target)
  } catch (error) {
    await files.rm(target, { force: true }).catch(() => {})
    throw error
  }
}

async function writeAll(
  temporary: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  old: Stats | undefined,
  { signal, onBytes, sync }: WriteOptions,
): Promise<number> {
  const files = nodeModule('node:fs/promises', PURPOSE)
  // never readable by more than the old file was, not even for a moment
  const handle = await files.open(temporary, 'wx', old === undefined ? 0o666 : old.mode & 0o777)
  try {
    let written = 0
    for await (const chunk of chunks) {
      signal?.throwIfAborted()
      await writeChunk(handle, chunk)
      written += chunk.length
      onBytes?.(written)
    }
    signal?.throwIfAborted()
    if (old !== undefined) await keepRights(handle, old)
    if (sync) await handle.sync()
    await handle.close()
    return written
  } catch (error) {
    await handle.close().catch(() => {})
    throw error
  }
}

/** One write may take less than it is given. */
async function writeChunk(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0
  while (offset < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset)
    if (bytesWritten === 0)
      throw Object.assign(new Error('no byte was taken'), { code: 'EIO', syscall: 'write' })
    offset += bytesWritten
  }
}

/** The old file's owner, where the process may give files away, and its mode. */
async function keepRights(handle: FileHandle, old: Stats): Promise<void> {
  if (process.platform === 'win32') return
  const status = await handle.stat()
  if (status.uid !== old.uid || status.gid !== old.gid) await handle.chown(old.uid, old.gid).catch(() => {})
  if (status.mode !== old.mode) await handle.chmod(old.mode & 0o7777)
}

/** Without it a power failure may take the rename back. Not every system can, and the file is in its place: SQLite ignores it too. */
async function syncFolder(folder: string): Promise<void> {
  const files = nodeModule('node:fs/promises', PURPOSE)
  const handle = await files.open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close().catch(() => {})
}

function existsError(path: string, cause?: unknown): RowspaceError {
  return new RowspaceError(
    'EXISTS',
    `"${path}" exists already and was left as it is: pass overwrite: true to replace it.`,
    { path, cause },
  )
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
