/** What every format reader returns: the shape first, from headers alone, then the rows on demand. */
import type { Progress } from '../core/progress.ts'
import type { ByteSource, SourceLike, SourceOptions } from '../sources/source.ts'

/** What to do with bytes in a token that are not UTF-8: reject, put U+FFFD in their place, or drop them. */
export type EncodingErrors = 'strict' | 'replace' | 'ignore'

/** How the words of a text are written in bytes. 'latin1' is ISO 8859-1: each byte is a letter. */
export type Encoding = 'utf-8' | 'latin1'

/** How words are read from the bytes of a file. */
export interface WordOptions {
  /**
   * How the file writes its words: 'utf-8' unless given. JSON, safetensors, npz and GGUF have UTF-8 or code
   * points whatever this says.
   */
  encoding?: Encoding | undefined
  /** What to do with bytes in tokens that are not UTF-8: 'strict' unless given. */
  encodingErrors?: EncodingErrors | undefined
}

/** How a table file is opened. */
export interface OpenOptions extends SourceOptions, WordOptions {
  /**
   * Read the first so many rows, with their tokens, and no more of the file than they need. All unless given.
   * What is left out is not checked.
   */
  limit?: number | undefined
  /**
   * A file with the names of the rows, one per line or as a JSON list, instead of those in the file or beside
   * it. An error for text, word2vec and fastText files, whose rows have words.
   */
  words?: SourceLike | undefined
  /**
   * Of a model in several files, whose headers to read: 'all', so that `tensors` and `parameters` are the
   * model's, or the one of the 'table'. 'all' unless given.
   */
  shards?: 'all' | 'table' | undefined
  /** The tensor to take, where a file holds several. */
  tensor?: string | undefined
  /** Read the file as this format instead of recognising it: for the rare file that is valid as two. */
  format?: FormatName | undefined
}

