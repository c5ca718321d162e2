/**
 * Whatever ends an opening (a read that fails, a stop, a file that lies, a file beside it that does), nothing
 * is left behind: the files that were opened are closed, and the streams that unpack have ended. A format
 * whose reader forgets it fails here.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FormatName } from '../../src/formats/format.ts'
import { encodeSafetensors, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { fastText } from './fasttext-files.ts'
import { ascii, join } from './files.ts'
import { bytesOf, smallGguf } from './gguf-files.ts'
import { gzip, npy, wordArray, zip } from './packed-files.ts'

const [SIZE, DIMENSION] = [40, 8]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) => Math.fround(Math.sin(index)))
const WORDS = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const ARRAY = npy('<f4', [SIZE, DIMENSION], ROWS)
const text = join(writeWord2vecText(TABLE))
const shard = (name: string) =>
  join(encodeSafetensors([{ name, dtype: 'F32', shape: [SIZE, DIMENSION], bytes: bytesOf(ROWS) }]))

interface Opened {
  bytes: Uint8Array | Promise<Uint8Array>
  beside?: Record<string, Uint8Array>
}

const words = { 'words.json': ascii(JSON.stringify(WORDS)) }
const FORMATS: Record<FormatName, () => Opened> = {
  safetensors: () => ({ bytes: gzip(join(writeSafetensors(TABLE))) }),
  'safetensors-index': () => ({
    bytes: ascii('{"weight_map":{"wte.weight":"a.safetensors","lm_head.weight":"b.safetensors"}}'),
    beside: { 'a.safetensors': shard('wte.weight'), 'b.safetensors': shard('lm_head.weight') },
  }),
  gguf: () => ({ bytes: gzip(smallGguf(SIZE, 32)) }),
  npy: () => ({ bytes: gzip(ARRAY), beside: words }),
  npz: () => ({
    bytes: zip([
      { name: 'a.npy', bytes: npy('<f4', [3], ROWS.subarray(0, 3)) },
      { name: 'vectors.npy', bytes: ARRAY },
      { name: 'words.npy', bytes: wordArray(WORDS) },
    ]),
  }),
  'word2vec-text': () => ({ bytes: gzip(text) }),
  'word2vec-binary': () => ({ bytes: gzip(join(writeWord2vecBinary(TABLE))) }),
  fasttext: () => ({ bytes: gzip(fastText({ words: WORDS, dimension: DIMENSION, buckets: 20 })) }),
  'glove-text': () => ({ bytes: gzip(text.subarray(text.indexOf(10) + 1)) }),
  'raw-f32': () => ({ bytes: bytesOf(ROWS), beside: words }),
}

// of more than is unpacked to see a header
const LARGE = npy('<f4', [3_000, DIMENSION], Float32Array.from({ length: 3_000 * DIMENSION }, Math.sin))

const CASES: [string, () => Opened][] = [
  ...Object.entries(FORMATS),
  [
    'npz of large arrays',
    () => ({
      bytes: zip([
        { name: 'a.npy', bytes: LARGE },
        { name: 'embeddings.npy', bytes: LARGE },
        { name: 'b.npy', bytes: LARGE },
      ]),
      beside: { 'words.json': ascii(JSON.stringify(Array.from({ length: 3_000 }, (_, id) => `w${id}`))) },
    }),
  ],
  [
    'npz with words beside it',
    () => ({ bytes: zip([{ name: 'vectors.npy', bytes: ARRAY }]), beside: words }),
  ],
  ['npz in gzip', () => ({ bytes: zip([{ name: 'vectors.npy', bytes: ARRAY }]).then(gzip) })],
  [
    'safetensors with a tokenizer beside it',
    () => ({
      bytes: shard('wte.weight'),
      beside: {
        'tokenizer.json': ascii(
          JSON.stringify({ model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' } }),
        ),
      },
    }),
  ],
]

/** Streams that unpack and have not ended. */
const streams = new Set<ReadableStreamDefaultReader>()
const Native = globalThis.DecompressionStream

beforeAll(() => {
  globalThis.DecompressionStream = class {
    constructor(format: CompressionFormat) {
      const { readable, writable } = new Native(format)
      const native: () => ReadableStreamDefaultReader = readable.getReader
      const getReader = () => {
        const reader = native.call(readable)
        streams.add(reader)
        const end = () => void streams.delete(reader)
        reader.closed.then(end, end)
        return reader
      }
      Object.assign(this, { readable: Object.assign(readable, { getReader }), writable })
    }
  } as unknown as typeof DecompressionStream
})
afterAll(() => {
  globalThis.DecompressionStream = Native
})

