/**
 * The file that a path leads to: how bytes are written to one, and how a whole one takes its place. Apart from
 * write-file.ts, whose types are public and name none of Node's.
 */
import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { RowspaceError } from '../core/errors.ts'
import { fileError } from './file.ts'
import { files, paths, systemCode } from './node.ts'
import { removeIfThere } from './temporaries.ts'

/**
 * The path of the file that writing to `path` changes, one for all its spellings: absolute, without symbolic
 * links.
 *
 * @throws `NOT_FOUND` if its folder is missing, `IO`
 */
export async function resolveTarget(path: string): Promise<string> {
  const { readlink, realpath } = files(`write the file "${path}"`)
  const { basename, dirname, isAbsolute, join, sep } = paths()
  const found = await realpath(path).catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileError(path, error)
  })
  if (found !== undefined) return found
  const folder = await realpath(dirname(path)).catch((error) => {
    throw systemCode(error) === 'ENOENT' ? noFolderError(path, dirname(path), error) : fileError(path, error)
  })
  // a link to a file that is not there yet; links in a circle are an error of realpath
  const link = await readlink(path).catch(() => undefined)
  if (link === undefined) return join(folder, basename(path))
  // not joined: `..` after a linked folder leads out of where that link leads
  return resolveTarget(isAbsolute(link) ? link : folder + sep + link)
}

function noFolderError(path: string, folder: string, cause: unknown): RowspaceError {
  const text =
    `"${path}" cannot be written: the folder "${folder}" does not exist. Create it first, or check the ` +
    'path.'
  return new RowspaceError('NOT_FOUND', text, { path, folder, reason: 'ENOENT', cause })
}

/** The status of the file that is there. */
export async function checkTarget(
  target: string,
  path: string,
  overwrite: boolean,
): Promise<Stats | undefined> {
  const status = await files()
    .stat(target)
    .catch((error) => {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    })
  if (status && !status.isFile()) {
    const text = `"${path}" is a directory or a device: give the path of a file to write.`
    throw new RowspaceError('IO', text, { path })
  }
  if (status && !overwrite) throw existsError(path)
  return status
}

/** Gives a whole file its name at once. Without `overwrite` it may keep the old one too: remove that. */
export async function putInPlace(
  temporary: string,
  target: string,
  { overwrite, sync }: { overwrite: boolean; sync: boolean },
): Promise<void> {
  if (overwrite) await files().rename(temporary, target)
  else await putInFreePlace(temporary, target)
  if (sync) await syncFolder(paths().dirname(target))
}

/** A link fails where a rename would replace: another may have made the file. Not every disk has links. */
async function putInFreePlace(temporary: string, target: string): Promise<void> {
  const orExists = (error: unknown) => {
    throw systemCode(error) === 'EEXIST' ? existsError(target, error) : error
  }
  try {
    return await files().link(temporary, target).catch(orExists)
  } catch (error) {
    if (error instanceof RowspaceError) throw error
  }
  // an empty file takes the name, and is replaced
  const placeholder = await files().open(target, 'wx').catch(orExists)
  try {
    await placeholder.close()
    await files().rename(temporary, target)
  } catch (error) {
    await removeIfThere(target)
    throw error
  }
}

/** One write may take less than it is given. @param position default: behind the last write */
export async function writeChunk(handle: FileHandle, chunk: Uint8Array, position?: number): Promise<void> {
  let offset = 0
  while (offset < chunk.length) {
    const { bytesWritten } = await handle.write(
      chunk,
      offset,
      chunk.length - offset,
      position === undefined ? undefined : position + offset,
    )
    if (bytesWritten === 0) {
      throw Object.assign(new Error('no byte was written'), { code: 'EIO', syscall: 'write' })
    }
    offset += bytesWritten
  }
}

/** The old file's owner, where the process may give files away, and its mode. */
export async function restoreRights(handle: FileHandle, old: Stats): Promise<void> {
  if (process.platform === 'win32') return
  await handle.chown(old.uid, old.gid).catch(() => {})
  // not every disk that has modes can change them
  if ((await handle.stat()).mode !== old.mode) await handle.chmod(old.mode & 0o7777)
}

/** Without it a power failure may undo the rename. Not every system can: SQLite ignores that too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await files()
    .open(folder, 'r')
    .catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close().catch(() => {})
}

function existsError(path: string, cause?: unknown): RowspaceError {
  const text = `"${path}" exists already and was not changed: pass overwrite: true to replace it.`
  return new RowspaceError('EXISTS', text, { path, cause })
}
