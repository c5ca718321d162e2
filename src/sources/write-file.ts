/**
 * The one writer of files, in Node: whatever rowspace writes, it writes here, whole or not at all. What takes
 * long is written by partial-file.ts. (Everything else in src/ only reads: test/sources/one-writer.node.test.ts.)
 */
import type { Stats } from 'node:fs'
import { fileError } from './file.ts'
import { files, paths } from './node.ts'
import { checkTarget, putInPlace, resolveTarget, restoreRights, writeChunk } from './target-file.ts'
import { removeIfThere, removeStaleTemporaries, temporaryName } from './temporaries.ts'

/** How a file is written. */
export interface WriteOptions {
  /** Replace a file that is there already. */
  overwrite?: boolean | undefined
  /** Stops the write; the old file stays. */
  signal?: AbortSignal | undefined
  /** Called with the bytes written so far. */
  onBytes?: ((written: number) => void) | undefined
  /** Wait until the bytes are on the disk. Default: true. False for what may be lost in a power failure. */
  sync?: boolean | undefined
}

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * Writes `chunks` to a temporary file in the same folder, syncs it to the disk, puts it in the place of
 * `path` at once and syncs the folder. On any failure, and when aborted, the temporary file is removed and an
 * old file stays as it was. A symbolic link stays, and the file that it leads to is written. An old file's
 * mode and owner stay; a new one gets those that the process gives.
 *
 * @returns bytes written
 * @throws `EXISTS` if there is something at `path` and not `overwrite`, `NOT_FOUND` if its folder is missing,
 *   `IO` with the system's reason, whatever `chunks` throws, and `signal.reason`
 */
export async function writeFileAtomically(
  path: string,
  chunks: Chunks,
  options: WriteOptions = {},
): Promise<number> {
  const { overwrite = false, signal } = options
  signal?.throwIfAborted()
  try {
    const target = await resolveTarget(path)
    const old = await checkTarget(target, path, overwrite)
    await tidyOnce(paths().dirname(target))
    return await replace(target, chunks, old, options)
  } catch (error) {
    throw isSystemError(error) ? fileError(path, error) : error
  }
}

const tidied = new Set<string>()

/** Once per folder and process: a folder of many files is not listed at each. */
async function tidyOnce(folder: string): Promise<void> {
  if (tidied.has(folder)) return
  tidied.add(folder)
  await removeStaleTemporaries(folder)
}

async function replace(
  target: string,
  chunks: Chunks,
  old: Stats | undefined,
  options: WriteOptions,
): Promise<number> {
  const { overwrite = false, sync = true } = options
  const folder = paths().dirname(target)
  const temporary = paths().join(folder, await temporaryName())
  try {
    const written = await writeAll(temporary, chunks, old, { ...options, sync })
    await putInPlace(temporary, target, { overwrite, sync })
    return written
  } finally {
    await removeIfThere(temporary)
  }
}

async function writeAll(
  temporary: string,
  chunks: Chunks,
  old: Stats | undefined,
  { signal, onBytes, sync }: WriteOptions,
): Promise<number> {
  // never readable by more than the old file was, not even for a moment
  const handle = await files().open(temporary, 'wx', old === undefined ? 0o666 : old.mode & 0o777)
  try {
    let written = 0
    for await (const chunk of chunks) {
      signal?.throwIfAborted()
      await writeChunk(handle, chunk)
      written += chunk.length
      onBytes?.(written)
    }
    signal?.throwIfAborted()
    if (old !== undefined) await restoreRights(handle, old)
    if (sync) await handle.sync()
    await handle.close()
    return written
  } catch (error) {
    await handle.close().catch(() => {})
    throw error
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
