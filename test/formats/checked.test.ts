/**
 * What is read is checked once, in one place, whatever wrapped it: a table of any format, in anything that
 * comes with a checksum, is the table that was packed, or an error. Whoever adds a format or a wrapper adds
 * it here: the lists are typed to be complete.
 */
import { describe, expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import type { FormatName } from '../../src/formats/format.ts'
import { encodeSafetensors, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { fastText } from './fasttext-files.ts'
import { ascii, join, readTable, rejection, same } from './files.ts'
import { bytesOf, F32, gguf } from './gguf-files.ts'
import { gzip, npy, wordArray, zip } from './packed-files.ts'

const [SIZE, DIMENSION] = [6, 4]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) => Math.fround(Math.sin(index + 1)))
const WORDS = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const text = join(writeWord2vecText(TABLE))
const SHARD = join(
  encodeSafetensors([{ name: 'wte.weight', dtype: 'F32', shape: [SIZE, DIMENSION], bytes: bytesOf(ROWS) }]),
)
const arrays = (stored: boolean) =>
  zip([
    { name: 'vectors.npy', bytes: npy('<f4', [SIZE, DIMENSION], ROWS), stored },
    { name: 'words.npy', bytes: wordArray(WORDS), stored },
  ])

/** Each format with a checksum around it, by its name; and the files beside it, which have none. */
const WRAPPED: Record<FormatName, () => Promise<Uint8Array>> = {
  safetensors: () => gzip(join(writeSafetensors(TABLE))),
  'safetensors-index': () => gzip(ascii('{"weight_map":{"wte.weight":"a.safetensors"}}')),
  gguf: () =>
    gzip(
      gguf({ tensors: [{ name: 'wte.weight', shape: [SIZE, DIMENSION], type: F32, bytes: bytesOf(ROWS) }] }),
    ),
  npy: () => gzip(npy('<f4', [SIZE, DIMENSION], ROWS)),
  npz: () => arrays(false),
  'word2vec-text': () => gzip(text),
  'word2vec-binary': () => gzip(join(writeWord2vecBinary(TABLE))),
  fasttext: () => gzip(fastText({ words: WORDS, dimension: DIMENSION, buckets: 0, maxNgram: 0, rows: ROWS })),
  'glove-text': () => gzip(text.subarray(text.indexOf(10) + 1)),
  'raw-f32': () => gzip(bytesOf(ROWS)),
}
const FILES: [string, () => Promise<Uint8Array>][] = [
  ...Object.entries(WRAPPED),
  ['npz, stored', () => arrays(true)],
  ['npz in gzip', async () => gzip(await arrays(true))],
  // behind the numbers: of padding nobody reads
  [
    'gguf with more behind its table',
    async () => {
      const tensors = ['wte.weight', 'z'].map((name) => ({
        name,
        shape: [SIZE, DIMENSION],
        type: F32,
        bytes: bytesOf(ROWS),
      }))
      return gzip(gguf({ tensors }))
    },
  ],
]

const beside: Record<string, Uint8Array> = {
  'a.safetensors': SHARD,
  'words.json': ascii(JSON.stringify(WORDS)),
}

function sourceOf(bytes: Uint8Array, name: string): ByteSource {
  const siblings = name === 'raw-f32' || name === 'safetensors-index' ? beside : {}
  return {
    ...bytesSource(bytes),
    sibling: async (file) => (siblings[file] === undefined ? undefined : bytesSource(siblings[file], file)),
  }
}

describe.each(FILES)('%s', (name, make) => {
  test('with any bit of it turned: the same table, or an error', async () => {
    const packed = await make()
    const expected = await readTable(sourceOf(packed, name))
    expect(same(expected.rows, ROWS)).toBe(true)
    let rejected = 0
    for (let place = 0; place < packed.length * 8; place += place % 3 === 0 ? 5 : 7) {
      const changed = packed.slice()
      changed[place >> 3]! ^= 1 << (place & 7)
      try {
        const { rows, tokens } = await readTable(sourceOf(changed, name))
        // what no checksum covers: a time, a flag, a file's name
        expect(same(rows, ROWS), `bit ${place}`).toBe(true)
        expect(tokens, `bit ${place}`).toEqual(expected.tokens)
      } catch (error) {
        if (!isRowspaceError(error)) throw error
        rejected++
      }
    }
    expect(rejected).toBeGreaterThan(packed.length / 4)
  })

  test('rows by their places are held against it before the last of them is handed over', async () => {
    const packed = await make()
    const wrong = packed.slice()
    // a checksum stands at the end of a gzip file; in an archive of arrays it stands in two places
    if (name.startsWith('npz') && name !== 'npz in gzip') {
      const bytes = ascii('PK')
      const crcs = [...wrong.keys()].filter(
        (at) =>
          wrong[at] === bytes[0] &&
          wrong[at + 1] === bytes[1] &&
          (wrong[at + 2] === 1 || wrong[at + 2] === 3),
      )
      // of the array, in its own header and in the directory, which has its entries in the same order
      const [local, , directory] = crcs
      wrong[local! + 14]! ^= 1
      wrong[directory! + 16]! ^= 1
    } else wrong[wrong.length - 8]! ^= 1
    for (const [bytes, isSound] of [
      [packed, true],
      [wrong, false],
    ] as const) {
      const attempt = async () => {
        const file = await openTableFile(sourceOf(bytes, name))
        try {
          const rows = file.rows
          if (rows === undefined) return undefined
          const first = await rows.read(0, SIZE - 1)
          const last = await rows.read(SIZE - 1, SIZE)
          return [...first, ...last]
        } finally {
          await file.close()
        }
      }
      if (isSound) expect((await attempt()) ?? [...ROWS]).toEqual([...ROWS])
      else {
        const given = await attempt().catch((error) => error)
        if (given !== undefined) expect(given).toMatchObject({ code: 'INVALID_FORMAT' })
      }
    }
  })
})

test('a stored member of another checksum is rejected, and of its words too', async () => {
  for (const wrong of ['vectors.npy', 'words.npy']) {
    const files = [
      { name: 'vectors.npy', bytes: npy('<f4', [SIZE, DIMENSION], ROWS) },
      { name: 'words.npy', bytes: wordArray(WORDS) },
    ].map((file) => ({ ...file, stored: true, ...(file.name === wrong && { checksum: 5 }) }))
    const error = await rejection(readTable(await zip(files)))
    expect(error).toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringContaining(`${wrong} is damaged`),
    })
  }
})
