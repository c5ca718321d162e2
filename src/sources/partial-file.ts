/**
 * A file that is written bit by bit, in `<path>.partial`, and put in the place of `path` when it is whole. What a
 * stopped process left is there for the next, which must not trust it: bytes may be torn or missing. One process
 * writes at a time.
 */
import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { RowspaceError } from '../core/errors.ts'
import { fileError } from './file.ts'
import { lockFile } from './lock-file.ts'
import { files, systemCode } from './node.ts'
import { checkTarget, putInPlace, resolveTarget, restoreRights, writeChunk } from './target-file.ts'
import { removeIfThere } from './temporaries.ts'

export class PartialFile {
  /** Bytes that cannot be written are a reason to leave none. */
  #failed = false

  private constructor(
    private readonly path: string,
    private readonly target: string,
    private readonly old: Stats | undefined,
    private readonly handle: FileHandle,
    private readonly unlock: () => Promise<void>,
  ) {}

  /**
   * @throws `EXISTS` if there is something at `path` and not `overwrite`, `LOCKED` while another process writes
   *   it, `NOT_FOUND` if its folder is missing, `IO`
   */
  static async open(path: string, overwrite: boolean): Promise<PartialFile> {
    const target = await resolveTarget(path)
    const status = () => checkTarget(target, path, overwrite)
    await status()
    const unlock = await lockFile(path)
    try {
      // it may have come while another process had the lock
      const old = await status()
      return new PartialFile(path, target, old, await openPartial(partialName(target), old), unlock)
    } catch (error) {
      await unlock()
      throw fileError(path, error)
    }
  }

  /** Fills `bytes` from a position; false where the file is shorter. */
  async read(bytes: Uint8Array, position: number): Promise<boolean> {
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await this.#doing(() =>
        this.handle.read(bytes, filled, bytes.length - filled, position + filled),
      )
      if (bytesRead === 0) return false
      filled += bytesRead
    }
    return true
  }

  /** @throws `IO` with the system's reason: then `close` removes the file */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    await this.#doing(() => writeChunk(this.handle, bytes, position))
  }

  /** Cuts it to `size` bytes, waits until they are on the disk, and puts it in its place. */
  async finish(size: number, overwrite: boolean): Promise<void> {
    const partial = partialName(this.target)
    await this.#doing(async () => {
      await this.handle.truncate(size)
      if (this.old !== undefined) await restoreRights(this.handle, this.old)
      await this.handle.sync()
      await this.handle.close()
      await putInPlace(partial, this.target, { overwrite, sync: true })
    })
    await removeIfThere(partial)
  }

  /**
   * Closes it. Harmless when it is in its place.
   *
   * @param leave whether it may be gone on with
   */
  async close(leave: boolean): Promise<void> {
    await this.handle.close().catch(() => {})
    if (!leave || this.#failed) await removeIfThere(partialName(this.target))
    await this.unlock()
  }

  async #doing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      this.#failed = true
      throw fileError(this.path, error)
    }
  }
}

function partialName(target: string): string {
  return `${target}.partial`
}

/** The one that is there, or a new one; never readable by more than the old file was. */
async function openPartial(partial: string, old: Stats | undefined): Promise<FileHandle> {
  const create = () => files().open(partial, 'wx+', old === undefined ? 0o666 : old.mode & 0o777)
  try {
    return await create()
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
  // a link may lead to any file
  const found = await files().lstat(partial)
  if (found.isFile() && found.nlink === 1) return files().open(partial, 'r+')
  if (found.isFile()) {
    // a process was killed when it had put this in its place, before it took this name away
    await files().rm(partial)
    return create()
  }
  const text = `"${partial}" is not a file: what is written would go there first. Remove it.`
  throw new RowspaceError('IO', text, { path: partial })
}
