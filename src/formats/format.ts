/** What every format reader gives: the shape first, from headers alone; the rows when asked. */
import type { ByteSource, SourceOptions } from '../sources/source.ts'

export interface Progress {
  /** 'read' the rows, 'norms': prepare them for search, 'open' several files. */
  phase: 'read' | 'norms' | 'open'
  /** Bytes for 'read', rows for 'norms', files for 'open'. */
  done: number
  total: number
}

/** What to do with bytes that are not UTF-8 in a token: refuse (the default), put U+FFFD, or drop them. */
export type EncodingErrors = 'strict' | 'replace' | 'ignore'

export interface OpenOptions extends SourceOptions {
  encodingErrors?: EncodingErrors | undefined
  /**
   * Of a model in several files, whose headers to read: 'all', so that `tensors` and `parameters` are the model's, or the one of the 'table'.
   * 'all' unless given.
   */
  shards?: 'all' | 'table' | undefined
  /** The tensor to take, where a file holds several. */
  tensor?: string | undefined
  /** Read the file as this format instead of recognising it: for the rare file that is valid as two. */
  format?: FormatName | undefined
}

export interface LoadOptions {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * Rows as they lie in the file. 'int8' rows have a float32 scale each, 'q8_0' ones a binary16 scale for each 32 numbers; 'i8' and 'u8' are
 * whole numbers.
 */
export type StoredType =
  | 'f32'
  | 'f64'
  | 'bf16'
  | 'f16'
  | 'int8'
  | 'q8_0'
  | 'i8'
  | 'u8'
  | 'f8-e4m3'
  | 'f8-e5m2'

export interface TensorInfo {
  name: string
  dtype: string
  shape: readonly number[]
}

/** How a vocabulary writes its tokens. */
export type TokenScript = 'byte-level' | 'sentencepiece' | 'plain'

/** A model's tokens by id, as its file writes them. There may be more than rows, or fewer, and two may be equal. */
export interface WrittenTokens {
  readonly list: readonly string[]
  readonly script: TokenScript
}

/** A table that has been recognised and whose shape is known, but whose rows have not been read. */
export interface TableFile {
  readonly format: FormatName
  /** How the rows are stored in the file. */
  readonly dtype: StoredType
  /** Rows in the file; duplicate words may make the table of a text file smaller. */
  readonly size: number
  readonly dimension: number
  /** Where rows are kept as they come unless told otherwise: the type, and `loadBits` reads them. Else they are float32. */
  readonly elementType?: 'bf16' | 'f16'
  /** Bytes read so far to know all this. */
  readonly headerBytes: number
  /** All tensors of the file where it is a container, and the chosen one's name. */
  readonly tensors?: readonly TensorInfo[]
  readonly tensor?: string
  /** The tokens of the model's own tokenizer, where the file has them. */
  readonly writtenTokens?: WrittenTokens
  /** Numbers in all tensors of the file (the table's too, the tokens' not), where it is a container. */
  readonly parameters?: number
  /** Bytes of all files, where there are several and their headers were read. */
  readonly fileBytes?: number
  /**
   * Streams the rows as float32 into `target` (rowCount · dimension long, row-major), block by block, without holding
   * a second copy of the table. `target` may be a view of WebAssembly memory, shared or not; that memory must not
   * grow before the promise settles. Rejects with `signal.reason` when aborted, with `LENGTH_MISMATCH` if `target` has another length;
   * after a rejection `target` holds rubbish.
   */
  load(target: Float32Array, options?: LoadOptions): Promise<LoadedRows>
  /** The same for rows of `elementType`, kept as their bits. */
  loadBits?(target: Uint16Array, options?: LoadOptions): Promise<LoadedRows>
  /** Rows by their places, where the file's layout has them: a table is read piece by piece then, whatever its size. Reads the tokens. */
  openRows?(options?: LoadOptions): Promise<FileRows>
  /**
   * Sources that the reader opened: files of the model, entries of an archive. They are closed with the file, and what has a checksum
   * (`verify`) is held against it once the rows were read.
   */
  readonly parts?: readonly ByteSource[]
}

/** The rows of an open file by their places. */
export interface FileRows {
  /** One token per row, two of which may be equal; undefined where the file has none. */
  readonly tokens: readonly string[] | undefined
  /** Rows [start, end) as float32, row-major. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Float32Array>
}

export interface LoadedRows {
  /** Rows written, from the start of `target`: rowCount less the duplicates. What lies behind them is rubbish. */
  readonly size: number
  /** One token per row, in order; undefined where the file has none. Two may be equal: the first row then has the name. */
  readonly tokens: readonly string[] | undefined
  /** Rows of a text file that were left out because their word had come before. Elsewhere a row's place is its token's id: all are kept. */
  readonly duplicates: number
  /** What `onProgress` threw first, if it did: the load goes on. */
  readonly progressError?: unknown
}

export type FormatName =
  | 'safetensors'
  | 'safetensors-index'
  | 'gguf'
  | 'npy'
  | 'npz'
  | 'word2vec-text'
  | 'word2vec-binary'
  | 'glove-text'
  | 'raw-f32'

export interface FormatReader {
  readonly name: FormatName
  /** Whether it reads here and there: of a stream, which would begin anew each time, it needs the contents in memory. */
  readonly seeks?: true
  /** Whether the first bytes (up to 64 KiB) look like this format. */
  recognises(head: Uint8Array, source: ByteSource): boolean | Promise<boolean>
  /** Reads headers. Throws a RowspaceError (`INVALID_FORMAT`, `TRUNCATED`, `UNSUPPORTED`) if the file lies. */
  open(source: ByteSource, head: Uint8Array, options: OpenOptions): Promise<TableFile>
}
