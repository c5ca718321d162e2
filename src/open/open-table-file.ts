/** Opens a table: finds out its format from its first bytes and reads its header. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'
import { fastTextReader } from '../formats/fasttext/reader.ts'
import type {
  FileRows,
  FormatReader,
  FoundWords,
  LoadedRows,
  LoadOptions,
  OpenOptions,
  ReaderOptions,
  TableFile,
} from '../formats/format.ts'
import { ggufReader } from '../formats/gguf/reader.ts'
import { unsupported } from '../formats/malformed.ts'
import { npyReader } from '../formats/numpy/npy.ts'
import { npzReader } from '../formats/numpy/npz.ts'
import { guessKind, rejectOtherKinds } from '../formats/other-kinds.ts'
import { rawReader } from '../formats/raw.ts'
import { safetensorsReader } from '../formats/safetensors/reader.ts'
import { safetensorsIndexReader } from '../formats/safetensors/shards.ts'
import { gloveTextReader } from '../formats/text/glove.ts'
import { word2vecBinaryReader } from '../formats/text/word2vec-binary.ts'
import { word2vecTextReader } from '../formats/text/word2vec-text.ts'
import { readNamedWords } from '../formats/text/words-beside.ts'
import { readExactly } from '../sources/blocks.ts'
import { bytesSource } from '../sources/bytes.ts'
import { gunzipped, isGzip } from '../sources/gzip.ts'
import { pickSourceOptions } from '../sources/options.ts'
import { type ByteSource, closeAll, type ReadOptions } from '../sources/source.ts'
import type { UnpackedSource } from '../sources/unpacked.ts'
import { isByteSource, openNamed, openSourceOrFolder, type SourceLike } from './open-source.ts'
import { readOpenOptions } from './read-open-options.ts'

/** An open table file. Close it. */
export type OpenTableFile = TableFile & {
  /** What the file is read from. */
  readonly source: ByteSource
  /** Closes the source and all parts; harmless when called twice. */
  close(): Promise<void>
}

const HEAD_BYTES = 1 << 16

/** Tried in this order: the surest signatures first, and last the format that has none. */
export const READERS: readonly FormatReader[] = [
  npyReader,
  npzReader,
  ggufReader,
  fastTextReader,
  safetensorsReader,
  safetensorsIndexReader,
  word2vecTextReader,
  word2vecBinaryReader,
  gloveTextReader,
  rawReader,
]

/**
 * Opens a table file and reads its header, not its rows. The format is recognised by content, never by name.
 *
 * A directory that holds `vectors.f32` and `words.json`, or a model's safetensors, is a table too. Close what
 * you opened: a file stays open until then. Your own ByteSource is left open.
 *
 * @throws `INVALID_FORMAT` if the file is empty, of no known format, or lies; `TRUNCATED` if it is cut short;
 *   `UNSUPPORTED` if it is well formed but of a type that is not read; `NOT_FOUND` if there is no such file,
 *   or no such tensor in it; `IO`
 */
export async function openTableFile(like: SourceLike, given: OpenOptions = {}): Promise<OpenTableFile> {
  const options = readOpenOptions(given)
  const opened = await openSourceOrFolder(like, TABLE_FILES, pickSourceOptions(options), noTableIn)
  const { source, file: found } = opened
  const format = found === 'vectors.f32' ? 'raw-f32' : undefined
  // the caller's own source is left open
  const own = isByteSource(like) ? [] : [source]
  try {
    const words = options.words === undefined ? undefined : await openWords(options.words, source, options)
    const file = await readHeader(source, { ...options, words, format: options.format ?? format })
    return owned(file, source, own)
  } catch (error) {
    await closeAll(own)
    throw error
  }
}

/** The words in the file that the caller named. */
async function openWords(like: SourceLike, table: ByteSource, options: OpenOptions): Promise<FoundWords> {
  const file = await openNamed(like, table, options)
  try {
    return await readNamedWords(file, options)
  } finally {
    if (!isByteSource(like)) await file.close?.()
  }
}

/** The file and its sources: what is read is held against its checksum, and `close()` closes all of them. */
function owned(file: TableFile, source: ByteSource, own: readonly ByteSource[]): OpenTableFile {
  const { load, loadBits, loadBlocks, loadCodes, rows, size, rowsInFile, parts = [] } = file
  const verify = async (options: ReadOptions) => {
    // of a file that is not read to its end no checksum is known
    if (rowsInFile !== undefined) return
    for (const part of parts) await part.verify?.(options)
  }
  const checked =
    <Target>(fill: (target: Target, options?: LoadOptions) => Promise<LoadedRows>) =>
    async (target: Target, options: LoadOptions = {}) => {
      const loaded = await fill(target, options)
      await verify(options)
      return loaded
    }
  return {
    ...file,
    source,
    load: checked(load),
    ...(loadBits && { loadBits: checked(loadBits) }),
    ...(loadBlocks && { loadBlocks: checked(loadBlocks) }),
    ...(loadCodes && {
      async loadCodes(target: Int8Array, scales: Float32Array, options: LoadOptions = {}) {
        const loaded = await loadCodes(target, scales, options)
        await verify(options)
        return loaded
      },
    }),
    ...(rows && { rows: checkedRows(rows, size, verify) }),
    close: () => closeAll([...parts, ...own]),
  }
}

