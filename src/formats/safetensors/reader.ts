/**
 * Safetensors: tables of any model, and rowspace's own int8 layout.
 *
 * ```
 * embeddings F32 [V, d]                        a table, by this name or one that models use
 *            BF16, F16                         kept as they come
 *            F64, F8_E4M3, F8_E5M2, I8, U8     widened to float32, exactly; F64 rounded to the nearest
 * embeddings I8  [V, d]  + scales F32 [V]      an int8 table: x = fl32(code · scale of its row)
 * tokens     U8  [n]                           optional: the UTF-8 bytes of a JSON list of V strings
 * ```
 */
import { type BlockOptions, readBlocks, readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { chooseTensor } from '../choose-tensor.ts'
import type { EncodingErrors, FileRows, FormatReader, OpenOptions, StoredType, TableFile } from '../format.ts'
import { copyNumbers } from '../loading.ts'
import { invalidFormat } from '../malformed.ts'
import { storedType, TensorTable } from '../tensor-table.ts'
import { checkWordCount, parseWordList } from '../text/word-list.ts'
import { F32, type NumberType, rowsOfNumbers } from '../widen.ts'
import { readSafetensorsHeader, type SafetensorsHeader, type StoredTensor } from './header.ts'

/** The names of rowspace's own layout. */
export const EMBEDDINGS = 'embeddings'
export const SCALES = 'scales'
export const TOKENS = 'tokens'

export const safetensorsReader: FormatReader = {
  name: 'safetensors',
  recognises: looksLikeSafetensors,
  async open(source: ByteSource, _head: Uint8Array, options: OpenOptions): Promise<TableFile> {
    const header = await readSafetensorsHeader(source, options.signal)
    return new SafetensorsTable(source, header, options)
  },
}

/**
 * A JSON object after eight bytes that are no text. (A length up to the limit of 100 MB has zeros in its upper four bytes; eight
 * printable bytes and a brace are a word list or JSON lines.)
 */
function looksLikeSafetensors(head: Uint8Array): boolean {
  const prefix = head.subarray(0, 8)
  if (prefix.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))) return false
  if (/^\d+ \d+\r?\n/.test(String.fromCharCode(...prefix))) return false
  let index = 8
  while (index < head.length && ' \t\r\n'.includes(String.fromCharCode(head[index]!))) index++
  return head[index] === 0x7b // {
}

const STORED_TYPES: ReadonlyMap<string, StoredType> = new Map([
  ['F64', 'f64'],
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['F8_E4M3', 'f8-e4m3'],
  ['F8_E5M2', 'f8-e5m2'],
  ['I8', 'i8'],
  ['U8', 'u8'],
])
const REMEDY = 'Convert it to F32.'

export class SafetensorsTable extends TensorTable<StoredTensor> {
  readonly format = 'safetensors'
  readonly #scales: StoredTensor | undefined
  readonly #tokens: StoredTensor | undefined
  readonly #encodingErrors: EncodingErrors

  constructor(source: ByteSource, header: SafetensorsHeader, options: OpenOptions) {
    const rows = chooseTensor(source, header.tensors, options.tensor)
    const scales = findScales(source, rows, header)
    const words = findTokens(source, header)
    const dtype = scales ? 'int8' : storedType(source, rows, STORED_TYPES, REMEDY)
    super({ source, header, rows, dtype, words })
    this.#scales = scales
    this.#tokens = words
    this.#encodingErrors = options.encodingErrors ?? 'strict'
    this.leadBytes = (words?.elements ?? 0) + (scales?.elements ?? 0) * 4
  }

  /** Rows of codes, each times its scale: exact in float64 (8 + 24 bits), so rounded once. */
  protected override rowReader(type: NumberType): FileRows['read'] {
    const read = super.rowReader(type)
    if (this.#scales === undefined) return read
    const readScales = rowsOfNumbers(this.file, this.#scales.start, F32, 1)
    return async (start, end, signal) => {
      const [rows, factors] = [await read(start, end, signal), await readScales(start, end, signal)]
      return rows.map((code, place) => code * factors[Math.floor(place / this.dimension)]!)
    }
  }

  protected override async widen(target: Float32Array, options: BlockOptions): Promise<void> {
    const scales = this.#scales
    if (scales === undefined) return super.widen(target, options)
    const factors = new Float32Array(this.size)
    // the scales lie before the rows, whose progress starts at 0
    const onBytes = (done: number) => options.onBytes?.(done - factors.byteLength)
    await copyNumbers(this.file, scales.start, factors, { ...options, onBytes })
    await widenCodes(this.file, this.rows, factors, target, options)
  }

  protected override async readTokens(signal: AbortSignal | undefined): Promise<string[] | undefined> {
    if (!this.#tokens) return undefined
    const { start, end } = this.#tokens
    const bytes = await readExactly(this.file, start, end, signal)
    const place = { name: `${this.file.name}, tensor "${TOKENS}"`, offset: start }
    const tokens = parseWordList(this.file, bytes, this.#encodingErrors, place)
    checkWordCount(this.file, tokens, this.size, `tensor "${TOKENS}"`)
    return tokens
  }
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
    `tensor "${SCALES}" is ${scales.dtype} [${scales.shape}]; the ${rows.shape[0]} int8 rows need F32 [${rows.shape[0]}].`,
  )
}

function findTokens(source: ByteSource, header: SafetensorsHeader): StoredTensor | undefined {
  const tokens = header.tensors.get(TOKENS)
  if (!tokens || (tokens.dtype === 'U8' && tokens.shape.length === 1)) return tokens
  throw invalidFormat(
    source,
    `tensor "${TOKENS}" is ${tokens.dtype} [${tokens.shape}]; the bytes of a JSON list, U8 in one dimension, were expected.`,
  )
}

/** target[row, column] = fl32(code · scale): the product is exact in float64 (8 + 24 bits), so it is rounded once. */
async function widenCodes(
  source: ByteSource,
  rows: StoredTensor,
  scales: Float32Array,
  target: Float32Array,
  options: BlockOptions,
): Promise<void> {
  const dimension = rows.shape[1]!
  let index = 0
  for await (const block of readBlocks(source, rows.start, rows.end, options)) {
    const codes = new Int8Array(block.buffer, block.byteOffset, block.length)
    let row = Math.floor(index / dimension)
    let rowEnd = (row + 1) * dimension - index
    for (let position = 0; position < codes.length; position++) {
      if (position === rowEnd) {
        row++
        rowEnd += dimension
      }
      target[index + position] = codes[position]! * scales[row]!
    }
    index += codes.length
  }
}
