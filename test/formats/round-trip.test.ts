/** What is written is read back, to the last bit. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { type WritableTable, writableRows } from '../../src/formats/writable.ts'
import { bits, join, property, readTable } from './files.ts'

const WRITERS: Record<string, (table: WritableTable) => Iterable<Uint8Array>> = {
  safetensors: writeSafetensors,
  'word2vec-text': writeWord2vecText,
  'word2vec-binary': writeWord2vecBinary,
}

const anyTable = fc
  .record({ size: fc.integer({ min: 1, max: 12 }), dimension: fc.integer({ min: 2, max: 9 }) })
  .chain(({ size, dimension }) =>
    fc.record({
      dimension: fc.constant(dimension),
      rows: fc.float32Array({
        minLength: size * dimension,
        maxLength: size * dimension,
        noNaN: true,
        noDefaultInfinity: true,
      }),
      tokens: fc.uniqueArray(fc.stringMatching(/^[a-zà-ý0-9._'-]{1,8}$/), {
        minLength: size,
        maxLength: size,
      }),
    }),
  )

test.each(Object.keys(WRITERS))('%s: any table', async (format) => {
  await property(150, anyTable, async ({ dimension, rows, tokens }) => {
    const bytes = join(WRITERS[format]!(writableRows(rows, dimension, tokens)))
    const table = await readTable(bytes, { format: format as 'safetensors' })
    expect(table.file.dimension).toBe(dimension)
    expect(table.tokens).toEqual(tokens)
    expect(bits(table.rows)).toEqual(bits(rows))
  })
})

test.each(Object.keys(WRITERS))('%s is recognised by its content', async (format) => {
  const rows = Float32Array.from({ length: 60 }, (_, index) => Math.sin(index) / 3)
  const tokens = Array.from({ length: 20 }, (_, id) => `word${id}`)
  const table = await readTable(join(WRITERS[format]!(writableRows(rows, 3, tokens))))
  expect(table.file.format).toBe(format)
  expect(bits(table.rows)).toEqual(bits(rows))
})
