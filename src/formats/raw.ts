/** Bare little-endian float32 rows, row-major; `words.json` beside them says how many there are. */
import type { FormatReader } from './format.ts'
import { invalidFormat } from './malformed.ts'
import { numberTable } from './number-table.ts'
import { F32 } from './number-types.ts'
import { wordsBeside } from './text/words-beside.ts'

const WORDS_FILE = 'words.json'

export const rawReader: FormatReader = {
  name: 'raw-f32',
  types: ['float32'],
  takes: ['words'],
  // Numbers have no signature: the words beside them are it. This reader is tried last.
  async recognises(_head, source) {
    const words = await source.sibling?.(WORDS_FILE)
    await words?.close?.()
    return words !== undefined
  },
  async open(source, _head, options) {
    const beside = await wordsBeside(source, [WORDS_FILE], options)
    if (!beside) {
      const problem = `bare rows need a ${WORDS_FILE} beside them, a JSON list with one word per row.`
      throw invalidFormat(source, problem)
    }
    const { words, from, bytes } = beside
    const size = words.length
    const dimension = source.size / 4 / size
    if (size === 0 || !Number.isInteger(dimension)) {
      throw invalidFormat(
        source,
        `${source.size} bytes do not divide into float32 rows for the ${size} words of ${from}. One of ` +
          'the two is cut short, or they do not belong together.',
        { actual: source.size, words: size },
      )
    }
    const rows = { source, start: 0, type: F32, size, dimension, readTokens: async () => words }
    return numberTable(rows, { format: 'raw-f32', headerBytes: bytes }, options.limit)
  },
}
