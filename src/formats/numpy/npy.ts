/** npy: a bare array of rows, with a file of words beside it or without. float16, float32 and float64, any byte order, any order. */
import { readBlocks } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import type { FileRows, FormatReader, LoadedRows, LoadOptions, OpenOptions, TableFile } from '../format.ts'
import { checkTarget, copyNumbers, ProgressReporter } from '../loading.ts'
import { invalidFormat, safeProduct, shortened, truncated, unsupported } from '../malformed.ts'
import { checkWordCount } from '../text/word-list.ts'
import { stem, wordsBeside } from '../text/words-beside.ts'
import { halfOf, NUMBER_TYPES, narrow, rowsOfNumbers } from '../widen.ts'
import { NPY_MAGIC, type NpyHeader, readNpyHeader } from './npy-header.ts'

export const npyReader: FormatReader = {
  name: 'npy',
  recognises: (head) => NPY_MAGIC.every((byte, index) => head[index] === byte),
  async open(source: ByteSource, _head: Uint8Array, options: OpenOptions): Promise<TableFile> {
    const header = await readNpyHeader(source, options.signal)
    return npyTable(source, header, await wordsBeside(source, wordFiles(source), options))
  },
}

export interface ArrayWords {
  readonly words: readonly string[]
  /** Where they come from, for messages. */
  readonly from: string
}

/** The array of an npy file as a table. Throws `UNSUPPORTED`, `INVALID_FORMAT`, `TRUNCATED` where it is none. */
export function npyTable(source: ByteSource, header: NpyHeader, named: ArrayWords | undefined): TableFile {
  const layout = checkLayout(source, header)
  if (named) checkWordCount(source, named.words, layout.size, named.from)
  const load = (target: Float32Array | Uint16Array, options: LoadOptions = {}) =>
    loadArray(source, layout, named?.words, target, options)
  return {
    format: 'npy',
    dtype: STORED_TYPES[layout.itemBytes],
    ...(layout.itemBytes === 2 && isAsKept(layout) ? { elementType: 'f16' as const, loadBits: load } : {}),
    size: layout.size,
    dimension: layout.dimension,
    headerBytes: header.headerBytes,
    load,
    ...(isAsKept(layout) ? { openRows: async () => fileRows(source, layout, named?.words) } : {}),
  }
}

const STORED_TYPES = { 2: 'f16', 4: 'f32', 8: 'f64' } as const
const NUMBER_NAMES = { 2: 'F16', 4: 'F32', 8: 'F64' } as const

function fileRows(source: ByteSource, layout: Layout, tokens: readonly string[] | undefined): FileRows {
  const type = NUMBER_TYPES.get(NUMBER_NAMES[layout.itemBytes])!
  return { tokens, read: rowsOfNumbers(source, layout.start, type, layout.dimension) }
}

/** Where the words may be, in the order in which they are looked for. */
export function wordFiles(source: ByteSource): string[] {
  const name = stem(source)
  return ['words.json', `${name}.json`, 'words.txt', 'vocab.txt', `${name}.txt`]
}

/** How the numbers lie in the file. */
interface Layout {
  readonly size: number
  readonly dimension: number
  /** Of the first number. */
  readonly start: number
  readonly itemBytes: 2 | 4 | 8
  readonly littleEndian: boolean
  readonly fortranOrder: boolean
}

function checkLayout(source: ByteSource, header: NpyHeader): Layout {
  const { descr, shape, headerBytes } = header
  const type = /^([<>])f([248])$/.exec(descr)
  if (!type) {
    throw unsupported(
      source,
      `its numbers are '${shortened(descr)}'; float16, float32 and float64 ('<f2', '<f4', '<f8', or '>') are read. Save it with .astype('float32').`,
      { dtype: descr },
    )
  }
  if (shape.length !== 2) {
    throw invalidFormat(source, `its shape is (${shape.join(', ')}); a table has two dimensions.`, { shape })
  }
  const [size, dimension] = shape as [number, number]
  const itemBytes = Number(type[2]) as 2 | 4 | 8
  const bytes = safeProduct([size, dimension, itemBytes])
  if (!bytes) {
    throw invalidFormat(
      source,
      `its shape is (${shape.join(', ')}): ${bytes === 0 ? 'no rows' : 'no file is so large'}.`,
    )
  }
  const end = headerBytes + bytes
  if (end > source.size) throw truncated(source, `an array of shape (${shape.join(', ')})`, end)
  if (end < source.size) {
    throw invalidFormat(
      source,
      `${source.size - end} bytes follow the array of shape (${shape.join(', ')}).`,
      {
        expected: end,
        actual: source.size,
      },
    )
  }
  const { fortranOrder } = header
  return { size, dimension, start: headerBytes, itemBytes, littleEndian: type[1] === '<', fortranOrder }
}

async function loadArray(
  source: ByteSource,
  layout: Layout,
  words: readonly string[] | undefined,
  target: Float32Array | Uint16Array,
  options: LoadOptions,
): Promise<LoadedRows> {
  checkTarget(target, layout.size, layout.dimension)
  const progress = new ProgressReporter(options, target.length * layout.itemBytes)
  if (target.BYTES_PER_ELEMENT === layout.itemBytes && isAsKept(layout)) {
    await copyNumbers(source, layout.start, target, progress.blockOptions(options))
  } else {
    await convert(source, layout, target, progress.blockOptions(options))
  }
  return progress.finish({ size: layout.size, tokens: words, duplicates: 0 })
}

/** Whether the bytes lie as a table has them. */
function isAsKept({ littleEndian, fortranOrder }: Layout): boolean {
  return littleEndian && !fortranOrder
}

/** Number by number: turns bytes round, narrows float64, and takes columns for rows, as the layout asks. */
async function convert(
  source: ByteSource,
  layout: Layout,
  target: Float32Array | Uint16Array,
  options: Parameters<typeof readBlocks>[3],
): Promise<void> {
  const { itemBytes, littleEndian } = layout
  let item = 0
  // Blocks are whole numbers: their size is a multiple of eight.
  for await (const block of readBlocks(source, layout.start, source.size, options)) {
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    for (let offset = 0; offset < block.length; offset += itemBytes) {
      const place = placeOf(item, layout)
      if (itemBytes === 2) target[place] = halfOf(view.getUint16(offset, littleEndian))
      else if (itemBytes === 4) target[place] = view.getFloat32(offset, littleEndian)
      else target[place] = narrow(source, view.getFloat64(offset, littleEndian), place, layout.dimension)
      item++
    }
  }
}

/** Where number `item` of the file goes in the row-major table. */
function placeOf(item: number, { fortranOrder, size, dimension }: Layout): number {
  if (!fortranOrder) return item
  const column = Math.floor(item / size)
  return (item - column * size) * dimension + column
}
