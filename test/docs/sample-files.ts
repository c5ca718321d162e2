/** A small file of each format, with numbers of each type that its reader names: 2 rows of 256. */
import type { FormatName } from '../../src/formats/format.ts'
import { READABLE_TYPES } from '../../src/formats/gguf/readable-types.ts'
import { GGUF_TYPES } from '../../src/formats/gguf/types.ts'
import { NUMBER_TYPES } from '../../src/formats/number-types.ts'
import { encodeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { fastText } from '../formats/fasttext-files.ts'
import { ascii, join } from '../formats/files.ts'
import { gguf } from '../formats/gguf-files.ts'
import { npy, zip } from '../formats/packed-files.ts'

const [ROWS, DIMENSION] = [2, 256]
const SHAPE = [ROWS, DIMENSION]
const WORDS = ['a', 'b']
const NUMBERS = Float32Array.from({ length: ROWS * DIMENSION }, (_, place) => place / 8)
const zeros = (bytes: number) => new Uint8Array(ROWS * DIMENSION * bytes)
const text = () => join(writeWord2vecText(writableRows(NUMBERS, DIMENSION, WORDS)))
const words = { 'words.json': ascii(JSON.stringify(WORDS)) }

type Sample = Uint8Array | { bytes: Uint8Array; beside: Record<string, Uint8Array> }

function safetensors(type: string): Uint8Array {
  const [dtype, scaled] = type === 'I8 with scales' ? ['I8', true] : [type, false]
  const table = { name: 'embeddings', dtype, shape: SHAPE, bytes: zeros(NUMBER_TYPES.get(dtype)?.bytes ?? 0) }
  const scales = { name: 'scales', dtype: 'F32', shape: [ROWS], bytes: new Uint8Array(4 * ROWS) }
  return join(encodeSafetensors(scaled ? [table, scales] : [table]))
}

const array = (type: string) => npy(type, SHAPE, zeros(Number(type.at(-1))))

const SAMPLES: Record<FormatName, (type: string) => Sample | Promise<Sample>> = {
  safetensors,
  'safetensors-index'(type) {
    const part = 'model-00001-of-00001.safetensors'
    const names = type === 'I8 with scales' ? ['embeddings', 'scales'] : ['embeddings']
    const map = Object.fromEntries(names.map((name) => [name, part]))
    return { bytes: ascii(JSON.stringify({ weight_map: map })), beside: { [part]: safetensors(type) } }
  },
  gguf(type) {
    const [id] = [...GGUF_TYPES].find(([, { name }]) => name === type) ?? [0]
    const { bytes, numbers } = READABLE_TYPES.get(type) ?? { bytes: 0, numbers: 1 }
    return gguf({
      tensors: [{ name: 'token_embd.weight', shape: SHAPE, type: id, bytes: zeros(bytes / numbers) }],
    })
  },
  npy: array,
  npz: (type) => zip([{ name: 'vectors.npy', bytes: array(type) }]),
  fasttext: () => fastText({ words: WORDS, dimension: DIMENSION, buckets: 3 }),
  'word2vec-text': text,
  'word2vec-binary': () => join(writeWord2vecBinary(writableRows(NUMBERS, DIMENSION, WORDS))),
  'glove-text': () => text().subarray(text().indexOf(10) + 1),
  'raw-f32': () => ({ bytes: zeros(4), beside: words }),
}

export async function sampleFile(format: FormatName, type: string): Promise<ByteSource> {
  const sample = await SAMPLES[format](type)
  const { bytes, beside } = sample instanceof Uint8Array ? { bytes: sample, beside: undefined } : sample
  return {
    ...bytesSource(bytes, 'sample'),
    sibling: async (name) => {
      const found: Uint8Array | undefined = beside?.[name]
      return found && bytesSource(found, name)
    },
  }
}
