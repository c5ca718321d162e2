/** What every format reader gives: the shape first, from headers alone; the rows when asked. */
import type { ByteSource } from '../sources/source.ts'

export interface Progress {
  phase: 'read' | 'norms'
  /** Bytes for 'read', rows for 'norms'. */
  done: number
  total: number
}

export interface LoadOptions {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  /** What to do with bytes that are not UTF-8 in a token: refuse (the default), put U+FFFD, or drop them. */
  encodingErrors?: 'strict' | 'replace' | 'ignore' | undefined
  /** The tensor to take, where a file holds several. */
  tensor?: string | undefined
}

/** Rows as they lie in the file. 'int8' rows have a float32 scale each and are widened when loaded. */
export type StoredType = 'f32' | 'int8'

export interface TensorInfo {
  name: string
  dtype: string
  shape: readonly number[]
}

/** A table that has been recognised and whose shape is known, but whose rows have not been read. */
export interface TableFile {
  readonly format: FormatName
  /** How the rows are stored in the file. */
  readonly dtype: StoredType
  /** Rows in the file; duplicate words may make the table smaller. */
  readonly rowCount: number
  readonly dimension: number
  /** Bytes read so far to know all this. */
  readonly headerBytes: number
  /** All tensors of the file where it is a container, the chosen one's name. */
  readonly tensors?: readonly TensorInfo[]
  readonly tensor?: string
  /** Tensors and figures of the file that are not the table, for `inspect`. */
  readonly parameters?: number
  /**
   * Streams the rows as float32 into `target` (rowCount · dimension long, row-major), block by block, without
   * holding a second copy of the table. Rejects with `signal.reason` when aborted.
   */
  load(target: Float32Array, options?: LoadOptions): Promise<LoadedRows>
}

export interface LoadedRows {
  /** Rows written: rowCount less the duplicates. */
  readonly size: number
  /** One token a row, in order; undefined where the file has none. */
  readonly tokens: string[] | undefined
  /** Rows whose word had come before; the first is kept. */
  readonly duplicates: number
}

export type FormatName = 'safetensors' | 'npy' | 'word2vec-text' | 'word2vec-binary' | 'glove-text' | 'raw-f32'

export interface FormatReader {
  readonly name: FormatName
  /** Whether the first bytes (up to 64 KiB) look like this format. `size` is the whole file's. */
  recognises(head: Uint8Array, source: ByteSource): boolean
  /** Reads headers. Throws a RowspaceError (`INVALID_FORMAT`, `TRUNCATED`) if the file lies. */
  open(source: ByteSource, head: Uint8Array, options: LoadOptions): Promise<TableFile>
}
