/** Names that lie beside a file are read while its rows come; what is wrong with either ends the other. */
import { expect, test } from 'vitest'
import { encodeSafetensors, tokensTensor } from '../../src/formats/safetensors/writer.ts'
import { openTable } from '../../src/open/open-table.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource, ReadOptions } from '../../src/sources/source.ts'
import { ascii, join } from '../formats/files.ts'

const SIZE = 30_000
const ROWS = Float32Array.from({ length: SIZE * 4 }, (_, index) => index + 1)
const TENSOR = {
  name: 'model.embed_tokens.weight',
  dtype: 'F32',
  shape: [SIZE, 4],
  bytes: new Uint8Array(ROWS.buffer),
}
const TOKENIZER = JSON.stringify({ model: { type: 'WordLevel', vocab: { king: 0 }, unk_token: 'king' } })
/** Rows lie behind what is read of any file when it is opened. */
const HEAD_BYTES = 65_536

/** Resolves when `settle` is called, or fails after a while: what waits for it would wait for ever. */
function signalled(what: string) {
  let settle = () => {}
  const promise = new Promise<void>((resolve, reject) => {
    settle = resolve
    setTimeout(() => reject(new Error(`${what} was waited for`)), 10_000)
  })
  promise.catch(() => {})
  return { promise, settle }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

interface Behaviour {
  tokenizer?: string
  tensors?: Parameters<typeof encodeSafetensors>[0]
  onRows?: (options: ReadOptions) => Promise<unknown>
  onNames?: (options: ReadOptions) => Promise<unknown>
}

/** A model whose reads of rows and of tokenizer.json wait for what the test says. */
function model({ tokenizer = TOKENIZER, tensors = [TENSOR], onRows, onNames }: Behaviour) {
  const asked: string[] = []
  const file = bytesSource(join(encodeSafetensors(tensors)), 'model')
  const beside = bytesSource(ascii(tokenizer), 'tokenizer.json')
  const source: ByteSource = {
    ...file,
    read: async (start, end, options = {}) => {
      if (end > HEAD_BYTES) await onRows?.(options)
      return file.read(start, end)
    },
    sibling: async (name) => {
      asked.push(name)
      if (name !== 'tokenizer.json') return undefined
      return {
        ...beside,
        read: async (start, end, options = {}) => {
          await onNames?.(options)
          return beside.read(start, end)
        },
      }
    },
  }
  return { source, asked }
}

test('names are read before the rows have come', async () => {
  const named = signalled('the names')
  const onNames = async () => named.settle()
  const { source } = model({ onRows: () => named.promise, onNames })
  using table = await openTable(source)
  expect([table.size, table.id('king')]).toEqual([SIZE, 0])
})

test('a tokenizer.json that cannot be read ends the load before the rows have come', async () => {
  const { source } = model({ tokenizer: '{', onRows: ({ signal }) => aborted(signal) })
  await expect(openTable(source)).rejects.toMatchObject({ code: 'INVALID_FORMAT' })
})

test('rows that fail end the reading of names, and it is their error that is thrown', async () => {
  const reading = signalled('the reading of names')
  let reason: unknown
  const onNames = ({ signal }: ReadOptions) => {
    reading.settle()
    return aborted(signal).catch((error) => {
      reason = error
      throw error
    })
  }
  const error = new Error('the disk is gone')
  const onRows = () => reading.promise.then(() => Promise.reject(error))
  await expect(openTable(model({ onRows, onNames }).source)).rejects.toBe(error)
  expect(reason).toBe(error)
})

test('an abort ends both, with its reason', async () => {
  const controller = new AbortController()
  const started = [signalled('the rows'), signalled('the names')] as const
  const wait =
    (which: 0 | 1) =>
    ({ signal }: ReadOptions) => {
      started[which].settle()
      return aborted(signal)
    }
  const { source } = model({ onRows: wait(0), onNames: wait(1) })
  const opening = openTable(source, { signal: controller.signal })
  await Promise.all(started.map(({ promise }) => promise))
  controller.abort('enough')
  await expect(opening).rejects.toBe('enough')
})

test('nobody asks for names that the file or the caller has', async () => {
  const tokens = Array.from({ length: SIZE }, (_, id) => `token ${id}`)
  const own = model({ tensors: [{ ...TENSOR, name: 'embeddings' }, tokensTensor(tokens)] })
  using named = await openTable(own.source)
  expect([named.token(7), own.asked]).toEqual(['token 7', []])
  const given = model({})
  using table = await openTable(given.source, { tokens })
  expect([table.token(7), given.asked]).toEqual(['token 7', []])
})