/** Rows that are read through are held against the checksum before the last of them is returned. */
function checkedRows(
  { read, ...rows }: FileRows,
  size: number,
  verify: (options: ReadOptions) => Promise<void>,
): FileRows {
  return {
    ...rows,
    async read(start, end, signal) {
      const block = await read(start, end, signal)
      if (end === size) await verify({ signal })
      return block
    },
  }
}

/** What makes a directory a table, the first that is there. */
const TABLE_FILES = ['vectors.f32', 'model.safetensors', 'model.safetensors.index.json']

function noTableIn(path: string, cause: RowspaceError): RowspaceError {
  const problem = `"${path}" is a directory without ${TABLE_FILES.join(', ')}`
  return new RowspaceError('IO', `${problem}: give the path of a table's file.`, { ...cause.details, cause })
}

async function readHeader(source: ByteSource, options: ReaderOptions): Promise<TableFile> {
  const head = await readHead(source, options.signal)
  if (!isGzip(head)) return (await findReader(source, head, options)).open(source, head, options)
  const unpacked = await gunzipped(source, options)
  try {
    const file = await readUnpacked(unpacked, options)
    return { ...file, parts: [...(file.parts ?? []), unpacked] }
  } catch (error) {
    await unpacked.close()
    throw error
  }
}

/** The table in a gzip file, of any format. */
async function readUnpacked(unpacked: UnpackedSource, options: ReaderOptions): Promise<TableFile> {
  const head = await readHead(unpacked, options.signal)
  const reader = await findReader(unpacked, head, options)
  const contents = reader.seeks ? await unpackedInMemory(unpacked, options.signal) : unpacked
  return reader.open(contents, head, options)
}

const MAX_UNPACKED_BYTES = 1 << 28

/** All of a stream whose reader does not read it from front to back, unpacked once. */
async function unpackedInMemory(
  unpacked: UnpackedSource,
  signal: AbortSignal | undefined,
): Promise<ByteSource> {
  const { name, size } = unpacked
  if (size > MAX_UNPACKED_BYTES) {
    throw unsupported(
      unpacked,
      `an archive in a gzip file is unpacked into memory, of at most ${MAX_UNPACKED_BYTES} bytes; this ` +
        `one has ${size}. Unpack it first (gunzip).`,
      { size },
    )
  }
  const bytes = await readExactly(unpacked, 0, size, signal)
  return { ...bytesSource(bytes, name), sibling: (beside) => unpacked.sibling(beside) }
}

async function readHead(source: ByteSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (source.size > 0) return readExactly(source, 0, Math.min(HEAD_BYTES, source.size), signal)
  throw new RowspaceError('INVALID_FORMAT', `${source.name} is empty: a table was expected.`, {
    source: source.name,
  })
}

async function findReader(
  source: ByteSource,
  head: Uint8Array,
  options: ReaderOptions,
): Promise<FormatReader> {
  const { format } = options
  rejectOtherKinds(source, head, format !== undefined)
  for (const reader of READERS) {
    if (format ? reader.name !== format : !(await reader.recognises(head, source))) continue
    rejectUnused(source, reader, options)
    return reader
  }
  if (format) {
    const names = READERS.map((reader) => reader.name).join(', ')
    throw new RowspaceError('INVALID_ARGUMENT', `There is no format ${describe(format)}: ${names} are known.`)
  }
  throw unknownFormat(source, head)
}

/** Throws `INVALID_ARGUMENT` for an option that the format has no use for. */
function rejectUnused({ name }: ByteSource, reader: FormatReader, { tensor, words }: ReaderOptions): void {
  const reject = (problem: string) => {
    throw new RowspaceError('INVALID_ARGUMENT', `${problem}: leave it out.`, { source: name })
  }
  if (tensor !== undefined && !reader.takes.includes('tensor')) {
    reject(`tensor is ${describe(tensor)}, and ${name} (${reader.name}) has one table, without a name`)
  }
  if (words !== undefined && !reader.takes.includes('words')) {
    reject(`${words.from} was given as the words of ${name}, whose rows have words of their own`)
  }
}

function unknownFormat(source: ByteSource, head: Uint8Array): RowspaceError {
  const start = new TextDecoder().decode(head.subarray(0, 24))
  const guess = guessKind(head)
  const advice = guess ? ` It looks like ${guess.name}. ${guess.remedy}` : ''
  return new RowspaceError(
    'INVALID_FORMAT',
    `${source.name} (${source.size} bytes, starting ${JSON.stringify(start)}) is no table that rowspace ` +
      'knows: safetensors, GGUF, npy, npz, word2vec text or binary, GloVe text, fastText .bin, or raw ' +
      `float32 rows with a words.json beside them.${advice}`,
    { source: source.name, size: source.size, ...(guess && { kind: guess.name }) },
  )
}
