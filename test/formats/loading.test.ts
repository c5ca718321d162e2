/**
 * What all formats owe whoever waits for them: progress, a stop at once, the error of a read that fails, and
 * the table although a callback throws.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Progress } from '../../src/core/progress.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { join, rejection, same } from './files.ts'
import { bytesOf, F32, gguf } from './gguf-files.ts'
import { gzip, npy, zip } from './packed-files.ts'

// over a mebibyte: more than one block
const [SIZE, DIMENSION] = [3_000, 100]
const ROWS = Float32Array.from({ length: SIZE * DIMENSION }, (_, index) => (index % 977) / 8 - 60)
const WORDS = Array.from({ length: SIZE }, (_, id) => `w${id}`)
const TABLE = writableRows(ROWS, DIMENSION, WORDS)
const ARRAY = npy('<f4', [SIZE, DIMENSION], ROWS)

const FILES: Record<string, () => Promise<Uint8Array> | Uint8Array> = {
  safetensors: () => join(writeSafetensors(TABLE)),
  'safetensors of int8': () => join(writeSafetensors(TABLE, { dtype: 'int8' })),
  gguf: () =>
    gguf({
      tensors: [{ name: 'token_embd.weight', shape: [SIZE, DIMENSION], type: F32, bytes: bytesOf(ROWS) }],
    }),
  npy: () => ARRAY,
  npz: () => zip([{ name: 'vectors.npy', bytes: ARRAY }]),
  'word2vec text': () => join(writeWord2vecText(TABLE)),
  'word2vec binary': () => join(writeWord2vecBinary(TABLE)),
  'GloVe text, gzipped': () => {
    const text = join(writeWord2vecText(TABLE))
    return gzip(text.subarray(text.indexOf(10) + 1))
  },
}

afterEach(() => vi.restoreAllMocks())

describe.each(Object.entries(FILES))('%s', (format, make) => {
  let made: Promise<Uint8Array> | undefined
  const bytes = () => (made ??= Promise.resolve(make()))

  test('progress never goes back, and ends with all of it', async () => {
    const seen: Progress[] = []
    using table = await openTable(await bytes(), { onProgress: (progress) => seen.push(progress) })
    expect(table.size).toBe(SIZE)
    const read = seen.filter(({ phase }) => phase === 'read')
    expect(read.length).toBeGreaterThan(format === 'safetensors of int8' ? 1 : 0)
    read.forEach(({ done, total }, index) => {
      expect(done).toBeGreaterThan(read[index - 1]?.done ?? 0)
      expect(total).toBe(read[0]!.total)
    })
    expect(read.at(-1)!.done).toBe(read[0]!.total)
    expect(seen.slice(-2)).toEqual([
      { phase: 'norms', done: 0, total: SIZE },
      { phase: 'norms', done: SIZE, total: SIZE },
    ])
  })

  test('a callback that throws does not cost the table; its error is reported', async () => {
    const failure = new Error('no bar')
    const reported: unknown[] = []
    if (typeof globalThis.reportError === 'function') {
      vi.spyOn(globalThis, 'reportError').mockImplementation((error) => void reported.push(error))
    } else {
      vi.spyOn(process, 'emitWarning').mockImplementation(((error: unknown) => reported.push(error)) as never)
    }
    const onProgress = () => {
      throw failure
    }
    using table = await openTable(await bytes(), { onProgress })
    expect(table.size).toBe(SIZE)
    expect(reported).toEqual([failure])
  })

  test('stopped at any read: the reason, and no progress after it', async () => {
    const packed = await bytes()
    const reason = new Error('enough')
    for (let nth = 0; ; nth++) {
      const controller = new AbortController()
      let reads = 0
      const source: ByteSource = {
        ...bytesSource(packed),
        read: async (start, end) => {
          if (reads++ === nth) controller.abort(reason)
          await Promise.resolve()
          return packed.slice(start, end)
        },
      }
      const onProgress = () => expect(controller.signal.aborted).toBe(false)
      const error = await openTable(source, { signal: controller.signal, onProgress }).then(
        (table) => table.dispose(),
        (thrown) => thrown,
      )
      if (reads <= nth) break
      expect(error).toBe(reason)
    }
  })

  test('stopped by whoever watches: the reason at once, and no progress after it', async () => {
    const packed = await bytes()
    const reason = new Error('enough')
    for (let nth = 0; ; nth++) {
      const controller = new AbortController()
      let calls = 0
      const onProgress = () => {
        if (calls++ === nth) controller.abort(reason)
      }
      const error = await openTable(packed, { signal: controller.signal, onProgress }).then(
        (table) => table.dispose(),
        (thrown) => thrown,
      )
      if (!controller.signal.aborted) break
      expect(error).toBe(reason)
      expect(calls).toBe(nth + 1)
    }
  })

  test('the N-th read fails: its error, whatever N is', async () => {
    const packed = await bytes()
    for (let nth = 0; ; nth++) {
      const failure = new Error(`read ${nth}`)
      let reads = 0
      const source: ByteSource = {
        ...bytesSource(packed),
        read: async (start, end) => {
          if (reads++ === nth) throw failure
          return packed.slice(start, end)
        },
      }
      const error = await openTable(source).then(
        (table) => table.dispose(),
        (reason) => reason,
      )
      if (error === undefined) break
      expect(error).toBe(failure)
    }
  })

  test('a read that gives too few bytes is TRUNCATED', async () => {
    const packed = await bytes()
    let reads = 0
    const source: ByteSource = {
      ...bytesSource(packed),
      read: async (start, end) => packed.slice(start, reads++ === 1 ? end - 1 : end),
    }
    expect((await rejection(openTable(source))).code).toBe('TRUNCATED')
  })

  test('a target of another type or length is rejected before a row is read', async () => {
    const packed = await bytes()
    const file = await openTableFile({
      ...bytesSource(packed),
      readInto: () => expect.fail('rows were read'),
    })
    const onProgress = () => expect.fail('rows were read')
    const numbers = SIZE * DIMENSION
    for (const wrong of [new Float64Array(numbers), new Uint16Array(numbers), Array(numbers).fill(0)]) {
      const error = await rejection(file.load(wrong as never, { onProgress }))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.message).toMatch(/^The target of a load must be a Float32Array; got .+\.$/)
    }
    for (const length of [numbers - 1, numbers + 1]) {
      expect(await rejection(file.load(new Float32Array(length), { onProgress }))).toMatchObject({
        code: 'LENGTH_MISMATCH',
        details: { expected: numbers, actual: length },
      })
    }
    await file.close()
  })

  test('the same from bytes, a buffer, a Blob and a File', async () => {
    const packed = await bytes()
    const likes = [packed.slice().buffer, new Blob([packed as BlobPart]), new File([packed as BlobPart], 'x')]
    using expected = await openTable(packed)
    const ids = Array.from({ length: SIZE }, (_, id) => id)
    for (const like of likes) {
      using table = await openTable(like)
      expect(same(table.gather(ids), expected.gather(ids))).toBe(true)
    }
  })
})
