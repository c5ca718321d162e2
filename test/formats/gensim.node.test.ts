/** Files of a long-lived library's own tests: each is read, and written and read again bit-equal. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { isThere, sharedPath } from '../shared-data.ts'
import { bits, join, readTable, rejection } from './files.ts'

const FILES: [name: string, format: string, rows: number, dimension: number][] = [
  ['gensim/euclidean_vectors.bin', 'word2vec-binary', 2747, 10],
  ['gensim/lee_fasttext.vec', 'word2vec-text', 1762, 10],
  ['gensim/toy-model.vec', 'word2vec-text', 22, 5],
  ['gensim/test_glove.txt', 'glove-text', 76, 50],
  ['gensim/high_precision.kv.bin', 'word2vec-binary', 2, 2],
  ['gensim/high_precision.kv.txt', 'word2vec-text', 2, 2],
  ['gpt2-82/gpt2_embeddings.txt', 'word2vec-text', 82, 768],
  ['word2vec-4812', 'raw-f32', 4812, 300],
]

describe.skipIf(!isThere(sharedPath('gensim')))('the shared data', () => {
  test.each(FILES)('%s is read and written again', async (name, format) => {
    const table = await readTable(sharedPath(name))
    expect(table.file.format).toBe(format)
    const tokens = table.tokens
    const writable = writableRows(table.rows, table.file.dimension, tokens)
    // a million and a half numbers as text take seconds
    const text = table.rows.length > 1_000_000 ? [] : [writeWord2vecText]
    for (const write of [writeSafetensors, writeWord2vecBinary, ...text]) {
      const again = await readTable(join(write(writable)))
      expect(again.tokens).toEqual(tokens)
      expect(bits(again.rows)).toEqual(bits(table.rows))
    }
  })

  test.each(FILES)('%s has the shape it says', async (name, _, rows, dimension) => {
    const { file, size } = await readTable(sharedPath(name))
    expect([file.size, file.dimension]).toEqual([rows, dimension])
    expect(size).toBe(rows)
  })
})

describe.skipIf(!isThere(sharedPath('use-lite-8002')))(
  'a vocabulary of 8,002 tokens, two of them twice',
  () => {
    test('opens with all of its rows, each at its own id', async () => {
      const folder = await mkdtemp(joinPath(tmpdir(), 'rowspace-'))
      const words: string[] = JSON.parse(await readFile(sharedPath('use-lite-8002/words.json'), 'utf8'))
      const bytes = await readFile(sharedPath('use-lite-8002/vectors.f32'))
      const rows = new Float32Array(Uint8Array.from(bytes).buffer)
      const [first, second] = [words.indexOf(' looking'), words.indexOf(' Queen')]
      // early ones, so that all later ids would move
      words[10] = words[first] ?? ''
      words[11] = words[second] ?? ''
      await writeFile(joinPath(folder, 'vectors.f32'), bytes)
      await writeFile(joinPath(folder, 'words.json'), JSON.stringify(words))
      using table = await openTable(folder)
      expect(table).toMatchObject({ size: 8_002, dimension: 256, duplicates: 0 })
      expect([table.id(' looking'), table.id(' Queen'), table.token(first)]).toEqual([10, 11, ' looking'])
      const three = words.indexOf(' three')
      expect(table.id(' three')).toBe(three)
      expect([...table.row(three)]).toEqual([...rows.subarray(three * 256, (three + 1) * 256)])
      const [nearest] = table.nearest(' two', { k: 1 }).toArray()
      expect(nearest).toMatchObject({ token: ' three', cosine: expect.closeTo(0.8227, 4) })
      expect(bits(table.row(8_001))).toEqual(bits(rows.subarray(8_001 * 256)))
      await rm(folder, { recursive: true })
    })
  },
)

describe('files on disk', () => {
  test('an existing file stays unless it may be replaced; a failed write leaves the old one', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'rowspace-'))
    const path = joinPath(folder, 'table.txt')
    await writeFile(path, 'old')
    const table = writableRows(Float32Array.of(1, 2), 2, ['a'])
    expect((await rejection(writeFileAtomically(path, writeWord2vecText(table)))).code).toBe('EXISTS')
    const broken = function* () {
      yield* writeWord2vecText(table)
      throw new Error('the disk is full')
    }
    await expect(writeFileAtomically(path, broken(), { overwrite: true })).rejects.toThrow('the disk is full')
    expect(await readFile(path, 'utf8')).toBe('old')
    await writeFileAtomically(path, writeWord2vecText(table), { overwrite: true })
    expect((await readTable(path)).tokens).toEqual(['a'])
    await rm(folder, { recursive: true })
  })

  test('a path that is not there, and a directory', async () => {
    expect((await rejection(readTable('/no/such/file'))).code).toBe('NOT_FOUND')
    expect((await rejection(readTable(tmpdir()))).message).toMatch(/directory/)
  })
})
