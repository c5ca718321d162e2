/** fastText models: vectors of words, and of words that a model does not have, bit for bit; and what is rejected. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openFastText } from '../../src/open/fasttext-model.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { bucketOfBytes, type FastTextSpec, fastText, ngramsOf, rowsOf, vectorOf } from './fasttext-files.ts'
import { ascii, bits, join, property, readTable, rejection, same } from './files.ts'
import { gzip } from './packed-files.ts'

const WORDS = ['</s>', 'the', 'a', 'königin', '<>', '日本語', '𝒳𝒴', 'banana', 'x'.repeat(40)]
const SPEC: FastTextSpec = { words: WORDS, dimension: 5, buckets: 50 }

test('n-grams are what fastText prints for a word', () => {
  // fasttext print-ngrams of a model with -minn 3 -maxn 4
  expect(ngramsOf('cat', 3, 4)).toEqual(['<ca', '<cat', 'cat', 'cat>', 'at>'])
  expect(ngramsOf('é', 1, 2)).toEqual(['<é', 'é', 'é>'])
})

describe('vectors of words', () => {
  test.each<[string, Partial<FastTextSpec>]>([
    ['with n-grams of 3 to 6 letters', {}],
    ['of 5, as those of 157 languages', { minNgram: 5, maxNgram: 5 }],
    ['of 1 and 2', { minNgram: 1, maxNgram: 2 }],
    ['of 0 to 3', { minNgram: 0, maxNgram: 3 }],
    ['of a number that no word has', { minNgram: 60, maxNgram: 64 }],
    ['without n-grams', { minNgram: 0, maxNgram: 0, buckets: 0 }],
    ['with one bucket for all', { buckets: 1 }],
    ['with more buckets than n-grams', { buckets: 70_000, dimension: 2 }],
    ['of a cbow model', { model: 1 }],
    ['of a supervised model, without its labels', { model: 3, labels: ['__label__a', '__label__b'] }],
  ])('%s', async (_, change) => {
    const spec = { ...SPEC, ...change }
    const { file, rows, tokens } = await readTable(fastText(spec))
    expect(file).toMatchObject({ format: 'fasttext', size: WORDS.length, dimension: spec.dimension })
    expect(tokens).toEqual(WORDS)
    for (const [id, word] of WORDS.entries()) {
      const row = rows.subarray(id * spec.dimension, (id + 1) * spec.dimension)
      expect(bits(row), word).toEqual(bits(vectorOf(spec, word)))
    }
  })

  test('supervised models of version 11 have no n-grams of letters', async () => {
    const spec = { ...SPEC, model: 3, labels: ['__label__a'], version: 11 }
    const { rows } = await readTable(fastText(spec))
    expect(bits(rows)).toEqual(bits(vectorsOf({ ...spec, maxNgram: 0 })))
  })

  test('any words and sizes', async () => {
    const words = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }), {
      minLength: 1,
      maxLength: 20,
    })
    const letters = fc.integer({ min: 0, max: 6 })
    const any = fc.record({
      words,
      letters,
      more: letters,
      buckets: fc.integer({ min: 1, max: 99 }),
      dimension: fc.integer({ min: 1, max: 9 }),
    })
    await property(60, any, async ({ words, letters, more, ...sizes }) => {
      const clean = words.map((word) => word.replaceAll('\0', '')).filter((word) => word !== '')
      fc.pre(clean.length > 0 && new Set(clean).size === clean.length)
      const spec = { words: clean, ...sizes, minNgram: letters, maxNgram: letters + more }
      const limit = 1 + (letters % clean.length)
      const { rows, tokens } = await readTable(fastText(spec), { limit })
      expect(tokens).toEqual(clean.slice(0, limit))
      expect(bits(rows)).toEqual(bits(vectorsOf(spec).subarray(0, limit * spec.dimension)))
    })
  })
})

function vectorsOf(spec: FastTextSpec): Float32Array {
  const rows = new Float32Array(spec.words.length * spec.dimension)
  for (const [id, word] of spec.words.entries()) rows.set(vectorOf(spec, String(word)), id * spec.dimension)
  return rows
}

describe('the first words', () => {
  // rows of 12 KB: of 3,000 buckets the words use some
  const spec: FastTextSpec = {
    words: Array.from({ length: 300 }, (_, id) => `word${id * 7}`),
    dimension: 3_000,
    buckets: 3_000,
    minNgram: 5,
    maxNgram: 5,
  }
  spec.rows = rowsOf(spec)

  test('are read without the rows of others', async () => {
    const bytes = fastText(spec)
    const counting = (): ByteSource & { count: number } => ({
      ...bytesSource(bytes),
      count: 0,
      async read(start, end) {
        this.count += end - start
        return bytes.subarray(start, end)
      },
      readInto: undefined as never,
    })
    const source = counting()
    const { rows, tokens } = await readTable(source, { limit: 4 })
    expect(tokens).toEqual(spec.words.slice(0, 4))
    for (const id of [0, 1, 2, 3]) {
      const row = rows.subarray(id * spec.dimension, (id + 1) * spec.dimension)
      expect(same(row, vectorOf(spec, `word${id * 7}`))).toBe(true)
    }
    const used = new Set(spec.words.slice(0, 4).flatMap((word) => ngramsOf(String(word), 5, 5)))
    const rowBytes = 4 * spec.dimension
    const entries = spec.words.length * 20
    expect(source.count).toBeLessThan((4 + used.size * 6) * rowBytes + entries + (1 << 17))
  })

  test('from a packed file, from front to back', async () => {
    const packed = await gzip(fastText(SPEC))
    const all = await readTable(packed)
    const { rows, tokens, file } = await readTable(packed, { limit: 3 })
    expect(tokens).toEqual(WORDS.slice(0, 3))
    expect(file.rowsInFile).toBe(WORDS.length)
    expect(bits(rows)).toEqual(bits(all.rows.subarray(0, 15)))
  })
})

describe('words that are not in the model', () => {
  test('have the mean of their n-grams', async () => {
    const model = await openFastText(fastText(SPEC))
    for (const word of ['bananas', 'kön', '日本', 'é', '𝒳']) {
      expect(bits(await model.vector(word)), word).toEqual(bits(vectorOf(SPEC, word)))
    }
    expect(bits(await model.vector('banana'))).toEqual(bits(model.table.row('banana')))
    await model.close()
    await model.close()
    expect((await rejection(model.vector('bananas'))).code).toBe('DISPOSED')
  })

  test('and those that limit left out count as such', async () => {
    const model = await openFastText(fastText(SPEC), { limit: 2 })
    expect(model.table.size).toBe(2)
    expect(bits(await model.vector('banana'))).toEqual(
      bits(vectorOf({ ...SPEC, words: WORDS.map((word) => (word === 'banana' ? '?' : word)) }, 'banana')),
    )
    await model.close()
  })

  test('and have no n-gram are an error', async () => {
    const long = await openFastText(fastText({ ...SPEC, minNgram: 5, maxNgram: 5 }))
    const error = await rejection(long.vector('as'))
    expect(error).toMatchObject({ code: 'UNKNOWN_TOKEN', details: { token: 'as' } })
    expect(error.message).toBe('"as" is not a word of this table, and has no n-gram of 5 to 5 letters.')
    expect((await long.vector('and')).length).toBe(5)
    const none = await openFastText(fastText({ ...SPEC, buckets: 0, maxNgram: 0 }))
    expect((await rejection(none.vector('as'))).message).toContain('and this model has no n-grams')
    expect((await rejection(none.vector(5 as never))).code).toBe('INVALID_ARGUMENT')
    expect((await rejection(none.vector('a', { sgnal: 1 } as never))).code).toBe('INVALID_ARGUMENT')
    for (const model of [long, none]) await model.close()
  })

  test('in Latin-1', async () => {
    const latin = Uint8Array.of(0x6b, 0xf6, 0x6e)
    const spec = { ...SPEC, words: [...WORDS, latin], minNgram: 1, maxNgram: 1 }
    const model = await openFastText(fastText(spec), { encoding: 'latin1' })
    expect(model.table.token(WORDS.length)).toBe('kön')
    // letters of one byte, those above 127 hashed as signed ones
    const rows = rowsOf(spec)
    const buckets = [...'nök'].map((letter) => bucketOfBytes(Uint8Array.of(letter.charCodeAt(0)), 50))
    const places = buckets.sort((a, b) => a - b).map((bucket) => (spec.words.length + bucket) * 5)
    const sum = (column: number) => places.reduce((sum, at) => Math.fround(sum + rows[at + column]!), 0)
    const expected = Float32Array.from({ length: 5 }, (_, column) => sum(column) * Math.fround(1 / 3))
    expect(bits(await model.vector('nök'))).toEqual(bits(expected))
    await model.close()
  })

  test('need a file that can be read here and there, and a model', async () => {
    expect((await rejection(openFastText(await gzip(fastText(SPEC))))).message).toContain('Unpack it')
    const other = await rejection(openFastText(ascii('1 1\na 1\n')))
    expect(other.message).toContain('it is not a fastText model')
    expect((await rejection(openFastText(fastText(SPEC), { limt: 1 } as never))).code).toBe(
      'INVALID_ARGUMENT',
    )
  })
})

describe('what is rejected', () => {
  test.each<[string, Partial<FastTextSpec>, string, RegExp]>([
    ['a quantised model', { quantised: true }, 'UNSUPPORTED', /quantised fastText model \(\.ftz\)/],
    ['rows that were pruned', { said: { pruned: 0n } }, 'UNSUPPORTED', /quantised fastText model \(\.ftz\)/],
    ['version 13', { version: 13 }, 'UNSUPPORTED', /of version 13; 11 and 12 are read/],
    ['version 10', { version: 10 }, 'UNSUPPORTED', /of version 10/],
    ['no words', { said: { words: 0 } }, 'INVALID_FORMAT', /announces 0 words/],
    ['fewer entries than words', { said: { entries: 3 } }, 'INVALID_FORMAT', /in 3 entries/],
    ['a dimension below 1', { said: { dimension: 0 } }, 'INVALID_FORMAT', /of 0 numbers/],
    ['buckets below 0', { said: { buckets: -1 } }, 'INVALID_FORMAT', /-1 buckets/],
    ['a model of kind 4', { model: 4 }, 'INVALID_FORMAT', /kind 4/],
    ['n-grams of 65 letters', { maxNgram: 65 }, 'INVALID_FORMAT', /at most 64 are read/],
    ['more buckets than rows', { said: { buckets: 51 } }, 'TRUNCATED', /cut short/],
    ['fewer', { said: { buckets: 49 } }, 'INVALID_FORMAT', /ends at byte/],
    ['a matrix of other rows', { matrixRows: 7 }, 'INVALID_FORMAT', /its rows are not there/],
    [
      'numbers beyond any file',
      { said: { buckets: 2 ** 31 - 1, dimension: 2 ** 31 - 1 } },
      'INVALID_FORMAT',
      /no file is so large/,
    ],
    ['a word of no letters', { words: ['abc', ''] }, 'INVALID_FORMAT', /entry 1 \(byte 105\) is empty/],
    [
      'a word that is too long',
      { words: ['a', 'x'.repeat(16_384)] },
      'INVALID_FORMAT',
      /is over 16383 bytes long/,
    ],
  ])('%s', async (_, change, code, message) => {
    const error = await rejection(readTable(fastText({ ...SPEC, ...change })))
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
  })

  test('a quantised model of its own length', async () => {
    // what a .ftz has in place of rows is far shorter
    const whole = fastText({ ...SPEC, quantised: true })
    const error = await rejection(openTableFile(whole.subarray(0, whole.length - 300)))
    expect(error.code).toBe('UNSUPPORTED')
    expect(error.message).toMatch(/is a quantised fastText model \(\.ftz\), .* Open the \.bin/)
  })

  test('a label among words, and a word among labels', async () => {
    const spec = { ...SPEC, model: 3, labels: ['__label__a'] }
    const bytes = fastText(spec)
    for (const [word, problem] of [
      ['the', 'is a label'],
      ['__label__a', 'is not a label'],
    ] as const) {
      const changed = bytes.slice()
      const at = new TextDecoder('latin1').decode(bytes).indexOf(`${word}\0`) + word.length + 9
      changed[at]! ^= 1
      expect((await rejection(readTable(changed))).message).toContain(problem)
    }
  })

  test('a file cut after any byte, or with bytes behind it', async () => {
    const bytes = fastText(SPEC)
    for (let length = 4; length < bytes.length; length += length < 400 ? 1 : 97) {
      const error = await rejection(readTable(bytes.subarray(0, length)))
      expect(['TRUNCATED', 'INVALID_FORMAT'], `${length}`).toContain(error.code)
    }
    expect((await rejection(readTable(join([bytes, Uint8Array.of(0)])))).code).toBe('INVALID_FORMAT')
  })

  test('words that are not UTF-8, unless they are to be replaced', async () => {
    const bytes = fastText({ ...SPEC, words: [Uint8Array.of(0x61, 0xff), 'b'] })
    const error = await rejection(readTable(bytes))
    expect(error).toMatchObject({ code: 'INVALID_ENCODING', details: { offset: 93 } })
    expect((await readTable(bytes, { encodingErrors: 'replace' })).tokens).toEqual(['a\ufffd', 'b'])
  })

  test('words from elsewhere', async () => {
    expect((await rejection(readTable(fastText(SPEC), { words: ascii('a') }))).code).toBe('INVALID_ARGUMENT')
  })
})

test('progress ends with all that is read, and a stop stops it', async () => {
  const reports: number[][] = []
  using table = await openTable(fastText(SPEC), {
    onProgress: ({ phase, done, total }) => {
      if (phase === 'read') reports.push([done, total])
    },
  })
  expect(table.size).toBe(WORDS.length)
  expect(reports.at(-1)?.[0]).toBe(reports.at(-1)?.[1])
  const controller = new AbortController()
  const stopped = openTable(fastText(SPEC), {
    signal: controller.signal,
    onProgress: () => controller.abort('enough'),
  })
  await expect(stopped).rejects.toBe('enough')
})
