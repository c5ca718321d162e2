/** Where the cache keeps its files: a folder in Node, the Cache API on a page. */

export interface Store {
  /** What messages call it: a folder. */
  readonly name: string
  /** The bytes of a file, or undefined where there is none. */
  get(path: string): Promise<Uint8Array | undefined>
  /** Stores a file, whole or not at all; a reader meanwhile gets the old one or the new one. */
  put(path: string, bytes: Uint8Array): Promise<void>
  /** The paths of the cache's own files below a folder ('' for all there are). */
  list(folder: string): Promise<string[]>
  /** Removes files. Nothing happens where there are none. */
  remove(paths: readonly string[]): Promise<void>
}
