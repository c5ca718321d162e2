/**
 * The cache in a folder, in Node. The folder is the user's and may hold anything; the cache's files are in a subfolder that it made
 * itself and marked. Only files in there, of the cache's own names, behind no symbolic link, are listed, replaced or removed.
 */
import { RowspaceError } from '../core/errors.ts'
import { fileError } from '../sources/file.ts'
import { nodeModule } from '../sources/node.ts'
import { removeStaleTemporaries } from '../sources/temporaries.ts'
import { writeFileAtomically } from '../sources/write-file.ts'
import { isOwnPath, LAYOUT } from './layout.ts'
import type { Store } from './store.ts'

const PURPOSE = 'use the cache'

/** What marks a folder as a cache (https://bford.info/cachedir), for backups too, and as this one. */
const MARKER = 'CACHEDIR.TAG'
const MARKER_TEXT = `Signature: 8a477f597d28d172789f06886806bc55
# rowspace keeps here what it has read of models. Remove it with: rowspace cache rm --all
`

/** ROWSPACE_CACHE, else where programs keep such things on this platform. */
export function cacheFolder(): string {
  const { env, platform } = globalThis.process
  if (env.ROWSPACE_CACHE) return env.ROWSPACE_CACHE
  const { homedir } = nodeModule('node:os', PURPOSE)
  const { join } = nodeModule('node:path', PURPOSE)
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'rowspace')
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'rowspace', 'Cache')
  }
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rowspace')
}

export class DiskStore implements Store {
  /** @param name the user's folder */
  constructor(readonly name: string) {}

  async get(path: string): Promise<Uint8Array | undefined> {
    const { readFile } = nodeModule('node:fs/promises', PURPOSE)
    try {
      return await readFile(this.#place(path))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw fileError(this.#place(path), error)
    }
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const marker = await this.get(MARKER)
    if (marker === undefined) await this.#write(MARKER, new TextEncoder().encode(MARKER_TEXT))
    else if (!isMarkerText(marker)) throw strangeFolderError(this.#place(''))
    await this.#write(path, bytes)
  }

  async list(folder: string): Promise<string[]> {
    return (await this.#isMarked()) ? this.#filesBelow(folder) : []
  }

  async remove(paths: readonly string[]): Promise<void> {
    if (!(await this.#isMarked())) return
    const folders = new Set<string>()
    for (const path of paths.filter(isOwnPath)) {
      if ((await this.#linkOnTheWay(path)) !== undefined) continue
      await this.#unlink(path)
      folders.add(foldersAbove(path)[0] ?? '')
    }
    for (const folder of [...folders, '']) {
      await removeStaleTemporaries(this.#place(folder))
      await this.#removeEmpty(folder)
    }
  }

  async #unlink(path: string): Promise<void> {
    const { unlink } = nodeModule('node:fs/promises', PURPOSE)
    await unlink(this.#place(path)).catch((error) => {
      if (!isMissing(error)) throw fileError(this.#place(path), error)
    })
  }

  /** Removes a folder and those above it, as far as they are empty. The cache's own holds its marker. */
  async #removeEmpty(folder: string): Promise<void> {
    const { rmdir } = nodeModule('node:fs/promises', PURPOSE)
    for (const each of [folder, ...foldersAbove(folder)]) {
      try {
        await rmdir(this.#place(each))
      } catch {
        return
      }
    }
  }

  async #filesBelow(folder: string): Promise<string[]> {
    const { readdir } = nodeModule('node:fs/promises', PURPOSE)
    const entries = await readdir(this.#place(folder), { withFileTypes: true }).catch((error) => {
      if (isMissing(error)) return []
      throw fileError(this.#place(folder), error)
    })
    const paths: string[] = []
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      // neither is true of a symbolic link
      if (entry.isDirectory()) paths.push(...(await this.#filesBelow(path)))
      else if (entry.isFile() && isOwnPath(path)) paths.push(path)
    }
    return paths
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const { mkdir } = nodeModule('node:fs/promises', PURPOSE)
    const { dirname } = nodeModule('node:path', PURPOSE)
    const place = this.#place(path)
    const attempt = async () => {
      await mkdir(dirname(place), { recursive: true, mode: 0o700 }).catch((error) => {
        throw fileError(dirname(place), error)
      })
      const link = await this.#linkOnTheWay(path)
      if (link !== undefined) throw linkError(link)
      // a part that a power failure takes is fetched again: its hash says so
      await writeFileAtomically(place, [bytes], { overwrite: true, sync: false })
    }
    // another process that clears the cache may take the empty folder away between the two
    await attempt().catch((error) => {
      if (error instanceof RowspaceError && error.details.reason === 'ENOENT') return attempt()
      throw error
    })
  }

  /** Whether the subfolder is there, made and marked by this layout. */
  async #isMarked(): Promise<boolean> {
    if ((await this.#linkOnTheWay(MARKER)) !== undefined) return false
    return isMarkerText(await this.get(MARKER))
  }

  /** The first symbolic link between the user's folder and a file of the cache, the file included. */
  async #linkOnTheWay(path: string): Promise<string | undefined> {
    const { lstat } = nodeModule('node:fs/promises', PURPOSE)
    for (const step of [...foldersAbove(path).toReversed(), path]) {
      const status = await lstat(this.#place(step)).catch(() => undefined)
      if (status?.isSymbolicLink()) return this.#place(step)
    }
    return undefined
  }

  #place(path: string): string {
    return nodeModule('node:path', PURPOSE).join(this.name, LAYOUT, path)
  }
}

/** The folders a path lies in, the innermost first, the cache's own ('') last. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, parts.length - 1 - index).join('/'))
}

function isMarkerText(bytes: Uint8Array | undefined): boolean {
  return new TextDecoder().decode(bytes) === MARKER_TEXT
}

function strangeFolderError(place: string): RowspaceError {
  return new RowspaceError(
    'IO',
    `"${place}" holds a ${MARKER} that rowspace did not write: move it, or name another folder in ROWSPACE_CACHE.`,
    { path: place },
  )
}

function linkError(place: string): RowspaceError {
  return new RowspaceError('IO', `"${place}" is a symbolic link, which the cache does not follow.`, {
    path: place,
  })
}

function isMissing(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR)$/.test((error as { code?: string }).code ?? '')
}
