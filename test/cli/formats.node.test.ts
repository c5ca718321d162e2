/** The command on files of every kind: the same answers from each, gzipped too, from disk, from a URL and by a model's name. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { ascii, base64Of, join as joined } from '../formats/files.ts'
import { ORACLE, oracleRows } from '../formats/ggml-oracle.ts'
import { BF16, bytesOf, F32, type GgufValue, gguf, IQ3_S } from '../formats/gguf-files.ts'
import { gzip, npy, wordArray, zip } from '../formats/packed-files.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { served } from '../servers/faults.ts'
import { testHub } from '../servers/hub-spec.ts'
import { folder, json, lastingFolder, rowspace, rowspaceWith } from './command.ts'

const [SIZE, DIMENSION] = [300, 32]
// exact in bf16
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) => ((index * 7919) % 255) - 127)
const WORDS = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const model = (type: number, bytes: Uint8Array, tokens = WORDS) =>
  gguf({
    metadata: [
      ['tokenizer.ggml.model', 'llama'],
      ['tokenizer.ggml.tokens', tokens],
    ],
    tensors: [{ name: 'token_embd.weight', shape: [SIZE, DIMENSION], type, bytes }],
  })
const BITS = Uint16Array.from(new Uint32Array(ROWS.slice().buffer), (bits) => bits >>> 16)
const text = joined(writeWord2vecText(TABLE))

const FILES: Record<string, () => Promise<Uint8Array> | Uint8Array> = {
  'table.safetensors': () => joined(writeSafetensors(TABLE)),
  'table.safetensors.gz': () => gzip(joined(writeSafetensors(TABLE))),
  'table.gguf': () => model(F32, bytesOf(ROWS)),
  'half.gguf': () => model(BF16, bytesOf(BITS)),
  'table.npz': () =>
    zip([
      { name: 'vectors.npy', bytes: npy('<f4', [SIZE, DIMENSION], ROWS) },
      { name: 'words.npy', bytes: wordArray(WORDS) },
    ]),
  'table.vec': () => text,
  'table.vec.gz': () => gzip(text),
  'table.bin.gz': () => gzip(joined(writeWord2vecBinary(TABLE))),
  'glove.txt.gz': () => gzip(text.subarray(text.indexOf(10) + 1)),
}

describe('one table in every kind of file', () => {
  let place: string
  beforeAll(async () => {
    const made = lastingFolder()
    place = made.path
    for (const [name, make] of Object.entries(FILES)) writeFileSync(join(place, name), await make())
    return made.remove
  })

  const expected = () => json('nearest', join(place, 'table.safetensors'), 'w7', '-k', '4').matches

  test.each(Object.keys(FILES))('%s', (name) => {
    const path = join(place, name)
    expect(json('nearest', path, 'w7', '-k', '4').matches).toEqual(expected())
    const said = json('inspect', path)
    expect(said).toMatchObject({ rows: SIZE, dimension: DIMENSION, share: 1 })
  })

  test.each(['table.vec.gz', 'table.npz', 'half.gguf'])('%s from a URL', async (name) => {
    const bytes = await FILES[name]!()
    const { url } = await served({ size: bytes.length, content: base64Of(bytes) })
    expect(json('nearest', url.href, 'w7', '-k', '4').matches).toEqual(expected())
  })
})

describe('a repository of GGUF files', () => {
  test('is opened by its name: the file in the best type, its header and its table, once', async () => {
    const bytes = model(BF16, bytesOf(BITS))
    const small = { kind: 'bytes', base64: base64Of(bytes) } as const
    const other = { kind: 'text', text: 'not read' } as const
    const cache = folder()
    const hub = await testHub({
      models: { 'owner/model-GGUF': { files: { 'model-BF16.gguf': small, 'model-Q4_K_M.gguf': other } } },
    })
    const lookUp = () => {
      const environment = { HF_ENDPOINT: hub.endpoint, ROWSPACE_CACHE: cache }
      const { stdout, stderr } = rowspaceWith(environment, 'lookup', 'hf:owner/model-GGUF', 'w9', '--json')
      expect(stderr).toBe('')
      return JSON.parse(stdout)
    }
    const first = lookUp()
    expect(first.tokens).toMatchObject([{ id: 9, token: 'w9' }])
    const requests = await hub.log()
    expect(requests.some(({ path }) => path.includes('Q4_K_M'))).toBe(false)
    expect(lookUp()).toEqual(first)
    expect(await hub.log()).toHaveLength(requests.length)
  })
})

describe('tokens and rows that are not as many', () => {
  test.each([
    [WORDS.slice(0, 290), /10 of 300 rows have no token: the table is padded/],
    [[...WORDS, 'more', 'and more'], /2 tokens of its tokenizer have no row/],
  ])('%#', (tokens, note) => {
    const path = join(folder(), 'padded.gguf')
    writeFileSync(path, model(F32, bytesOf(ROWS), tokens))
    const { code, stderr } = rowspace('nearest', path, 'w7', '--json')
    expect(code).toBe(0)
    expect(stderr).toMatch(note)
  })
})

describe('quantised models of the hub', () => {
  const [ROW_COUNT, WIDTH] = [300, 256]
  const quantised = (name: string) => {
    const type = ORACLE[name]
    if (type === undefined) throw new Error(`There is no ${name}.`)
    const random = randomNumbers(7)
    const length = (ROW_COUNT * WIDTH * type.bytes) / type.numbers
    const bytes = Uint8Array.from({ length }, () => 60 + random() * 60)
    const tensor = { name: 'token_embd.weight', shape: [ROW_COUNT, WIDTH], type: type.id, bytes }
    return { tensor, rows: oracleRows(type, bytes) }
  }
  const file = (bytes: Uint8Array) => ({ kind: 'bytes', base64: base64Of(bytes) }) as const
  const tokens = (count: number): (readonly [string, GgufValue])[] => [
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.tokens', Array.from({ length: count }, (_, id) => `Ġw${id}`)],
  ]
  const split = (number: number) =>
    (['split.no', 'split.count'] as const).map((key, place) => {
      return [key, { type: 2, bytes: Uint8Array.of(place === 0 ? number : 2, 0) }] as const
    })

  test('by their names, whole or in two parts: the rows that ggml reads', async () => {
    const [q4, q6] = [quantised('Q4_K'), quantised('Q6_K')]
    const hub = await testHub({
      models: {
        'owner/whole-GGUF': {
          files: {
            'm-Q4_K_M.gguf': file(gguf({ metadata: tokens(ROW_COUNT), tensors: [q4.tensor] })),
            'mmproj-m-f16.gguf': file(gguf({ tensors: [] })),
          },
        },
        'owner/parts-GGUF': {
          files: {
            'Q6_K/m-Q6_K-00001-of-00002.gguf': file(
              gguf({ metadata: [...tokens(ROW_COUNT), ...split(0)], tensors: [] }),
            ),
            'Q6_K/m-Q6_K-00002-of-00002.gguf': file(gguf({ metadata: split(1), tensors: [q6.tensor] })),
          },
        },
      },
    })
    const environment = { HF_ENDPOINT: hub.endpoint, ROWSPACE_CACHE: folder() }
    const asked = (...args: string[]) => {
      const { stdout, stderr, code } = rowspaceWith(environment, ...args, '--json')
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
      return JSON.parse(stdout)
    }
    for (const [name, { rows }, dtype, bits] of [
      ['hf:owner/whole-GGUF', q4, 'q4_k', 4.5],
      ['hf:owner/whole-GGUF/m-Q4_K_M.gguf', q4, 'q4_k', 4.5],
      ['hf:owner/parts-GGUF', q6, 'q6_k', 6.5625],
      ['hf:owner/parts-GGUF/Q6_K/m-Q6_K-00002-of-00002.gguf', q6, 'q6_k', 6.5625],
    ] as const) {
      expect(asked('inspect', name)).toMatchObject({ rows: ROW_COUNT, dtype, bitsPerWeight: bits })
      expect(asked('lookup', name, ' w299').tokens).toMatchObject([
        { id: 299, token: ' w299', row: [...rows.subarray(299 * WIDTH)] },
      ])
    }
  })
})

test.each<[string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
  [
    'a type that is not read',
    () =>
      gguf({
        tensors: [{ name: 'token_embd.weight', shape: [2, 256], type: IQ3_S, bytes: new Uint8Array(220) }],
      }),
    /is IQ3_S \[2,256\]; rows of F32, F16, BF16, .* are read. Take the model's Q8_0/,
  ],
  ['a version to come', () => gguf({ version: 9, tensors: [] }), /GGUF version 9; versions 2 and 3/],
  ['absurd counts', () => gguf({ tensorCount: 2 ** 50, tensors: [] }), /cut short/],
  [
    'a path in an archive',
    () => zip([{ name: '../../x.npy', bytes: npy('<f4', [1, 1], Float32Array.of(1)) }]),
    /no plain name: paths are not read/,
  ],
  ['a gzip bomb', () => gzip(joined([text.subarray(0, 300), new Uint8Array(9e6)])), /cut short|longer than/],
  [
    'a gzip file cut short',
    async () => {
      const packed = await gzip(text)
      return packed.subarray(0, packed.length / 2)
    },
    /cannot be unpacked|promises to be|cut short/,
  ],
])('%s: exit code 2 and one line', async (_, make, message) => {
  const path = join(folder(), 'bad')
  writeFileSync(path, await make())
  const { stdout, stderr, code } = rowspaceWith({}, 'nearest', path, 'w1')
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  expect(stderr).toMatch(/^rowspace: [^\n]+\n$/)
  expect(stderr).toMatch(message)
})

describe('words that are not UTF-8', () => {
  const latin = ascii('caf_ 1 2\nthe 3 4\n').map((byte) => (byte === 0x5f ? 0xe9 : byte))
  const path = () => {
    const file = join(folder(), 'latin.txt')
    writeFileSync(file, latin)
    return file
  }

  test('are rejected with the option that reads them', () => {
    const { code, stderr } = rowspace('nearest', path(), 'the')
    expect(code).toBe(2)
    expect(stderr).toMatch(/the byte at offset 3 is not UTF-8.*--encoding-errors replace/)
  })

  test.each([
    ['replace', 'caf\ufffd'],
    ['ignore', 'caf'],
  ])('are read with --encoding-errors %s', (mode, word) => {
    const { matches } = json('nearest', path(), 'the', '--encoding-errors', mode)
    expect(matches.map(({ token }: { token: string }) => token)).toEqual([word])
    expect(json('inspect', path(), '--encoding-errors', mode)).toMatchObject({ rows: 2 })
  })

  test('another value is rejected', () => {
    const { code, stderr } = rowspace('nearest', path(), 'the', '--encoding-errors', 'skip')
    expect(code).toBe(2)
    expect(stderr).toMatch(/--encoding-errors must be strict or replace or ignore; got "skip"/)
  })
})
