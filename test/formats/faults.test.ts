/**
 * Tables of every format on a server that cuts, stalls, lies, changes the file, answers 200 and throttles:
 * the rows are right, or it is said.
 */
import { describe, expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { served } from '../servers/faults.ts'
import type { Fault, Scenario } from '../servers/scenario.ts'
import { base64Of, join, rejection, same } from './files.ts'
import { bytesOf, F32, gguf } from './gguf-files.ts'
import { gzip, npy, zip } from './packed-files.ts'

const [SIZE, DIMENSION] = [1_500, 64]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) =>
  Math.fround(Math.sin(index ** 1.5)),
)
const WORDS = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const ARRAY = npy('<f4', [SIZE, DIMENSION], ROWS)

const FILES: Record<string, () => Promise<Uint8Array> | Uint8Array> = {
  safetensors: () => join(writeSafetensors(TABLE)),
  gguf: () =>
    gguf({
      metadata: [['tokenizer.ggml.tokens', WORDS]],
      tensors: [{ name: 'token_embd.weight', shape: [SIZE, DIMENSION], type: F32, bytes: bytesOf(ROWS) }],
    }),
  npy: () => ARRAY,
  npz: () => zip([{ name: 'vectors.npy', bytes: ARRAY }]),
  'word2vec text': () => join(writeWord2vecText(TABLE)),
  'word2vec binary, gzipped': () => gzip(join(writeWord2vecBinary(TABLE))),
}

const none: Fault = { kind: 'none' }
const gone: Fault = { kind: 'status', status: 404 }
const busy = (status: number): Fault => ({ kind: 'status', status, headers: { 'retry-after': '0' } })
const OPTIONS = { retries: 5, retryMilliseconds: 5, stallMilliseconds: 5_000 }

describe.each(Object.entries(FILES))('%s', (_, make) => {
  let content: Promise<{ content: string; size: number }> | undefined
  const serve = async (scenario: Partial<Scenario>) => {
    content ??= Promise.resolve(make()).then((bytes) => ({ content: base64Of(bytes), size: bytes.length }))
    return served({ ...(await content), ...scenario })
  }

  test.each<[string, Partial<Scenario>]>([
    [
      'cut',
      {
        faults: [
          { kind: 'cut', after: 1_000 },
          { kind: 'cut', after: 9_000 },
          none,
          { kind: 'cut', after: 0 },
        ],
      },
    ],
    ['reset, 429, 500, 503', { faults: [{ kind: 'reset' }, busy(429), none, busy(500), busy(503)] }],
    [
      'short answers',
      {
        faults: [
          none,
          { kind: 'short', bytes: 5_000 },
          { kind: 'short', bytes: 1 },
          { kind: 'early', after: 700 },
        ],
      },
    ],
    ['stalls', { faults: [{ kind: 'stall', after: 100 }, none, { kind: 'stall', after: 3_000 }] }],
    [
      'lies, once',
      { faults: [none, { kind: 'shift', by: 1 }, { kind: 'unsaid' }, { kind: 'surplus', bytes: 9 }] },
    ],
    ['200 for every range', { always: { kind: 'whole' } }],
    ['throttled', { rate: 3_000_000 }],
    ['the file is another one half-way: read again', { faults: [none, none, { kind: 'change' }] }],
  ])('%s', async (_, scenario) => {
    const { url } = await serve(scenario)
    const stalls = JSON.stringify(scenario).includes('stall')
    using table = await openTable(url, stalls ? { ...OPTIONS, stallMilliseconds: 300 } : OPTIONS)
    expect(table).toMatchObject({ size: SIZE, dimension: DIMENSION })
    expect(same(table.gather(Array.from({ length: SIZE }, (_, id) => id)), ROWS)).toBe(true)
  })

  test.each<[string, Fault, string]>([
    ['lies for ever', { kind: 'shift', by: 1 }, 'IO'],
    ['cut for ever', { kind: 'cut', after: 0 }, 'IO|TRUNCATED'],
    ['gone half-way', gone, 'NOT_FOUND'],
    ['another size half-way', { kind: 'size', size: 5 }, 'CHANGED|IO'],
  ])('%s: an error', async (_, always, code) => {
    const { url } = await serve({ faults: [none], always })
    const error = await rejection(openTable(url, { ...OPTIONS, retries: 1 }))
    expect(error.code).toMatch(new RegExp(`^(${code})$`))
  })
})
