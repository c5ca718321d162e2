/** Bare little-endian float32 rows, row-major; `words.json` beside them tells how many there are. */
import type { ByteSource } from '../sources/source.ts'
import type { FormatReader, LoadedRows, LoadOptions, OpenOptions, TableFile } from './format.ts'
import { checkTarget, copyNumbers, ProgressReporter } from './loading.ts'
import { invalidFormat } from './malformed.ts'
import { wordsBeside } from './text/words-beside.ts'
import { F32, rowsOfNumbers } from './widen.ts'

const WORDS_FILE = 'words.json'

export const rawReader: FormatReader = {
  name: 'raw-f32',
  // Numbers have no signature: the words beside them are it. This reader is asked last.
  async recognises(_head: Uint8Array, source: ByteSource): Promise<boolean> {
    const words = await source.sibling?.(WORDS_FILE)
    await words?.close?.()
    return words !== undefined
  },
  async open(source: ByteSource, _head: Uint8Array, options: OpenOptions): Promise<TableFile> {
    const beside = await wordsBeside(source, [WORDS_FILE], options)
    if (!beside) {
      throw invalidFormat(
        source,
        `bare rows need a ${WORDS_FILE} beside them, a JSON list with one word a row.`,
      )
    }
    const size = beside.words.length
    const dimension = source.size / 4 / size
    if (size === 0 || !Number.isInteger(dimension)) {
      throw invalidFormat(
        source,
        `${source.size} bytes are no whole number of float32 for each of the ${size} words of ${beside.from}. One of the two is cut short, or they do not belong together.`,
        { actual: source.size, words: size },
      )
    }
    return {
      format: 'raw-f32',
      dtype: 'f32',
      size,
      dimension,
      headerBytes: beside.bytes,
      load: (target, loadOptions = {}) => loadRaw(source, beside.words, dimension, target, loadOptions),
      openRows: async () => ({
        tokens: beside.words,
        read: rowsOfNumbers(source, 0, F32, dimension),
      }),
    }
  },
}

async function loadRaw(
  source: ByteSource,
  words: readonly string[],
  dimension: number,
  target: Float32Array,
  options: LoadOptions,
): Promise<LoadedRows> {
  checkTarget(target, words.length, dimension)
  const progress = new ProgressReporter(options, source.size)
  await copyNumbers(source, 0, target, progress.blockOptions(options))
  return progress.finish({ size: words.length, tokens: words, duplicates: 0 })
}