/** How rows are loaded. */
export interface LoadOptions {
  /** Stops the load; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Called now and then. What it throws does not stop the load. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * Rows as they lie in the file. 'int8' rows have a float32 scale each; 'i8' and 'u8' are integers. Those of
 * GGUF files may be quantised in blocks: 'q4_k' is ggml's Q4_K.
 */
export type StoredType =
  | 'f32'
  | 'f64'
  | 'bf16'
  | 'f16'
  | 'int8'
  | 'q8_0'
  | 'q6_k'
  | 'q5_k'
  | 'q4_k'
  | 'q3_k'
  | 'q2_k'
  | 'q5_1'
  | 'q5_0'
  | 'q4_1'
  | 'q4_0'
  | 'q2_0'
  | 'q1_0'
  | 'iq4_nl'
  | 'iq4_xs'
  | 'mxfp4'
  | 'tq1_0'
  | 'tq2_0'
  | 'i8'
  | 'u8'
  | 'f8-e4m3'
  | 'f8-e5m2'

/** A tensor as the header of its file describes it. */
export interface TensorInfo {
  /** Its name, unique in the file. */
  name: string
  /** Its type as the file writes it: 'F32', 'BF16', 'Q8_0' … */
  dtype: string
  /** The number of elements along each dimension, the outermost first. */
  shape: readonly number[]
}

/** How a vocabulary writes its tokens. */
export type TokenScript = 'byte-level' | 'sentencepiece' | 'plain'

/**
 * A model's tokens by id, as its file writes them. They may be more than rows, or fewer; two may be equal.
 */
export interface WrittenTokens {
  readonly list: readonly string[]
  readonly script: TokenScript
}

/** Words of rows that have none, from another file. */
export interface FoundWords {
  readonly words: readonly string[]
  /** Where they come from, for messages. */
  readonly from: string
  /** Bytes that were read for them. */
  readonly bytes: number
}

/** What a reader needs to know: the words that the caller named have been read. */
export interface ReaderOptions extends Omit<OpenOptions, 'words'> {
  readonly words?: FoundWords | undefined
}

/** A table that has been recognised and whose shape is known, but whose rows have not been read. */
export interface TableFile {
  /** The format of the file, recognised by its content. */
  readonly format: FormatName
  /** How the rows are stored in the file. */
  readonly dtype: StoredType
  /** Bits that a number takes on average, scales included, where rows are quantised in blocks. */
  readonly bitsPerWeight?: number
  /**
   * Rows that are read: those of the file, or `limit` of them. Duplicate words may make the table of a text
   * file smaller.
   */
  readonly size: number
  /** Rows of the file, where `limit` leaves some out; Infinity where the file does not say. */
  readonly rowsInFile?: number
  /** Numbers per row, d. */
  readonly dimension: number
  /** The type that tables keep the rows in by default, read by `loadBits`. Undefined for float32. */
  readonly elementType?: 'bf16' | 'f16'
  /** Bytes read so far to know all this. */
  readonly headerBytes: number
  /** All tensors of the file, where it is a container. */
  readonly tensors?: readonly TensorInfo[]
  /** The name of the tensor that is the table, where the file is a container. */
  readonly tensor?: string
  /** The tokens of the model's own tokenizer, where the file has them. */
  readonly writtenTokens?: WrittenTokens
  /** Numbers in all tensors of the file (the table's too, the tokens' not), where it is a container. */
  readonly parameters?: number
  /** Bytes of all files, where there are several and their headers were read. */
  readonly fileBytes?: number
  /**
   * Streams the rows as float32 into `target` (size · dimension long, row-major), block by block, without
   * holding a second copy of the table. `target` may be a view of WebAssembly memory, shared or not; that
   * memory must not grow before the promise settles. Rejects with `signal.reason` when aborted, with
   * `INVALID_ARGUMENT` or `LENGTH_MISMATCH` if `target` has another type or length; after a rejection
   * `target` holds rubbish.
   */
  load(target: Float32Array, options?: LoadOptions): Promise<LoadedRows>
  /** The same for rows of `elementType`, as their bits. */
  loadBits?(target: Uint16Array, options?: LoadOptions): Promise<LoadedRows>
  /**
   * As `load`, in blocks: `take` gets some rows at a time, in order, in memory that the next ones replace. For
   * files whose rows have no places.
   */
  loadBlocks?(take: (rows: Float32Array) => void, options?: LoadOptions): Promise<LoadedRows>
  /** The same for rows of codes from −127 to 127 with a scale each, as they are. */
  loadCodes?(target: Int8Array, scales: Float32Array, options?: LoadOptions): Promise<LoadedRows>
  /** Rows by their places, where the layout has them: a table may be of any size. */
  readonly rows?: FileRows
  /**
   * Sources that the reader opened: files of the model, entries of an archive. They are closed with the file,
   * and what has a checksum (`verify`) is held against it once the rows were read.
   */
  readonly parts?: readonly ByteSource[]
}

/** Tokens in the file of a table that were not read when it was opened, one per row. */
export interface OwnTokens {
  /** Bytes of them where they lie: at least as many as they have as UTF-8. */
  readonly bytes: number
  /** Some at a time, in order. Throws as `readTokens`. */
  read(signal?: AbortSignal): AsyncIterable<readonly string[]>
}

/** The rows of an open file by their places. */
export interface FileRows {
  /** Reads one token per row, two of which may be equal. Undefined where the file has none. */
  readonly readTokens?: ((signal?: AbortSignal) => Promise<readonly string[]>) | undefined
  /** What `readTokens` reads, where that is in the file itself and whole text. */
  readonly ownTokens?: OwnTokens | undefined
  /** Bytes of a row where it lies. */
  readonly rowBytes: number
  /** Rows [start, end) as float32, row-major. Rejects with `INVALID_ARGUMENT` if the table lacks one. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Float32Array>
}

/** What a load wrote. */
export interface LoadedRows {
  /**
   * Rows written, from the start of `target`: those of the file without duplicates. The rest is undefined.
   */
  readonly size: number
  /**
   * One token per row; undefined where the file has none. Two may be equal: the first row then has the name.
   */
  readonly tokens: readonly string[] | undefined
  /** How often each token came in the text that a model was trained on, where its file says so. */
  readonly counts?: Float64Array
  /** Rows of a text file left out because their word had come before. Other formats have none. */
  readonly duplicates: number
  /** The first error that `onProgress` threw: the load continues. */
  readonly progressError?: unknown
}

/** The formats that rowspace reads. */
export type FormatName =
  | 'safetensors'
  | 'safetensors-index'
  | 'gguf'
  | 'npy'
  | 'npz'
  | 'word2vec-text'
  | 'word2vec-binary'
  | 'fasttext'
  | 'glove-text'
  | 'raw-f32'

export interface FormatReader {
  readonly name: FormatName
  /** The types of numbers that are read, by the names that the format has for them. */
  readonly types: readonly string[]
  /** Which of the options are for it that not all formats have a use for; the others are rejected. */
  readonly takes: readonly ('tensor' | 'words')[]
  /** Whether it reads here and there, so that it needs a stream's contents in memory. */
  readonly seeks?: true
  /** Whether the first bytes (up to 64 KiB) look like this format. */
  recognises(head: Uint8Array, source: ByteSource): boolean | Promise<boolean>
  /** Reads headers. Throws `INVALID_FORMAT`, `TRUNCATED` or `UNSUPPORTED` if the file lies. */
  open(source: ByteSource, head: Uint8Array, options: ReaderOptions): Promise<TableFile>
}
