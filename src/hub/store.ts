/** Where the cache keeps its files: a folder in Node, the Cache API on a page. */

export interface Store {
  /** What messages call it: a folder. */
  readonly name: string
  /** The bytes of a file, or undefined where there is none. */
  get(path: string): Promise<Uint8Array | undefined>
  /** Keeps a file, whole or not at all; whoever reads meanwhile gets the old one or the new one. */
  put(path: string, bytes: Uint8Array): Promise<void>
  /** The paths of all files below a folder ('' for all there are). */
  list(folder: string): Promise<string[]>
  /** Takes a file away, or a folder with all that is in it. Nothing happens where there is none. */
  remove(path: string): Promise<void>
}

/** A path of plain names: what else is in a part is written as %XX. */
export function storePath(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part).replace(/\*/g, '%2A')).join('/')
}

export function decodeStorePath(path: string): string[] {
  return path.split('/').map(decodeURIComponent)
}
