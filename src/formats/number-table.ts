/** The table of rows of numbers in one stretch of a file: every binary format but word2vec's. */
import { RowspaceError } from '../core/errors.ts'
import { readStraight } from '../sources/blocks.ts'
import type { FileRows, LoadedRows, LoadOptions, OwnTokens, TableFile } from './format.ts'
import { checkTarget, ReadProgress, type RowArray, type RowTarget } from './loading.ts'
import { isCount, unsupported } from './malformed.ts'
import { F32 } from './number-types.ts'
import { bytesOfRows, type PlacedRows, widenRows } from './widen.ts'

export interface NumberRows extends PlacedRows {
  /** The first byte of a float32 scale per row. */
  readonly scales?: number | undefined
  /** Returns one token per row. */
  readonly readTokens?: ((signal?: AbortSignal) => Promise<readonly string[]>) | undefined
  /** Bytes that `readTokens` reads: 0 unless given. */
  readonly tokenBytes?: number | undefined
  /** The same, some at a time, and no more than the first `limit`. */
  readonly ownTokens?: OwnTokens | undefined
}

/** What a table's header says beside its rows. */
type Described = Pick<TableFile, 'format' | 'headerBytes'> & Partial<TableFile>

/** The first `limit` of these rows as a table. */
export function numberTable(
  given: NumberRows,
  described: Described,
  limit = Number.POSITIVE_INFINITY,
): TableFile {
  const { dimension, type, scales, readTokens: readAll } = given
  const size = Math.min(given.size, limit)
  const readTokens = readAll && (async (signal?: AbortSignal) => (await readAll(signal)).slice(0, size))
  const rows = { ...given, count: size, readTokens }
  const dtype = scales === undefined ? type.stored : 'int8'
  const load = (target: Float32Array, options?: LoadOptions) => loadRows(rows, target, Float32Array, options)
  const cut = size < given.size && { rowsInFile: given.size }
  const quantised = type.numbers > 1 && { bitsPerWeight: (8 * type.bytes) / type.numbers }
  const table = { ...described, ...quantised, dtype, size, ...cut, dimension, load }
  if (rows.byColumn || rows.bigEndian) return table
  const rowBytes = bytesOfRows(rows, 1) + (scales === undefined ? 0 : 4)
  const fileRows = { readTokens, ownTokens: given.ownTokens, rowBytes, read: rowReader(rows) }
  if (dtype === 'int8') {
    const loadCodes: TableFile['loadCodes'] = async (target, factors, options) => {
      const loaded = await loadRows(rows, target, Int8Array, options, factors)
      checkCodes(rows, target)
      return loaded
    }
    return { ...table, rows: fileRows, loadCodes }
  }
  if (dtype !== 'bf16' && dtype !== 'f16') return { ...table, rows: fileRows }
  const loadBits = (target: Uint16Array, options?: LoadOptions) =>
    loadRows(rows, target, Uint16Array, options)
  return { ...table, rows: fileRows, elementType: dtype, loadBits }
}

/** Rows of which the first `count` are read. */
type CutRows = NumberRows & { readonly count: number }

async function loadRows(
  rows: CutRows,
  target: RowTarget,
  Target: RowArray,
  options: LoadOptions = {},
  scaleTarget?: Float32Array,
): Promise<LoadedRows> {
  const { source, start, count, dimension, type, tokenBytes = 0, scales } = rows
  checkTarget(target, count, dimension, Target)
  const before = tokenBytes + (scales === undefined ? 0 : count * 4)
  const progress = new ReadProgress(options, before + bytesOfRows(rows, count))
  // tokens first: if they do not fit the rows, nobody waits for the rows
  const tokens = await rows.readTokens?.(options.signal)
  const factors = await readScales(rows, 0, count, progress.blockOptions(options, tokenBytes))
  if (factors !== undefined) scaleTarget?.set(factors)
  const blockOptions = progress.blockOptions(options, before)
  const isCopied = type === F32 && !rows.bigEndian && !rows.byColumn
  if (target instanceof Float32Array && !isCopied) {
    await widenRows(rows, target, { ...blockOptions, scales: factors })
  } else {
    // bytes are copied, not numbers: rows need not be aligned
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    await readStraight(source, start, bytes, blockOptions)
  }
  return progress.finish({ size: count, tokens, duplicates: 0 })
}

/** Codes of a table are the same above and below zero. Throws `UNSUPPORTED` for −128. */
function checkCodes({ source, dimension }: CutRows, codes: Int8Array): void {
  const place = codes.indexOf(-128)
  if (place < 0) return
  const row = Math.floor(place / dimension)
  const problem = `row ${row} has the code −128; a table of int8 has codes from −127 to 127. Open it as f32.`
  throw unsupported(source, problem, { row, column: place % dimension })
}

function rowReader(rows: CutRows): FileRows['read'] {
  const { source, count: size } = rows
  return async (start, end, signal) => {
    // other tensors may lie behind the last row
    if (!isCount(start) || !isCount(end) || start > end || end > size) {
      const message = `${source.name}: rows ${start} to ${end} must be a range of its ${size} rows.`
      throw new RowspaceError('INVALID_ARGUMENT', message, { start, end, size })
    }
    const target = new Float32Array((end - start) * rows.dimension)
    const scales = await readScales(rows, start, end, { signal })
    await widenRows(rows, target, { signal, firstRow: start, scales })
    return target
  }
}

/** The scales of rows [start, end); undefined where rows have none. */
async function readScales(
  { source, scales }: NumberRows,
  start: number,
  end: number,
  options: Parameters<typeof readStraight>[3],
): Promise<Float32Array | undefined> {
  if (scales === undefined) return undefined
  const factors = new Float32Array(end - start)
  await readStraight(source, scales + start * 4, new Uint8Array(factors.buffer), options)
  return factors
}
