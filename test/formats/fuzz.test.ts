/**
 * Real files with anything done to them: bytes altered, cut out, doubled, put in, numbers of a header made
 * huge. Each ends in a table or in a RowspaceError; never in a hang, another error, or a table larger than
 * the bytes can hold. ROWSPACE_FUZZ_SECONDS lets all of it run for so long (120 in CI); a failure prints its
 * seed, and ROWSPACE_SEED=<seed> repeats it.
 */
import { expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { READABLE_TYPES } from '../../src/formats/gguf/readable-types.ts'
import { encodeSafetensors, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { MAX_EXPANSION } from '../../src/sources/unpacked.ts'
import { FUZZ_TIMEOUT, fuzz } from '../fuzz.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { fastText, SMALL_MODEL } from './fasttext-files.ts'
import { ascii, join, same } from './files.ts'
import { bytesOf, F32, type GgufValue, gguf, quantisedGguf, smallGguf } from './gguf-files.ts'
import { gzip, npy, wordArray, zip } from './packed-files.ts'

const [SIZE, DIMENSION] = [12, 5]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) => Math.fround(Math.sin(index)))
const WORDS = Array.from({ length: SIZE }, (_, id) => (id === 3 ? 'é' : `word${id}`))
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const ROW_ARRAY = npy('<f4', [SIZE, DIMENSION], ROWS)
const text = join(writeWord2vecText(TABLE))
const SHARD = 'model-00001-of-00001.safetensors'
const SHARD_BYTES = join(
  encodeSafetensors([
    { name: 'wte.weight', dtype: 'F32', shape: [SIZE, DIMENSION], bytes: bytesOf(ROWS) },
    { name: 'ln_f.weight', dtype: 'F32', shape: [DIMENSION], bytes: new Uint8Array(4 * DIMENSION) },
  ]),
)
const INDEX = ascii(
  JSON.stringify({
    metadata: { total_size: 260 },
    weight_map: { 'wte.weight': SHARD, 'ln_f.weight': SHARD },
  }),
)

interface Fuzzed {
  bytes: Uint8Array
  /** Bytes a byte of it may stand for. */
  expansion?: number
  /** Whether a checksum keeps its rows from becoming other ones. */
  checked?: boolean
  beside?: Record<string, Uint8Array>
  name?: string
}

const words = { 'words.json': ascii(JSON.stringify(WORDS)) }
const FILES: Record<string, () => Promise<Fuzzed>> = {
  safetensors: async () => ({ bytes: join(writeSafetensors(TABLE)) }),
  'safetensors of int8': async () => ({ bytes: join(writeSafetensors(TABLE, { dtype: 'int8' })) }),
  'an index': async () => ({ bytes: INDEX, expansion: 10, beside: { [SHARD]: SHARD_BYTES } }),
  'a part': async () => ({ bytes: SHARD_BYTES }),
  gguf: async () => ({ bytes: smallGguf() }),
  'gguf of Q4_K': async () => ({ bytes: quantisedGguf('Q4_K') }),
  'gguf of IQ4_NL': async () => ({ bytes: quantisedGguf('IQ4_NL') }),
  'gguf in parts': async () => {
    const part = (number: number): [string, GgufValue][] => [
      ['split.no', { type: 2, bytes: Uint8Array.of(number, 0) }],
      ['split.count', { type: 2, bytes: Uint8Array.of(2, 0) }],
    ]
    const table = { name: 'token_embd.weight', shape: [SIZE, DIMENSION], type: F32, bytes: bytesOf(ROWS) }
    return {
      bytes: gguf({ metadata: [...part(0), ['tokenizer.ggml.tokens', WORDS]], tensors: [] }),
      name: 'm-00001-of-00002.gguf',
      beside: { 'm-00002-of-00002.gguf': gguf({ metadata: part(1), tensors: [table] }) },
      expansion: 10,
    }
  },
  npy: async () => ({ bytes: ROW_ARRAY, beside: words }),
  npz: async () => ({
    bytes: await zip([
      { name: 'vectors.npy', bytes: ROW_ARRAY },
      { name: 'words.npy', bytes: wordArray(WORDS) },
    ]),
    expansion: MAX_EXPANSION,
    checked: true,
  }),
  'npz, stored': async () => ({
    bytes: await zip([{ name: 'a.npy', bytes: ROW_ARRAY, stored: true, long: true }]),
    checked: true,
  }),
  'npz in gzip': async () => ({
    bytes: await gzip(await zip([{ name: 'a.npy', bytes: ROW_ARRAY }])),
    expansion: MAX_EXPANSION ** 2,
    checked: true,
  }),
  fastText: async () => ({ bytes: fastText(SMALL_MODEL), expansion: 1 }),
  'fastText in gzip': async () => ({ bytes: await gzip(fastText(SMALL_MODEL)), expansion: MAX_EXPANSION }),
  'word2vec text': async () => ({ bytes: text }),
  'word2vec binary': async () => ({ bytes: join(writeWord2vecBinary(TABLE)) }),
  'GloVe text': async () => ({ bytes: text.subarray(text.indexOf(10) + 1) }),
  'raw rows': async () => ({ bytes: bytesOf(ROWS), beside: words }),
  'word2vec text, gzipped': async () => ({
    bytes: await gzip(text),
    expansion: MAX_EXPANSION,
    checked: true,
  }),
  'safetensors, gzipped': async () => ({
    bytes: await gzip(join(writeSafetensors(TABLE))),
    expansion: MAX_EXPANSION,
    checked: true,
  }),
}

type Random = () => number
const below = (random: Random, limit: number) => Math.floor(random() * limit)

