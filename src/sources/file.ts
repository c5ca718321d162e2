/** A file on disk, in Node. */
import type { FileHandle } from 'node:fs/promises'
import { type ErrorCode, RowspaceError } from '../core/errors.ts'
import { stepsBeside } from './beside.ts'
import { checkRange } from './bytes.ts'
import { nodeModule } from './node.ts'
import type { ByteSource, ReadOptions } from './source.ts'

/**
 * Opens a file for reading. The handle stays open until `close()`.
 *
 * @throws `NOT_FOUND` where there is no such file, `IO` for a directory (`details.reason` is 'EISDIR'), a device or a
 *   file that may not be read, `UNSUPPORTED` outside Node
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const files = nodeModule('node:fs/promises', `read the file "${path}"`)
  const handle = await files.open(path, 'r').catch((error) => {
    throw fileError(path, error)
  })
  try {
    const status = await handle.stat()
    if (status.isDirectory()) throw directoryError(path)
    if (!status.isFile()) throw notAFileError(path)
    return new FileSource(path, status.size, handle)
  } catch (error) {
    await handle.close()
    throw fileError(path, error)
  }
}

class FileSource implements ByteSource {
  readonly name: string
  readonly size: number
  #bytesRead = 0
  readonly #siblings: ByteSource[] = []
  #handle: FileHandle | undefined

  constructor(path: string, size: number, handle: FileHandle) {
    this.name = path
    this.size = size
    this.#handle = handle
  }

  async read(start: number, end: number, options: ReadOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    checkRange(this.name, start, end, this.size)
    const bytes = new Uint8Array(end - start)
    await this.readInto(start, bytes, options)
    return bytes
  }

  async readInto(start: number, bytes: Uint8Array, options: ReadOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    checkRange(this.name, start, start + bytes.length, this.size)
    let filled = 0
    // One read may give less than was asked for (the kernel stops at 2 GiB, a network disk sooner).
    while (filled < bytes.length) {
      const count = await this.#readOnce(bytes, filled, start + filled)
      options.signal?.throwIfAborted()
      if (count === 0) throw this.#shrunk(start + filled)
      filled += count
      this.#bytesRead += count
    }
  }

  get bytesRead(): number {
    return this.#siblings.reduce((sum, beside) => sum + (beside.bytesRead ?? 0), this.#bytesRead)
  }

  async #readOnce(bytes: Uint8Array, offset: number, position: number): Promise<number> {
    if (!this.#handle) {
      throw new RowspaceError('IO', `${this.name} was closed: open it again to read from it.`, {
        source: this.name,
      })
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
      `${this.name} became shorter while it was read: it had ${this.size} bytes when it was opened and ends at byte ${actual} now.`,
      { source: this.name, expected: this.size, actual },
    )
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  async sibling(name: string): Promise<ByteSource | undefined> {
    const { dirname, join } = nodeModule('node:path', `look beside "${this.name}"`)
    const steps = stepsBeside(this.name, name)
    try {
      const beside = await fileSource(join(dirname(this.name), ...steps))
      this.#siblings.push(beside)
      return beside
    } catch (error) {
      const reason = error instanceof RowspaceError ? error.details.reason : undefined
      if (reason === 'ENOENT' || reason === 'EISDIR') return undefined
      throw error
    }
  }
}

function directoryError(path: string): RowspaceError {
  return new RowspaceError('IO', `"${path}" is a directory: give the path of a file.`, {
    path,
    reason: 'EISDIR',
  })
}

function notAFileError(path: string): RowspaceError {
  return new RowspaceError(
    'IO',
    `"${path}" is a pipe or a device: a table needs a file of known size. Write it to a file first.`,
    { path, reason: 'NOT_A_FILE' },
  )
}

const REASONS: Record<string, [ErrorCode, string]> = {
  ENOENT: ['NOT_FOUND', 'does not exist. Check the path and the working directory.'],
  ENOTDIR: ['NOT_FOUND', 'does not exist: a part of the path is a file, not a directory.'],
  EACCES: ['IO', 'may not be accessed (no permission). Check the rights of the file and its directories.'],
  EPERM: ['IO', 'may not be accessed (no permission). Check the rights of the file and its directories.'],
  EISDIR: ['IO', 'is a directory: give the path of a file.'],
  EROFS: ['IO', 'lies on a file system that is read-only.'],
  ENOSPC: ['IO', 'could not be written: the disk is full.'],
  EMFILE: ['IO', 'could not be opened: too many files are open.'],
}

/** What the file system says, as a RowspaceError with the path, the reason and the system's error as `cause`. */
export function fileError(path: string, error: unknown): RowspaceError {
  if (error instanceof RowspaceError) return error
  const reason = (error as { code?: string }).code ?? 'UNKNOWN'
  const [code, text] = REASONS[reason] ?? ['IO', `could not be used: ${(error as Error).message}`]
  return new RowspaceError(code, `"${path}" ${text}`, { path, reason, cause: error })
}
