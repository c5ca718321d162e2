/** Where bytes come from: what has a size and is read by ranges is a source, so all formats read alike. */

/** How bytes are read. */
export interface ReadOptions {
  /** Stops the read, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /**
   * Called by `readInto` with the count of bytes each time some have come, where the source can say so: for
   * the progress of long reads.
   */
  onBytes?: ((count: number) => void) | undefined
}

/** How models are opened by name (`hf:owner/name`). */
export interface HubOptions {
  /** The address of the hub. Default: HF_ENDPOINT, else huggingface.co. */
  endpoint?: string | undefined
  /** Default: HF_TOKEN. Sent to the endpoint alone, never printed, never cached. */
  token?: string | undefined
  /**
   * Whether what is read is cached for the next time. Default: true, which in Node means ROWSPACE_CACHE or
   * the platform's folder for caches, on a page its Cache API. A string is the folder to use instead.
   */
  cache?: boolean | string | undefined
  /** Fetch nothing: what is not cached is an error. */
  offline?: boolean | undefined
  /** Check with the hub whether a cached file has changed. */
  refresh?: boolean | undefined
}

/** How a source is opened. All but `signal` matters to URLs alone. */
export interface SourceOptions extends Pick<ReadOptions, 'signal'> {
  /**
   * Sent with each request to the URL's own origin, not to others that it redirects to:
   * `{ authorization: … }`.
   */
  headers?: Readonly<Record<string, string>> | undefined
  /** How many times in a row a request that gave no byte is repeated. Default: 5. */
  retries?: number | undefined
  /** The wait before the first retry, in milliseconds; it doubles each time. Default: 500. */
  retryMilliseconds?: number | undefined
  /** A connection that gives nothing for so many milliseconds is replaced. Default: 30,000. */
  stallMilliseconds?: number | undefined
  /** For `hf:` names. */
  hub?: HubOptions | undefined
}

/** Bytes of known size, read by range: a file, a URL, a Blob, memory, or a source of your own. */
export interface ByteSource {
  /** How messages name it: a path, a URL, 'bytes'. */
  readonly name: string
  /** Bytes in all. */
  readonly size: number
  /**
   * The bytes [start, end). Exactly `end - start` of them: a short read is an error (`TRUNCATED` or `IO`).
   * The array may share memory with the source: read it, do not write to it.
   */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>
  /**
   * Fills `target` with the bytes from `start` on, so that nothing is held twice. `target` may be a view of
   * WebAssembly memory, shared or not.
   */
  readInto?(start: number, target: Uint8Array, options?: ReadOptions): Promise<void>
  /**
   * Where a checksum came with the contents: reads what was not read yet, and compares the checksum of all of
   * it. Throws `INVALID_FORMAT`.
   */
  verify?(options?: ReadOptions): Promise<void>
  /** Closes a file handle; harmless when called twice. */
  close?(): Promise<void>
  /**
   * A file that lies beside this one (`words.json` beside `vectors.npy`), or undefined where there is none.
   */
  sibling?(name: string): Promise<ByteSource | undefined>
  /** How many reads at once are worth having. Default: 1. */
  readonly concurrency?: number | undefined
  /** The most bytes that one read is worth having, where many are read through. Default: 1 MiB. */
  readonly blockBytes?: number | undefined
  /** Bytes that a network or a disk has given so far, for its siblings too, where that is counted. */
  readonly bytesRead?: number | undefined
  /** Identifies this version of the file: a strong ETag. */
  readonly version?: string | undefined
}

/**
 * What can be read: a path (Node), an http(s) or file URL, a model's name (`hf:owner/name`), a Blob or File,
 * bytes, or a source of one's own.
 */
export type SourceLike = string | URL | Blob | Uint8Array | ArrayBuffer | ByteSource

/** Closes all of them, whatever one of them throws; then throws the first error. */
export async function closeAll(sources: Iterable<ByteSource>): Promise<void> {
  const closed = await Promise.allSettled(Array.from(sources, (source) => source.close?.()))
  for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason
}