/** Numbers that a careless reader multiplies, adds to, or makes room for. */
const ODD_NUMBERS = [0, 1, 255, 2 ** 15, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 48, 2 ** 53 - 1, 2 ** 63]
const ODD_TEXTS = [
  '-1',
  '1e9',
  '99999999999',
  '9007199254740993',
  '0',
  '"',
  '{',
  '[',
  '}',
  '\n',
  ' ',
  '\0',
  '__proto__',
]

const CHANGES: ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  function alter(bytes, random) {
    const changed = bytes.slice()
    for (let count = 1 + below(random, 4); count > 0; count--)
      changed[below(random, bytes.length)] = below(random, 256)
    return changed
  },
  function flip(bytes, random) {
    const changed = bytes.slice()
    changed[below(random, bytes.length)]! ^= 1 << below(random, 8)
    return changed
  },
  function cut(bytes, random) {
    return bytes.slice(0, below(random, bytes.length))
  },
  function takeOut(bytes, random) {
    const start = below(random, bytes.length)
    return join([bytes.subarray(0, start), bytes.subarray(start + 1 + below(random, 16))])
  },
  function double(bytes, random) {
    const start = below(random, bytes.length)
    const end = start + below(random, Math.min(200, bytes.length - start))
    return join([bytes.subarray(0, end), bytes.subarray(start)])
  },
  function putNumber(bytes, random) {
    const changed = bytes.slice()
    const wide = new DataView(new ArrayBuffer(8))
    wide.setBigUint64(0, BigInt(ODD_NUMBERS[below(random, ODD_NUMBERS.length)]!), true)
    const width = [2, 4, 8][below(random, 3)]!
    // headers are where numbers are believed
    const start = below(random, random() < 0.7 ? Math.min(160, bytes.length) : bytes.length)
    changed.set(bytesOf(wide).subarray(0, Math.min(width, bytes.length - start)), start)
    return changed
  },
  function putText(bytes, random) {
    const start = below(random, bytes.length)
    const odd = ascii(ODD_TEXTS[below(random, ODD_TEXTS.length)]!)
    return join([bytes.subarray(0, start), odd, bytes.subarray(start + below(random, 3))])
  },
  function append(bytes, random) {
    return join([bytes, new Uint8Array(1 + below(random, 300)).fill(below(random, 256))])
  },
]

const ROUNDS = 1_500
/** Fails where more bytes are requested from it at once than it has. */
function sourceOf({ bytes, beside = {}, name: own = 'fuzzed' }: Fuzzed): ByteSource {
  const sibling = async (name: string) => (beside[name] ? bytesSource(beside[name], name) : undefined)
  return { ...bytesSource(bytes, own), sibling }
}

/** Bytes of float32 that a byte of each narrow type becomes. */
const WIDENED = new Map<string, number>([
  ...['int8', 'i8', 'u8', 'f8-e4m3', 'f8-e5m2'].map((type) => [type, 4] as const),
  ...[...READABLE_TYPES.values()].map(
    ({ stored, numbers, bytes }) => [stored, (4 * numbers) / bytes] as const,
  ),
])

async function readFuzzed(
  fuzzed: Fuzzed,
  changed: Uint8Array,
  limit?: number,
): Promise<'table' | 'rejected'> {
  try {
    const file = await openTableFile(sourceOf({ ...fuzzed, bytes: changed }), { limit })
    try {
      const numbers = file.size * file.dimension
      const bytes = numbers * (file.elementType === undefined ? 4 : 2)
      const most = changed.length * (fuzzed.expansion ?? 1) * Math.max(2, WIDENED.get(file.dtype) ?? 0)
      if (!(bytes <= most)) throw new Error(`${changed.length} bytes claim a table of ${bytes}`)
      const target = new Float32Array(numbers)
      const { size, tokens } = await file.load(target)
      if (size > file.size || (tokens !== undefined && tokens.length !== size)) {
        throw new Error(`${size} rows and ${tokens?.length} tokens of ${file.size}`)
      }
      const isWhole = file.rowsInFile === undefined
      if (file.size > (limit ?? file.size)) throw new Error(`${file.size} rows of ${limit}`)
      if (fuzzed.checked && isWhole && !same(target.subarray(0, size * file.dimension), ROWS)) {
        throw new Error('another table, though a checksum is there')
      }
      return 'table'
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isRowspaceError(error)) return 'rejected'
    throw error
  }
}

test.each(Object.entries(FILES))(
  '%s',
  async (_, make) => {
    const fuzzed = await make()
    expect(await readFuzzed(fuzzed, fuzzed.bytes)).toBe('table')
    const ended = { table: 0, rejected: 0 }
    const rss = globalThis.process?.memoryUsage?.().rss ?? 0
    const rounds = await fuzz(ROUNDS, 1 / Object.keys(FILES).length, async (seed) => {
      const random = randomNumbers(seed)
      let changed = fuzzed.bytes
      for (let count = 1 + below(random, 2); count > 0 && changed.length > 0; count--) {
        changed = CHANGES[below(random, CHANGES.length)]!(changed, random)
      }
      // every other time the first rows alone
      ended[await readFuzzed(fuzzed, changed, random() < 0.5 ? undefined : 1 + below(random, 2 * SIZE))]++
    })
    const grown = (globalThis.process?.memoryUsage?.().rss ?? 0) - rss
    expect(grown, 'memory').toBeLessThan(400_000_000)
    // most are rejected; a byte of a row or of a word makes another table
    expect(ended.rejected).toBeGreaterThan(rounds / 20 - 1)
  },
  FUZZ_TIMEOUT,
)
