/** Files of other kinds: what each is, and what to do with it. */
import { describe, expect, test } from 'vitest'
import { guessKind, isBareMatrix } from '../../src/formats/other-kinds.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, join, readTable, rejection } from './files.ts'
import { bytesOf } from './gguf-files.ts'
import { gzip, npy, zip } from './packed-files.ts'

const bytes = (...parts: (string | number)[]) =>
  join(parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : ascii(part))))
const utf16 = (text: string, little: boolean) => {
  const units = new DataView(new ArrayBuffer(2 * text.length))
  Array.from(text, (letter, index) => units.setUint16(2 * index, letter.charCodeAt(0), little))
  return join([Uint8Array.from(little ? [0xff, 0xfe] : [0xfe, 0xff]), bytesOf(units)])
}
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`

const KINDS: [name: string, file: Uint8Array, code: string, message: RegExp][] = [
  [
    'a pickle of protocol 2',
    bytes(0x80, 2, '}q\0.'),
    'UNSUPPORTED',
    /is a Python pickle, .*save_word2vec_format/,
  ],
  ['a pickle of protocol 3', bytes(0x80, 3, 'cgensim.models\n'), 'UNSUPPORTED', /is a Python pickle/],
  ['a pickle of protocol 4', bytes(0x80, 4, 0x95, 9, '\0\0\0\0\0\0\0'), 'UNSUPPORTED', /is a Python pickle/],
  ['a pickle of protocol 5', bytes(0x80, 5, 0x95, 9, '\0\0\0\0\0\0\0'), 'UNSUPPORTED', /is a Python pickle/],
  [
    'an old PyTorch file',
    bytes(0x80, 2, 0x8a, 0x0a, 'l'),
    'UNSUPPORTED',
    /pickle.*safetensors\.torch\.save_file/,
  ],
  [
    'Parquet',
    bytes('PAR1', 0x15, 4),
    'UNSUPPORTED',
    /is a Parquet file, not a table\. Save the rows with numpy\.save/,
  ],
  ['Arrow', bytes('ARROW1\0\0'), 'UNSUPPORTED', /is an Arrow file/],
  ['HDF5', bytes(0x89, 'HDF\r\n', 0x1a, '\n'), 'UNSUPPORTED', /is an HDF5 file/],
  ['SQLite', bytes('SQLite format 3\0'), 'UNSUPPORTED', /is an SQLite database/],
  ['bzip2', bytes('BZh91AY&SY', 0x12), 'UNSUPPORTED', /is compressed with bzip2.*bunzip2/],
  ['xz', bytes(0xfd, '7zXZ', 0, 0), 'UNSUPPORTED', /is compressed with xz.*unxz/],
  ['zstd', bytes(0x28, 0xb5, 0x2f, 0xfd, 4), 'UNSUPPORTED', /is compressed with zstd.*unzstd/],
  ['7z', bytes('7z', 0xbc, 0xaf, 0x27, 0x1c, 0), 'UNSUPPORTED', /is a 7z archive/],
  ['UTF-16, little-endian', utf16('the 1 2\nof 3 4\n', true), 'UNSUPPORTED', /is text in UTF-16.*iconv/],
  ['UTF-16, big-endian', utf16('the 1 2\nof 3 4\n', false), 'UNSUPPORTED', /is text in UTF-16/],
  ['a Git LFS pointer', ascii(POINTER), 'INVALID_FORMAT', /is a Git LFS pointer: .*git lfs pull/],
  [
    'a web page',
    ascii('\n<!DOCTYPE html><html>'),
    'INVALID_FORMAT',
    /is a web page.*address of the file itself/,
  ],
  ['a web page in small letters', ascii('<html lang="en">'), 'INVALID_FORMAT', /is a web page/],
  ['an XML error', ascii('<?xml version="1.0"?><Error>'), 'INVALID_FORMAT', /is a web page/],
  [
    'a web page after a byte order mark',
    bytes(0xef, 0xbb, 0xbf, ' \r\n\t<html>'),
    'INVALID_FORMAT',
    /a web page/,
  ],
  ['JSON', ascii('{"the": [1, 2]}'), 'INVALID_FORMAT', /looks like JSON\. Save the rows as npy/],
  ['a JSON list', ascii('[[1, 2], [3, 4]]'), 'INVALID_FORMAT', /looks like JSON/],
  [
    'CSV',
    ascii('the,0.1,0.2\nof,0.3,0.4\n'),
    'INVALID_FORMAT',
    /looks like comma-separated values\. Separate the fields by spaces/,
  ],
  ['CSV with a header', ascii('word,x,y\nthe,0.1,-2e-5\nof,0.3,0.4\n'), 'INVALID_FORMAT', /comma-separated/],
  ['CSV with spaces', ascii('the, 0.1, 0.2\nof, 0.3, 0.4\n'), 'INVALID_FORMAT', /comma-separated/],
  ['CSV with semicolons', ascii('the;0.1;0.2\nof;0.3;0.4\n'), 'INVALID_FORMAT', /comma-separated/],
  [
    'a bare matrix',
    ascii('0.1 0.2 0.3\n0.4 0.5 0.6\n'),
    'INVALID_FORMAT',
    /looks like a matrix of numbers without words.*glove-text/,
  ],
  ['a bare matrix with tabs', ascii('0.1\t0.2\n-0.4\t0.5\n'), 'INVALID_FORMAT', /a matrix of numbers/],
  [
    'a bare matrix, first column whole but once',
    ascii('1 0.2\n2 0.5\n3.5 0.1\n'),
    'INVALID_FORMAT',
    /a matrix of numbers/,
  ],
  ['a bare matrix of whole numbers', ascii('1 2 3\n-4 5 6\n'), 'INVALID_FORMAT', /a matrix of numbers/],
  ['a PDF', ascii('%PDF-1.7\n\n\n'), 'INVALID_FORMAT', /is no table that rowspace knows: .* beside them\.$/],
]

describe.each(KINDS)('%s', (_, file, code, message) => {
  test('is named', async () => {
    const error = await rejection(openTableFile({ ...bytesSource(file), name: 'vectors.bin' }))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^vectors\.bin /)
    expect(error.message.length).toBeLessThan(500)
  })

  test('is named in a gzip file', async () => {
    const error = await rejection(openTableFile(await gzip(file)))
    expect(error.message).toMatch(message)
  })
})

test('a PyTorch checkpoint is a zip archive', async () => {
  for (const folder of ['archive/', 'my model/', '', `${'long'.repeat(100)}/`]) {
    const file = await zip([{ name: `${folder}data.pkl`, bytes: bytes(0x80, 2, '}q\0.'), stored: true }])
    const error = await rejection(openTableFile(file))
    expect(error).toMatchObject({ code: 'UNSUPPORTED', details: { kind: 'a PyTorch checkpoint' } })
    expect(error.message).toMatch(/torch\.load\(path, weights_only=True\)/)
  }
  const other = await zip([
    { name: 'data.pkl.npy', bytes: npy('<f4', [1, 1], Float32Array.of(1)), stored: true },
  ])
  expect((await readTable(other)).size).toBe(1)
})

describe('rows beside words.json', () => {
  const beside = (file: Uint8Array, words: string[]) => ({
    ...bytesSource(file, 'vectors.f32'),
    sibling: async (name: string) =>
      name === 'words.json' ? bytesSource(ascii(JSON.stringify(words))) : undefined,
  })

  test('a pointer or a page is not taken for rows, whatever format is requested', async () => {
    const pointer = ascii(POINTER.padEnd(136, '\n'))
    for (const options of [{}, { format: 'raw-f32' as const }]) {
      expect((await rejection(openTableFile(beside(pointer, ['a', 'b']), options))).message).toMatch(
        /git lfs pull/,
      )
    }
    const page = ascii('<!doctype html><html></html>')
    expect((await rejection(openTableFile(beside(page, ['a']), { format: 'raw-f32' }))).message).toMatch(
      /web page/,
    )
  })

  test('numbers that begin as another kind does are rows where that format is requested', async () => {
    const rows = join([bytes('PAR1'), new Uint8Array(4)])
    expect((await rejection(openTableFile(beside(rows, ['a'])))).code).toBe('UNSUPPORTED')
    expect((await readTable(beside(rows, ['a']), { format: 'raw-f32' })).size).toBe(1)
  })

  test.each<[string, number[]]>([
    ['a byte order mark', [0xff, 0xfe, 1, 2]],
    ['the start of a pickle', [0x80, 2, 0, 0]],
    ['the start of bzip2', [0x42, 0x5a, 0x68, 0x39]],
    ['the protocol of a pickle to come', [0x80, 6, 0x95, 0]],
  ])('%s alone is a number like any other', async (_, first) => {
    expect((await readTable(beside(Uint8Array.from(first), ['a']))).size).toBe(1)
  })
})

describe('words that are numbers', () => {
  test('whole ones before fractions are ids of rows: a table', async () => {
    expect((await readTable(ascii('1 0.5 0.2\n2 0.1 -1\n'))).tokens).toEqual(['1', '2'])
    expect((await readTable(ascii('the 1 2\n4 5 6\n'))).tokens).toEqual(['the', '4'])
  })

  test('a matrix is read as GloVe text where that is requested', async () => {
    const table = await readTable(ascii('0.1 0.2\n0.3 0.4\n'), { format: 'glove-text' })
    expect(table.tokens).toEqual(['0.1', '0.3'])
  })
})

describe('the guess', () => {
  const guess = (file: Uint8Array) => guessKind(file)?.name

  test.each([
    '[[1, 2]]',
    ' \n[ \n[1, 2]]',
    '[1, 2]',
    '[-1, 2]',
    '[{"a": 1}]',
    '{ "the": [1, 2]}',
    '{"the": [1, 2]}',
  ])('JSON: %j', (text) => {
    expect(guess(ascii(text))).toBe('JSON')
    expect(guess(join([Uint8Array.of(0xef, 0xbb, 0xbf), ascii(text)]))).toBe('JSON')
  })

  test.each(['the [1, 2]', '[a] 1 2', '{}', ''])('not JSON: %j', (text) => {
    expect(guess(ascii(text))).toBeUndefined()
  })

  const values = 'comma-separated values'
  test.each<[string, string | undefined]>([
    ['the,0.1', values],
    ['the,0.1,', undefined],
    ['the,0.1,x', undefined],
    ['the', undefined],
    ['the,,', undefined],
    ['word,x\nthe,0.1\n', values],
    ['word,x\nthe,y\n', undefined],
    ['word,x\nthe,0.1\nof,0.2', values],
    ['word,x\nthe,0.1\nof,0.2e', values],
    ['word,x\nthe,0.1\nof,0.2e\n', undefined],
    [`the,${'1'.repeat(63)}`, values],
    [`the,${'1'.repeat(64)}`, undefined],
  ])('%j: %s', (text, kind) => {
    expect(guess(ascii(text))).toBe(kind)
  })

  test('looks at twenty lines, and not at the last one where it may be cut', () => {
    const lines = (count: number) => 'the,0.1\n'.repeat(count)
    expect(guess(ascii(`${lines(20)}of,x\n`))).toBe(undefined)
    expect(guess(ascii(`${lines(21)}of,x\n`))).toBe(values)
    expect(guess(ascii(`${lines(5)}of,x`))).toBe(values)
  })
})

describe('a matrix without words', () => {
  test.each<[string, boolean]>([
    ['1 0.5\n2 0.2\n', false],
    ['10 0.5\n11 0.2\n', false],
    ['10\t0.5\n11\t0.2\n', false],
    [' 10 0.5\n  11 0.2\n', false],
    ['10 5e1\n11 2e1\n', false],
    ['10 5\n11 0.2\n', false],
    ['0.5 10\n0.25 11\n', true],
    ['-1 0.5\n-2 0.2\n', true],
    ['10 +5\n11 -2\n', true],
    ['10\t5\n11\t2\n', true],
    ['0.5 1\n0.5 1 2\n', false],
    ['0.5 x\n0.5 1\n', false],
  ])('%j: %s', (text, answer) => {
    expect(isBareMatrix(ascii(text))).toBe(answer)
  })
})

describe('UTF-16', () => {
  const kindOf = async (file: Uint8Array) => (await rejection(openTableFile(file))).details.kind
  const named = 'text in UTF-16'

  test.each([true, false])('is known by its first 64 letters, little-endian: %s', async (little) => {
    expect(await kindOf(utf16('a', little))).toBe(named)
    expect(await kindOf(utf16(`${'a'.repeat(64)}ä€`, little))).toBe(named)
    expect(await kindOf(utf16(`${'a'.repeat(63)}€`, little))).toBeUndefined()
    expect(await kindOf(utf16('', little))).toBeUndefined()
    expect(await kindOf(join([utf16('ab', little), Uint8Array.of(7)]))).toBe(named)
  })
})
