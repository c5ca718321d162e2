/** fastText models: a table of their words, and vectors for words that they do not have. */
import { RowspaceError } from '../core/errors.ts'
import { readChecked, readOptions, SIGNAL } from '../core/strict-options.ts'
import { describe, invalidArgument } from '../core/values.ts'
import type { FastTextHeader } from '../formats/fasttext/header.ts'
import { fastTextReader, openFastTextHeader } from '../formats/fasttext/reader.ts'
import { subwordVector } from '../formats/fasttext/subwords.ts'
import { MAX_WORD_LENGTH } from '../formats/loading.ts'
import { invalidFormat, unsupported } from '../formats/malformed.ts'
import { readExactly } from '../sources/blocks.ts'
import { isGzip } from '../sources/gzip.ts'
import { pickSourceOptions } from '../sources/options.ts'
import type { ByteSource } from '../sources/source.ts'
import type { EmbeddingTable } from '../table/embedding-table.ts'
import { isByteSource, openSource, type SourceLike } from './open-source.ts'
import { OPEN_TABLE_OPTIONS, type OpenTableOptions, openTable } from './open-table.ts'

/**
 * A fastText model: the table of its words, and its file, from which the rows of n-grams are read when a word
 * is asked for that the table does not have. Close it when you are done.
 */
export class FastTextModel {
  readonly #file: ByteSource
  readonly #header: FastTextHeader
  readonly #toBytes: (word: string) => Uint8Array
  readonly #close: () => Promise<void>

  /** @internal */
  constructor(
    /** The words, or the first of them (`limit`). */
    readonly table: EmbeddingTable,
    parts: {
      file: ByteSource
      header: FastTextHeader
      toBytes: (word: string) => Uint8Array
      close: () => Promise<void>
    },
  ) {
    this.#file = parts.file
    this.#header = parts.header
    this.#toBytes = parts.toBytes
    this.#close = parts.close
  }

  /**
   * The vector of a word, d numbers: its row where the table has it, else the mean of the rows of its n-grams,
   * which are read from the file. A word that `limit` left out counts as one that the model does not have.
   *
   * @throws RowspaceError `UNKNOWN_TOKEN` for a word that is not in the table and has no n-gram, as all have
   * none in a model without them; `DISPOSED` after `close`; what reading throws.
   */
  async vector(word: string, options: { signal?: AbortSignal | undefined } = {}): Promise<Float32Array> {
    const { signal } = readOptions(options, { signal: SIGNAL }, 'the options of vector()')
    if (typeof word !== 'string' || word.length > MAX_WORD_LENGTH) {
      throw invalidArgument(`a word must be a string of at most ${MAX_WORD_LENGTH} letters`, word)
    }
    this.table.open()
    const id = this.table.vocabulary?.idOf(word)
    if (id !== undefined) return this.table.row(id)
    const vector = await subwordVector(this.#file, this.#header, this.#toBytes(word), { signal })
    if (vector !== undefined) return vector
    const { buckets, minNgram, maxNgram } = this.#header
    const why =
      buckets === 0 || maxNgram === 0
        ? 'this model has no n-grams'
        : `has no n-gram of ${minNgram} to ${maxNgram} letters`
    throw new RowspaceError('UNKNOWN_TOKEN', `${describe(word)} is not a word of this table, and ${why}.`, {
      token: word,
    })
  }

  /** Frees the table and closes the file; harmless when called twice. */
  async close(): Promise<void> {
    this.table.dispose()
    await this.#close()
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/**
 * Opens a fastText model (.bin) for words that it does not have too. `openTable` opens the same file as a table
 * of its words alone.
 *
 * @throws RowspaceError as openTable; `INVALID_FORMAT` for another file; `UNSUPPORTED` for a packed one, whose
 * rows cannot be read here and there.
 * @example
 * const model = await openFastText('cc.en.300.bin', { limit: 200_000 })
 * model.table.nearest(await model.vector('unseenword'))
 * await model.close()
 */
export async function openFastText(
  source: SourceLike,
  options: OpenTableOptions = {},
): Promise<FastTextModel> {
  const given = readChecked(options, OPEN_TABLE_OPTIONS, 'the options of openFastText()')
  const { signal, encoding } = given
  const file = await openSource(source, pickSourceOptions(given))
  const close = async () => (isByteSource(source) ? undefined : file.close?.())
  try {
    await checkMagic(file, signal)
    const header = await openFastTextHeader(file, signal)
    const table = await openTable(file, given)
    const toBytes = encoding === 'latin1' ? latin1Bytes : (word: string) => new TextEncoder().encode(word)
    return new FastTextModel(table, { file, header, toBytes, close })
  } catch (error) {
    await close()
    throw error
  }
}

async function checkMagic(file: ByteSource, signal: AbortSignal | undefined): Promise<void> {
  const head = await readExactly(file, 0, Math.min(4, file.size), signal)
  if (isGzip(head)) {
    throw unsupported(
      file,
      'rows are read here and there, which a packed file does not allow. Unpack it (gunzip).',
    )
  }
  if (await fastTextReader.recognises(head, file)) return
  throw invalidFormat(file, 'it is not a fastText model (.bin): open it with openTable.')
}

/** Letters beyond Latin-1 are in no word of such a model: 0x3f, as encoders write them. */
function latin1Bytes(word: string): Uint8Array {
  return Uint8Array.from(word, (letter) => (letter > '\xff' ? 0x3f : letter.charCodeAt(0)))
}
