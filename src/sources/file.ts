/** A file on disk, in Node. */
import type { FileHandle } from 'node:fs/promises'
import { type ErrorCode, RowspaceError } from '../core/errors.ts'
import { files, paths, systemCode } from './node.ts'
import { CountingSource } from './range-source.ts'
import type { ByteSource } from './source.ts'

/**
 * Opens a file for reading. The handle stays open until `close()`.
 *
 * @throws `NOT_FOUND` where there is no such file, `IO` for a directory (`details.reason` is 'EISDIR'), a
 *   device or a file that may not be read, `UNSUPPORTED` outside Node
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const handle = await files(`read the file "${path}"`)
    .open(path, 'r')
    .catch((error) => {
      throw fileError(path, error)
    })
  try {
    const status = await handle.stat()
    if (status.isDirectory()) throw reasonError(path, 'EISDIR')
    if (!status.isFile()) throw reasonError(path, 'NOT_A_FILE')
    return new FileSource(path, status.size, handle)
  } catch (error) {
    await handle.close()
    throw fileError(path, error)
  }
}

class FileSource extends CountingSource {
  #handle: FileHandle | undefined

  constructor(path: string, size: number, handle: FileHandle) {
    super(path, size)
    this.#handle = handle
  }

  protected async fill(start: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    let filled = 0
    // one read may give less than was requested: the kernel stops at 2 GiB, a network disk sooner
    while (filled < target.length) {
      const count = await this.#readOnce(target, filled, start + filled)
      signal?.throwIfAborted()
      if (count === 0) throw this.#shrunk(start + filled)
      filled += count
      this.ownBytesRead += count
    }
  }

  async #readOnce(bytes: Uint8Array, offset: number, position: number): Promise<number> {
    if (!this.#handle) {
      const text = `${this.name} was closed: open it again to read from it.`
      throw new RowspaceError('IO', text, { source: this.name })
    }
    try {
      return (await this.#handle.read(bytes, offset, bytes.length - offset, position)).bytesRead
    } catch (error) {
      throw fileError(this.name, error)
    }
  }

  #shrunk(actual: number): RowspaceError {
    return new RowspaceError(
      'TRUNCATED',
      `${this.name} became shorter while it was read: it had ${this.size} bytes when it was opened and ` +
        `ends at byte ${actual} now.`,
      { source: this.name, expected: this.size, actual },
    )
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  protected async openSibling(steps: readonly string[]): Promise<ByteSource | undefined> {
    try {
      return await fileSource(paths().join(paths().dirname(this.name), ...steps))
    } catch (error) {
      const reason = error instanceof RowspaceError ? error.details.reason : undefined
      if (reason === 'ENOENT' || reason === 'EISDIR') return undefined
      throw error
    }
  }
}

const NO_PERMISSION = 'may not be accessed (no permission). Check the rights of the file and its directories.'

const REASONS: Record<string, [ErrorCode, string]> = {
  ENOENT: ['NOT_FOUND', 'does not exist. Check the path and the working directory.'],
  ENOTDIR: ['NOT_FOUND', 'does not exist: a part of the path is a file, not a directory.'],
  EACCES: ['IO', NO_PERMISSION],
  EPERM: ['IO', NO_PERMISSION],
  EISDIR: ['IO', 'is a directory: give the path of a file.'],
  NOT_A_FILE: ['IO', 'is a pipe or a device: a table needs a file of known size. Write it to a file first.'],
  EROFS: ['IO', 'lies on a file system that is read-only.'],
  ENOSPC: ['IO', 'could not be written: the disk is full.'],
  EMFILE: ['IO', 'could not be opened: too many files are open.'],
}

/**
 * What the file system says, as a RowspaceError with the path, the reason and the system's error as `cause`.
 */
export function fileError(path: string, error: unknown): RowspaceError {
  if (error instanceof RowspaceError) return error
  return reasonError(path, systemCode(error) ?? 'UNKNOWN', error)
}

function reasonError(path: string, reason: string, cause?: unknown): RowspaceError {
  const [code, text] = REASONS[reason] ?? ['IO', `could not be used: ${(cause as Error).message}`]
  return new RowspaceError(code, `"${path}" ${text}`, { path, reason, cause })
}
