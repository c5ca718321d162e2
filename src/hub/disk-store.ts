/**
 * The cache in a folder, in Node. The folder is the user's and may hold anything; the cache's files are in a
 * subfolder that it made itself and marked. Only files in there, of the cache's own names, behind no symbolic
 * link, are listed, replaced or removed.
 */
import { RowspaceError } from '../core/errors.ts'
import { fileError } from '../sources/file.ts'
import { files, nodeModule, paths, systemCode } from '../sources/node.ts'
import { removeStaleTemporaries } from '../sources/temporaries.ts'
import { writeFileAtomically } from '../sources/write-file.ts'
import { isOwnPath, LAYOUT } from './layout.ts'
import type { Store } from './store.ts'

/** What marks a folder as a cache (https://bford.info/cachedir), for backups too, and as this one. */
const MARKER = 'CACHEDIR.TAG'
const MARKER_TEXT = `Signature: 8a477f597d28d172789f06886806bc55
# rowspace caches here what it has read of models. Remove it with: rowspace cache rm --all
`

/** ROWSPACE_CACHE, else the folder of this platform for caches. */
export function cacheFolder(): string {
  const { env, platform } = globalThis.process
  if (env.ROWSPACE_CACHE) return env.ROWSPACE_CACHE
  const { join } = paths('use the cache')
  const home = nodeModule('node:os').homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'rowspace')
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'rowspace', 'Cache')
  }
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'rowspace')
}

export class DiskStore implements Store {
  /** @param name the user's folder */
  constructor(readonly name: string) {}

  async get(path: string): Promise<Uint8Array | undefined> {
    return this.#unlessMissing(path, files().readFile(this.#place(path)))
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
      await this.#unlessMissing(path, files().unlink(this.#place(path)))
      folders.add(foldersAbove(path)[0] ?? '')
    }
    for (const folder of [...folders, '']) {
      await removeStaleTemporaries(this.#place(folder))
      await this.#removeEmpty(folder)
    }
  }

  /** Removes a folder and those above it, as far as they are empty. The cache's own holds its marker. */
  async #removeEmpty(folder: string): Promise<void> {
    for (const each of [folder, ...foldersAbove(folder)]) {
      try {
        await files().rmdir(this.#place(each))
      } catch {
        return
      }
    }
  }

  async #filesBelow(folder: string): Promise<string[]> {
    const listing = files().readdir(this.#place(folder), { withFileTypes: true })
    const found: string[] = []
    for (const entry of (await this.#unlessMissing(folder, listing)) ?? []) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      // neither is true of a symbolic link
      if (entry.isDirectory()) found.push(...(await this.#filesBelow(path)))
      else if (entry.isFile() && isOwnPath(path)) found.push(path)
    }
    return found
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const place = this.#place(path)
    const folder = paths().dirname(place)
    const attempt = async () => {
      await files()
        .mkdir(folder, { recursive: true, mode: 0o700 })
        .catch((error) => {
          throw fileError(folder, error)
        })
      const link = await this.#linkOnTheWay(path)
      if (link !== undefined) {
        const text = `"${link}" is a symbolic link, which the cache does not follow.`
        throw new RowspaceError('IO', text, { path: link })
      }
      // a part that a power failure takes is fetched again: its hash says so
      await writeFileAtomically(place, [bytes], { overwrite: true, sync: false })
    }
    // another process that clears the cache may remove the empty folder between the two
    await attempt().catch((error) => {
      if (error instanceof RowspaceError && error.details.reason === 'ENOENT') return attempt()
      throw error
    })
  }

  /** Whether the subfolder is there, made and marked by this layout. */
  async #isMarked(): Promise<boolean> {
    return (await this.#linkOnTheWay(MARKER)) === undefined && isMarkerText(await this.get(MARKER))
  }

  /** The first symbolic link between the user's folder and a file of the cache, the file included. */
  async #linkOnTheWay(path: string): Promise<string | undefined> {
    for (const step of [...foldersAbove(path).toReversed(), path]) {
      const place = this.#place(step)
      const status = await files()
        .lstat(place)
        .catch(() => undefined)
      if (status?.isSymbolicLink()) return place
    }
    return undefined
  }

  /** What the file system gives; undefined where the file or a folder above it is not there. */
  async #unlessMissing<Result>(path: string, result: Promise<Result>): Promise<Result | undefined> {
    return result.catch((error) => {
      if (/^(ENOENT|ENOTDIR)$/.test(systemCode(error) ?? '')) return undefined
      throw fileError(this.#place(path), error)
    })
  }

  #place(path: string): string {
    return paths('use the cache').join(this.name, LAYOUT, path)
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
    `"${place}" holds a ${MARKER} that rowspace did not write: move it, or name another folder in ` +
      'ROWSPACE_CACHE.',
    { path: place },
  )
}
