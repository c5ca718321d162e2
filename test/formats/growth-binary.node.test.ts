/**
 * Reading takes time that is linear in the file: each part of each binary format that a file may have any
 * number of. In Node, where the processor's time can be separated from that of other processes.
 */
import { test } from 'vitest'
import { encodeSafetensors, tokensTensor } from '../../src/formats/safetensors/writer.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { expectLinear } from '../growth.ts'
import { fastText } from './fasttext-files.ts'
import { ascii, join } from './files.ts'
import { BF16, bytesOf, F32, type GgufValue, gguf, Q4_K, Q8_0, u64 } from './gguf-files.ts'
import { gzip, npy, wordArray, zip } from './packed-files.ts'

interface File {
  bytes: Uint8Array
  beside?: Record<string, Uint8Array>
}

const LONG = 'x'.repeat(16_000)
const names = (count: number) => Array.from({ length: count }, (_, id) => `name ${id}`)
const rows = (count: number) => new Float32Array(8 * count).fill(1)
const ROWS = { name: 'wte.weight', dtype: 'F32', shape: [1, 8], bytes: new Uint8Array(32) }
const tensor = (type: number, bytes: Uint8Array, count: number, width = 8) => ({
  name: 'wte.weight',
  shape: [count, width],
  type,
  bytes,
})
const ONE_ROW = tensor(F32, new Uint8Array(32), 1)

function safetensorsHeader(header: string): File {
  const json = ascii(header)
  return { bytes: join([u64(json.length), json, new Uint8Array(32)]) }
}

const described = '{"dtype":"F32","shape":[1,8],"data_offsets":[0,32]}'
const empty = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
const metadata = (entries: readonly (readonly [string, GgufValue])[]): File => ({
  bytes: gguf({ tensors: [ONE_ROW], metadata: entries }),
})