interface Plan {
  /** The read or opening that goes wrong, counted over all files. */
  nth?: number
  fault?: 'fails' | 'is short' | 'is aborted'
  /** Instead of what lies beside. */
  beside?: Record<string, Uint8Array>
}

/** The file with what lies beside it, whose reads go wrong as planned. */
function planned(
  { bytes, beside = {} }: { bytes: Uint8Array; beside?: Record<string, Uint8Array> },
  plan: Plan,
) {
  const opened: string[] = []
  const closed: string[] = []
  const controller = new AbortController()
  let steps = 0
  const step = async <Value>(value: () => Value, short: () => Value): Promise<Value> => {
    const isIt = steps++ === plan.nth
    await Promise.resolve()
    if (!isIt) return value()
    if (plan.fault === 'fails') throw new Error('the disk is gone')
    if (plan.fault === 'is short') return short()
    controller.abort(new Error('enough'))
    return value()
  }
  const source = (whole: Uint8Array, name: string): ByteSource => {
    let isOpen = true
    return {
      ...bytesSource(whole, name),
      read: (start, end) =>
        step(
          () => whole.subarray(start, end),
          () => whole.subarray(start, Math.max(start, end - 1)),
        ),
      // harmless when called twice
      close: async () => {
        if (isOpen) closed.push(name)
        isOpen = false
      },
    }
  }
  const besideIt = { ...beside, ...plan.beside }
  const sibling = (name: string) =>
    step(
      () => {
        if (besideIt[name] === undefined) return undefined
        opened.push(name)
        return source(besideIt[name], name)
      },
      () => undefined,
    )
  return {
    source: { ...source(bytes, 'the file'), sibling },
    signal: controller.signal,
    isAsClosed: () => expect([...closed].sort()).toEqual([...opened].sort()),
    steps: () => steps,
  }
}

/** Streams end a little after they are stopped. */
async function expectNoStreams(): Promise<void> {
  for (let wait = 0; wait < 100 && streams.size > 0; wait++)
    await new Promise((resolve) => setTimeout(resolve, 5))
  expect(streams.size).toBe(0)
}

describe.each(CASES)('%s', (format, make) => {
  const made = async () => {
    const { bytes, beside } = make()
    return { bytes: await bytes, ...(beside && { beside }) }
  }

  test.each(['fails', 'is short', 'is aborted'] as const)('any read or opening %s', async (fault) => {
    const file = await made()
    for (let nth = 0; ; nth++) {
      const plan = planned(file, { nth, fault })
      const options = { signal: plan.signal, shards: 'all' as const }
      await openTableFile(plan.source, options).then(
        async (open) => {
          await open.load(new Float32Array(open.size * open.dimension), options).catch(() => {})
          await open.close()
          await open.close()
        },
        () => {},
      )
      plan.isAsClosed()
      const whole = planned(file, { nth, fault })
      await openTable(whole.source, { signal: whole.signal }).then(
        (table) => table.dispose(),
        () => {},
      )
      whole.isAsClosed()
      await expectNoStreams()
      if (plan.steps() <= nth && whole.steps() <= nth) break
    }
  })

  test('what lies beside it lies', async () => {
    const file = await made()
    for (const name of Object.keys(file.beside ?? {})) {
      for (const lie of ['', '[1]', '["a"]', '{"x', '\0\0\0\0\0\0\0\0{}']) {
        const plan = planned(file, { beside: { [name]: ascii(lie) } })
        // a part that the table does not need, and a list of one word for one long row, are no lies
        const isSound = name === 'b.safetensors' || (format === 'raw-f32' && lie === '["a"]')
        const opening = openTable(plan.source).then((table) => table.dispose())
        if (isSound) await opening
        else await expect(opening).rejects.toMatchObject({ name: 'RowspaceError' })
        plan.isAsClosed()
      }
    }
    await expectNoStreams()
  })

  test('nothing was loaded', async () => {
    const plan = planned(await made(), {})
    const file = await openTableFile(plan.source)
    await file.close()
    plan.isAsClosed()
    await expectNoStreams()
  })
})
