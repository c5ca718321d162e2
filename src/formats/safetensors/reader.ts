/**
 * Safetensors: tables of any model, and rowspace's own int8 layout.
 *
 * ```
 * embeddings F32 [V, d]                        a table, by this name or one that models use
 *            BF16, F16                         as they are
 *            F64, F8_E4M3, F8_E5M2, I8, U8     widened to float32, exactly; F64 rounded to the nearest
 * embeddings I8  [V, d]  + scales F32 [V]      an int8 table: x = fl32(code · scale of its row)
 * tokens     U8  [n]                           optional: the UTF-8 bytes of a JSON list of V strings
 * ```
 */
import { isRowspaceError } from '../../core/errors.ts'
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { chooseTensor } from '../choose-tensor.ts'
import type { FormatReader, OwnTokens, ReaderOptions, TableFile } from '../format.ts'
import { invalidFormat, MAX_TEXT_BYTES, MAX_WORDS } from '../malformed.ts'
import { NUMBER_TYPES } from '../number-types.ts'
import { numberTypeOf, tensorTable } from '../tensor-table.ts'
import { checkWordCount, parseWordList, readListBlocks, readListStart } from '../text/word-list.ts'
import { namedWords } from '../text/words-beside.ts'
import { readSafetensorsHeader, type SafetensorsHeader, type StoredTensor } from './header.ts'

/** The names of rowspace's own layout. */
export const EMBEDDINGS = 'embeddings'
export const SCALES = 'scales'
export const TOKENS = 'tokens'

export const SAFETENSORS_TYPES = [...NUMBER_TYPES.keys(), 'I8 with scales']

export const safetensorsReader: FormatReader = {
  name: 'safetensors',
  types: SAFETENSORS_TYPES,
  takes: ['tensor', 'words'],
  recognises: looksLikeSafetensors,
  async open(source, _head, options) {
    return safetensorsTable(source, await readSafetensorsHeader(source, options.signal), options)
  },
}

/**
 * A JSON object after eight bytes that are no text. (A length up to the limit of 100 MB has zeros in its
 * upper four bytes; eight printable bytes and a brace are a word list or JSON lines.)
 */
function looksLikeSafetensors(head: Uint8Array): boolean {
  const prefix = head.subarray(0, 8)
  if (prefix.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))) return false
  if (/^\d+ \d+\r?\n/.test(String.fromCharCode(...prefix))) return false
  const brace = head.subarray(8).find((byte) => !' \t\r\n'.includes(String.fromCharCode(byte)))
  return brace === 0x7b
}

export function safetensorsTable(
  source: ByteSource,
  header: SafetensorsHeader,
  options: ReaderOptions,
): TableFile {
  const tensor = chooseTensor(source, header.tensors, options.tensor)
  const scales = findScales(source, tensor, header)
  const words = findWords(source, header)
  const type = numberTypeOf(source, tensor, NUMBER_TYPES, 'Convert it to F32.')
  const [size = 0] = tensor.shape
  const own = words && ((signal?: AbortSignal) => readWords(source, words, size, options, signal))
  const named = namedWords(source, size, options)
  const tokenBytes = named === undefined ? words?.elements : 0
  const readTokens = named ?? own
  const ownTokens = words && named === undefined ? findOwnTokens(source, words, size, options) : undefined
  const rows = { source, tensor, type, scales: scales?.start, readTokens, tokenBytes, ownTokens }
  return tensorTable('safetensors', header, rows, { limit: options.limit, words })
}

/** Undefined where they are not taken as they are, or are more than can be read as one text. */
function findOwnTokens(
  source: ByteSource,
  words: StoredTensor,
  size: number,
  options: ReaderOptions,
): OwnTokens | undefined {
  const { limit = size, encodingErrors = 'strict' } = options
  const areMany = words.elements > MAX_TEXT_BYTES || Math.min(size, limit) > MAX_WORDS
  if (encodingErrors !== 'strict' || areMany) return undefined
  return {
    bytes: words.elements,
    async *read(signal) {
      let count = 0
      try {
        for await (const block of readListBlocks(source, [words.start, words.end], signal)) {
          const some = limit < size ? block.slice(0, limit - count) : block
          count += some.length
          yield some
          if (limit < size && count === limit) return
        }
        checkWordCount(source, { length: count }, size, `tensor "${TOKENS}"`)
      } catch (error) {
        if (!isRowspaceError(error, 'INVALID_FORMAT') && !isRowspaceError(error, 'INVALID_ENCODING'))
          throw error
        // read whole, errors say where in the list they are
        yield (await readWords(source, words, size, options, signal)).slice(count)
      }
    },
  }
}

async function readWords(
  source: ByteSource,
  { start, end }: StoredTensor,
  size: number,
  { encodingErrors = 'strict', limit = size }: ReaderOptions,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const bytes =
    limit < size
      ? await readListStart(source, [start, end], limit, signal)
      : await readExactly(source, start, end, signal)
  const place = { name: `${source.name}, tensor "${TOKENS}"`, offset: start }
  const words = parseWordList(source, bytes, encodingErrors, place)
  checkWordCount(source, words, Math.min(limit, size), `tensor "${TOKENS}"`)
  return words
}

/** The scales of rowspace's own int8 rows; undefined for all others. */
function findScales(
  source: ByteSource,
  rows: StoredTensor,
  header: SafetensorsHeader,
): StoredTensor | undefined {
  const scales = header.tensors.get(SCALES)
  if (rows.dtype !== 'I8' || rows.name !== EMBEDDINGS || !scales) return undefined
  if (scales.dtype === 'F32' && scales.shape.length === 1 && scales.shape[0] === rows.shape[0]) return scales
  throw invalidFormat(
    source,
    `tensor "${SCALES}" is ${scales.dtype} [${scales.shape}]; the ${rows.shape[0]} int8 rows need F32 ` +
      `[${rows.shape[0]}].`,
  )
}

function findWords(source: ByteSource, header: SafetensorsHeader): StoredTensor | undefined {
  const tokens = header.tensors.get(TOKENS)
  if (!tokens || (tokens.dtype === 'U8' && tokens.shape.length === 1)) return tokens
  throw invalidFormat(
    source,
    `tensor "${TOKENS}" is ${tokens.dtype} [${tokens.shape}]; the bytes of a JSON list, U8 in one ` +
      'dimension, were expected.',
  )
}
