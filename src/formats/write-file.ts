/** Writes a file whole or not at all, in Node. */
import type { FileHandle } from 'node:fs/promises'
import { RowspaceError } from '../errors.ts'
import { fileError } from '../sources/file.ts'
import { nodeModule } from '../sources/node.ts'

export interface WriteOptions {
  /** Replace a file that is there already. */
  force?: boolean | undefined
  signal?: AbortSignal | undefined
  /** Called with the bytes written so far. */
  onBytes?: ((written: number) => void) | undefined
}

/**
 * Writes `chunks` to a temporary file in the same directory, syncs it to the disk and puts it in the place of `path`
 * at once. On any failure, and when aborted, the temporary file is removed and an old file stays as it was.
 *
 * @returns bytes written
 * @throws `EXISTS` if there is something at `path` and not `force`, `IO` or `NOT_FOUND` with the system's reason,
 *   whatever `chunks` throws, and `signal.reason`
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<number> {
  const files = nodeModule('node:fs/promises', `write the file "${path}"`)
  options.signal?.throwIfAborted()
  await checkTarget(path, options.force ?? false)
  const temporary = `${path}.${globalThis.crypto.randomUUID().slice(0, 8)}.tmp`
  try {
    const written = await writeAll(temporary, chunks, options)
    await putInPlace(temporary, path, options.force ?? false)
    return written
  } catch (error) {
    throw isSystemError(error) ? fileError(path, error) : error
  } finally {
    await files.rm(temporary, { force: true })
  }
}

/** A link fails where a rename would replace: somebody may have made the file meanwhile. Not every disk has links. */
async function putInPlace(temporary: string, path: string, force: boolean): Promise<void> {
  const files = nodeModule('node:fs/promises', `write the file "${path}"`)
  if (!force) {
    try {
      return await files.link(temporary, path)
    } catch (error) {
      if ((error as { code?: string }).code === 'EEXIST') throw existsError(path, error)
    }
    await checkTarget(path, force)
  }
  await files.rename(temporary, force ? await files.realpath(path).catch(() => path) : path)
}

async function checkTarget(path: string, force: boolean): Promise<void> {
  const files = nodeModule('node:fs/promises', `write the file "${path}"`)
  const status = await files.stat(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw fileError(path, error)
  })
  if (status && !status.isFile()) {
    throw new RowspaceError('IO', `"${path}" is a directory or a device: give the path of a file to write.`, {
      path,
    })
  }
  if (status && !force) throw existsError(path)
}

async function writeAll(
  temporary: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<number> {
  const files = nodeModule('node:fs/promises', `write the file "${temporary}"`)
  const handle = await files.open(temporary, 'wx')
  try {
    let written = 0
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted()
      await writeChunk(handle, chunk)
      written += chunk.length
      options.onBytes?.(written)
    }
    await handle.sync()
    return written
  } finally {
    await handle.close()
  }
}

/** One write may take less than it is given. */
async function writeChunk(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0
  while (offset < chunk.length) {
    offset += (await handle.write(chunk, offset, chunk.length - offset)).bytesWritten
  }
}

function existsError(path: string, cause?: unknown): RowspaceError {
  return new RowspaceError(
    'EXISTS',
    `"${path}" exists already and was left as it is: pass force to replace it.`,
    {
      path,
      cause,
    },
  )
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