const FILES: Record<string, [size: number, make: (size: number) => File | Promise<File>]> = {
  'safetensors: tensors': [
    4_000,
    (n) => safetensorsHeader(`{"wte.weight":${described},${names(n).map((name) => `"${name}":${empty}`)}}`),
  ],
  'safetensors: metadata': [
    8_000,
    (n) =>
      safetensorsHeader(
        `{"__metadata__":{${names(n).map((name) => `"${name}":""`)}},"wte.weight":${described}}`,
      ),
  ],
  'safetensors: a name with escapes': [
    100_000,
    (n) => safetensorsHeader(`{"__metadata__":{"a":"${'\\"'.repeat(n)}"},"wte.weight":${described}}`),
  ],
  'safetensors: white space': [
    400_000,
    (n) => safetensorsHeader(`{${' '.repeat(n)}"wte.weight":${described}}`),
  ],
  'safetensors: digits': [
    400_000,
    (n) => safetensorsHeader(`{"a":{"dtype":"F32","shape":[${'1'.repeat(n)}],"data_offsets":[0,32]}}`),
  ],
  'safetensors: rows': [
    20_000,
    (n) => ({ bytes: join(encodeSafetensors([{ ...ROWS, shape: [n, 8], bytes: bytesOf(rows(n)) }])) }),
  ],
  'safetensors: tokens': [
    20_000,
    (n) => {
      const table = { ...ROWS, name: 'embeddings', shape: [n, 1], bytes: new Uint8Array(4 * n) }
      return { bytes: join(encodeSafetensors([table, tokensTensor(names(n))])) }
    },
  ],
  'safetensors: int8 rows': [
    50_000,
    (n) => {
      const codes = { name: 'embeddings', dtype: 'I8', shape: [n, 8], bytes: new Uint8Array(8 * n) }
      const scales = { name: 'scales', dtype: 'F32', shape: [n], bytes: new Uint8Array(4 * n) }
      return { bytes: join(encodeSafetensors([codes, scales])) }
    },
  ],
  'an index': [
    8_000,
    (n) => {
      const map = names(n).map((name) => `"${name}":"a.safetensors"`)
      const tensors = names(n).map((name) => `"${name}":${empty}`)
      return {
        bytes: ascii(`{"weight_map":{"wte.weight":"a.safetensors",${map}}}`),
        beside: { 'a.safetensors': safetensorsHeader(`{"wte.weight":${described},${tensors}}`).bytes },
      }
    },
  ],
  'gguf: tensors': [
    4_000,
    (n) => ({
      bytes: gguf({
        tensors: [
          ONE_ROW,
          ...names(n).map((name) => ({ name, shape: [8], type: F32, bytes: new Uint8Array(32) })),
        ],
      }),
    }),
  ],
  'gguf: metadata': [4_000, (n) => metadata(names(n).map((name) => [name, 'x'] as const))],
  'gguf: tokens': [20_000, (n) => metadata([['tokenizer.ggml.tokens', names(n)]])],
  'gguf: a list of texts': [20_000, (n) => metadata([['tokenizer.ggml.merges', names(n)]])],
  'gguf: rows': [20_000, (n) => ({ bytes: gguf({ tensors: [tensor(BF16, new Uint8Array(16 * n), n)] }) })],
  'gguf: rows of Q8_0': [
    10_000,
    (n) => ({ bytes: gguf({ tensors: [tensor(Q8_0, new Uint8Array(34 * n), n, 32)] }) }),
  ],
  'gguf: rows of Q4_K': [
    2_000,
    (n) => ({ bytes: gguf({ tensors: [tensor(Q4_K, new Uint8Array(144 * n), n, 256)] }) }),
  ],
  'fastText: words': [
    20_000,
    (n) => ({ bytes: fastText({ words: names(n), dimension: 1, buckets: 0, maxNgram: 0 }) }),
  ],
  'fastText: n-grams': [8_000, (n) => ({ bytes: fastText({ words: names(n), dimension: 2, buckets: n }) })],
  'fastText: words of many letters': [
    8,
    (n) => ({
      bytes: fastText({
        words: Array.from({ length: n }, (_, id) => `${LONG}${id}`),
        dimension: 1,
        buckets: 9,
      }),
    }),
  ],
  'npy: rows': [40_000, (n) => ({ bytes: npy('<f4', [n, 8], rows(n)) })],
  'npy: rows of float64': [20_000, (n) => ({ bytes: npy('>f8', [n, 8], Float64Array.from(rows(n))) })],
  'npy in gzip': [40_000, async (n) => ({ bytes: await gzip(npy('<f4', [n, 8], rows(n))) })],
  'npz: rows, stored': [
    60_000,
    async (n) => ({
      bytes: await zip([{ name: 'a.npy', bytes: npy('<f4', [n, 8], rows(n)), stored: true }]),
    }),
  ],
  'npz: rows, deflated': [
    40_000,
    async (n) => ({ bytes: await zip([{ name: 'a.npy', bytes: npy('<f4', [n, 8], rows(n)) }]) }),
  ],
  'npz: words': [
    10_000,
    async (n) => ({
      bytes: await zip([
        { name: 'a.npy', bytes: npy('<f4', [n, 1], new Float32Array(n)) },
        { name: 'words.npy', bytes: wordArray(names(n)) },
      ]),
    }),
  ],
  'npz: arrays': [200, async (n) => ({ bytes: await zip(arrays(n, 4)) })],
  // backwards in the file: each would begin the stream again; small enough to stay in the caches
  'npz in gzip: arrays': [120, async (n) => ({ bytes: await gzip(await zip(arrays(n, 4_000).reverse())) })],
  'raw rows': [
    20_000,
    (n) => ({ bytes: bytesOf(rows(n)), beside: { 'words.json': ascii(JSON.stringify(names(n))) } }),
  ],
}

function arrays(count: number, length: number) {
  const bytes = npy('<i4', [length], new Int32Array(length))
  const others = names(count).map((name) => ({ name: `${name}.npy`, bytes, stored: true }))
  return [{ name: 'a.npy', bytes: npy('<f4', [1, 8], rows(1)), stored: true }, ...others]
}

async function read({ bytes, beside = {} }: File): Promise<void> {
  const source: ByteSource = {
    ...bytesSource(bytes),
    sibling: async (name) => (beside[name] === undefined ? undefined : bytesSource(beside[name], name)),
  }
  try {
    const file = await openTableFile(source)
    await file.load(new Float32Array(file.size * file.dimension))
    await file.close()
  } catch (error) {
    // a lie may be rejected, in time that is linear too
    if (!(error instanceof Error) || error.name !== 'RowspaceError') throw error
  }
}

test.each(Object.entries(FILES))('%s', async (_, [size, make]) => {
  await expectLinear({ make, run: read }, size)
})
