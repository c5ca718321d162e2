/** Where bytes come from: anything with a size whose ranges can be read is a source, so all formats read alike. */

export interface ReadOptions {
  signal?: AbortSignal | undefined
}

export interface ByteSource {
  /** What to call it in messages: a path, a URL, 'bytes'. */
  readonly name: string
  /** Bytes in all. */
  readonly size: number
  /**
   * The bytes [start, end). Exactly `end - start` of them: a short read is an error (`TRUNCATED` or `IO`), never a short array.
   * The array may share memory with the source: read it, do not write to it.
   */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>
  /** Lets go of a file handle; harmless when called twice. */
  close?(): Promise<void>
  /** A file that lies beside this one (`words.json` beside `vectors.npy`), or undefined where there is none. */
  sibling?(name: string): Promise<ByteSource | undefined>
}
