/** The cache in a folder, in Node. */
import { writeFileAtomically } from '../formats/write-file.ts'
import { fileError } from '../sources/file.ts'
import { nodeModule } from '../sources/node.ts'
import type { Store } from './store.ts'

const PURPOSE = 'use the cache'

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

/** What a process that was killed left behind is taken away after a day. */
const STALE_MILLISECONDS = 86_400_000

export class DiskStore implements Store {
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
    const { mkdir } = nodeModule('node:fs/promises', PURPOSE)
    const { dirname } = nodeModule('node:path', PURPOSE)
    const place = this.#place(path)
    await mkdir(dirname(place), { recursive: true, mode: 0o700 }).catch((error) => {
      throw fileError(dirname(place), error)
    })
    await writeFileAtomically(place, [bytes], { force: true })
  }

  async list(folder: string): Promise<string[]> {
    const { readdir } = nodeModule('node:fs/promises', PURPOSE)
    try {
      const entries = await readdir(this.#place(folder), { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile())
      const paths = files.map(({ parentPath, path, name }) => this.#pathOf(`${parentPath ?? path}/${name}`))
      for (const path of paths.filter((each) => each.endsWith('.tmp'))) await this.#dropIfStale(path)
      return paths.filter((each) => !each.endsWith('.tmp'))
    } catch (error) {
      if (isMissing(error)) return []
      throw fileError(this.#place(folder), error)
    }
  }

  async remove(path: string): Promise<void> {
    const { rm } = nodeModule('node:fs/promises', PURPOSE)
    await rm(this.#place(path), { recursive: true, force: true }).catch((error) => {
      throw fileError(this.#place(path), error)
    })
  }

  async #dropIfStale(path: string): Promise<void> {
    const { stat } = nodeModule('node:fs/promises', PURPOSE)
    const status = await stat(this.#place(path)).catch(() => undefined)
    if (status !== undefined && Date.now() - status.mtimeMs > STALE_MILLISECONDS) await this.remove(path)
  }

  #place(path: string): string {
    return nodeModule('node:path', PURPOSE).join(this.name, path)
  }

  #pathOf(place: string): string {
    const { relative, sep } = nodeModule('node:path', PURPOSE)
    return relative(this.name, place).split(sep).join('/')
  }
}

function isMissing(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR)$/.test((error as { code?: string }).code ?? '')
}
