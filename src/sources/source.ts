/** Where bytes come from: anything with a size whose ranges can be read is a source, so all formats read alike. */

/** How bytes are read. */
export interface ReadOptions {
  /** Stops what is under way, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** How models are opened by name (`hf:owner/name`). */
export interface HubOptions {
  /** The address of the hub: HF_ENDPOINT unless given, else huggingface.co. */
  endpoint?: string | undefined
  /** HF_TOKEN unless given. Sent to the endpoint alone, never printed, never cached. */
  token?: string | undefined
  /**
   * Whether what is read is cached for the next time, true unless given: in Node in ROWSPACE_CACHE or the platform's folder for caches
   * (or the folder given here), on a page in its Cache API.
   */
  cache?: boolean | string | undefined
  /** Fetch nothing: what is not cached is an error. */
  offline?: boolean | undefined
  /** Ask the hub whether the file has changed, where the cached file would do. */
  refresh?: boolean | undefined
}

/** How a source is opened. All but `signal` matters to URLs alone. */
export interface SourceOptions extends ReadOptions {
  /** Sent with every request to the URL's own origin, and to no other that it redirects to: `{ authorization: … }`. */
  headers?: Readonly<Record<string, string>> | undefined
  /** How many times in a row a request that gave no byte is made again. 5 unless given. */
  retries?: number | undefined
  /** The wait before the first retry, in milliseconds; it doubles each time. 500 unless given. */
  retryMilliseconds?: number | undefined
  /** A connection that gives nothing for so many milliseconds is given up and made anew. 30,000 unless given. */
  stallMilliseconds?: number | undefined
  /** For `hf:` names. */
  hub?: HubOptions | undefined
}

/** Bytes of known size, read by range: a file, a URL, a Blob, memory, or a source of your own. */
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
  /**
   * The same, written to `target` (as many bytes as it is long, from byte `start` on), so that nothing is held twice. `target` may be a view
   * of WebAssembly memory, shared or not.
   */
  readInto?(start: number, target: Uint8Array, options?: ReadOptions): Promise<void>
  /**
   * Where a checksum came with the contents: reads what was not read yet, and holds all of it against the checksum.
   * Throws `INVALID_FORMAT`.
   */
  verify?(options?: ReadOptions): Promise<void>
  /** Lets go of a file handle; harmless when called twice. */
  close?(): Promise<void>
  /** A file that lies beside this one (`words.json` beside `vectors.npy`), or undefined where there is none. */
  sibling?(name: string): Promise<ByteSource | undefined>
  /** Reads that are worth having under way at once; 1 unless given. */
  readonly concurrency?: number
  /** Bytes that a network or a disk has given so far, for its siblings too, where that is counted. */
  readonly bytesRead?: number
  /** What tells this version of the file from another: a strong ETag. */
  readonly version?: string | undefined
}

/** Closes all of them, whatever one of them throws; then throws the first of it. */
export async function closeAll(sources: Iterable<ByteSource>): Promise<void> {
  const closed = await Promise.allSettled(Array.from(sources, (source) => source.close?.()))
  for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason
}
