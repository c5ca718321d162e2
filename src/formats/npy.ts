/** npy: a bare array of rows, with a file of words beside it or without. float32 and float64, any byte order, any order. */
import { readBlocks } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import type { FormatReader, LoadedRows, LoadOptions, OpenOptions, TableFile } from './format.ts'
import { checkTarget, copyNumbers, dropDuplicates, ProgressReporter } from './loading.ts'
import { invalidFormat, safeProduct, truncated, unsupported } from './malformed.ts'
import { NPY_MAGIC, type NpyHeader, readNpyHeader } from './npy-header.ts'
import { narrow } from './widen.ts'
import { checkWordCount } from './word-list.ts'
import { stem, wordsBeside } from './words-beside.ts'

export const npyReader: FormatReader = {
  name: 'npy',
  recognises: (head) => NPY_MAGIC.every((byte, index) => head[index] === byte),
  async open(source: ByteSource, _head: Uint8Array, options: OpenOptions): Promise<TableFile> {
    const header = await readNpyHeader(source, options.signal)
    const layout = checkLayout(source, header)
    const beside = await wordsBeside(source, wordFiles(source), options)
    if (beside) checkWordCount(source, beside.words, layout.rowCount, beside.from)
    return {
      format: 'npy',
      dtype: layout.itemBytes === 8 ? 'f64' : 'f32',
      rowCount: layout.rowCount,
      dimension: layout.dimension,
      headerBytes: header.headerBytes,
      load: (target, loadOptions = {}) => loadArray(source, layout, beside?.words, target, loadOptions),
    }
  },
}

/** Where the words may be, in the order in which they are looked for. */
function wordFiles(source: ByteSource): string[] {
  const name = stem(source)
  return ['words.json', `${name}.json`, 'words.txt', 'vocab.txt', `${name}.txt`]
}

/** How the numbers lie in the file. */
interface Layout {
  readonly rowCount: number
  readonly dimension: number
  /** Of the first number. */
  readonly start: number
  readonly itemBytes: 4 | 8
  readonly littleEndian: boolean
  readonly fortranOrder: boolean
}

function checkLayout(source: ByteSource, header: NpyHeader): Layout {
  const { descr, shape, headerBytes } = header
  const type = /^([<>])f([48])$/.exec(descr)
  if (!type) {
    throw unsupported(
      source,
      `its numbers are '${descr}'; float32 and float64 ('<f4', '>f4', '<f8', '>f8') are read. Save it with .astype('float32').`,
      { dtype: descr },
    )
  }
  if (shape.length !== 2) {
    throw invalidFormat(source, `its shape is (${shape.join(', ')}); a table has two dimensions.`, { shape })
  }
  const [rowCount, dimension] = shape as [number, number]
  const itemBytes = Number(type[2]) as 4 | 8
  const bytes = safeProduct(rowCount, dimension, itemBytes)
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
  return { rowCount, dimension, start: headerBytes, itemBytes, littleEndian: type[1] === '<', fortranOrder }
}

async function loadArray(
  source: ByteSource,
  layout: Layout,
  words: readonly string[] | undefined,
  target: Float32Array,
  options: LoadOptions,
): Promise<LoadedRows> {
  checkTarget(target, layout.rowCount, layout.dimension)
  const progress = new ProgressReporter(options, target.length * layout.itemBytes)
  if (layout.itemBytes === 4 && layout.littleEndian && !layout.fortranOrder) {
    await copyNumbers(source, layout.start, target, progress.blockOptions(options))
  } else {
    await convert(source, layout, target, progress.blockOptions(options))
  }
  return progress.finish(dropDuplicates(target, layout.dimension, words))
}

/** Number by number: turns bytes round, narrows float64, and takes columns for rows, as the layout asks. */
async function convert(
  source: ByteSource,
  layout: Layout,
  target: Float32Array,
  options: Parameters<typeof readBlocks>[3],
): Promise<void> {
  const { itemBytes, littleEndian } = layout
  let item = 0
  // Blocks are whole numbers: their size is a multiple of eight.
  for await (const block of readBlocks(source, layout.start, source.size, options)) {
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    for (let offset = 0; offset < block.length; offset += itemBytes) {
      const place = placeOf(item, layout)
      if (itemBytes === 4) target[place] = view.getFloat32(offset, littleEndian)
      else target[place] = narrow(source, view.getFloat64(offset, littleEndian), place, layout.dimension)
      item++
    }
  }
}

/** Where number `item` of the file goes in the row-major table. */
function placeOf(item: number, { fortranOrder, rowCount, dimension }: Layout): number {
  if (!fortranOrder) return item
  const column = Math.floor(item / rowCount)
  return (item - column * rowCount) * dimension + column
}
