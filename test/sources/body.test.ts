/** The body of a response: its Content-Range, its length, and what is wrong with either. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { type Body, fillPart, isEmptyRange, parseContentRange, readWhole } from '../../src/sources/body.ts'
import { Watchdog } from '../../src/sources/http.ts'
import { TransientFailure } from '../../src/sources/retry.ts'
import { rejection } from '../formats/files.ts'

afterEach(() => void vi.restoreAllMocks())

const URL_ = new URL('http://a.invalid/t')

/** A body of these chunks, what it has counted so far, and how often it said that it lives. */
function body(chunks: Uint8Array<ArrayBuffer>[], headers: Record<string, string> = {}, type?: 'bytes') {
  const counts: number[] = []
  const stream = new ReadableStream({
    ...(type && { type }),
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
  })
  const response = new Response(stream, { headers })
  const watchdog = new Watchdog(URL_, 60_000, undefined)
  const given: Body = { url: URL_, response, watchdog, onBytes: (count) => counts.push(count) }
  return { body: given, counts }
}

/** Lists the chunks that are read of bodies, as they are handed out. */
function spyOnChunks(): Uint8Array[] {
  const chunks: Uint8Array[] = []
  const { read } = ReadableStreamDefaultReader.prototype
  vi.spyOn(ReadableStreamDefaultReader.prototype, 'read').mockImplementation(async function (
    this: ReadableStreamDefaultReader,
  ) {
    const result = await read.call(this)
    if (!result.done) chunks.push(result.value)
    return result
  })
  return chunks
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index + 1)

/** What a TransientFailure tells the caller in the end. */
async function failure(promise: Promise<unknown>) {
  const thrown = await promise.then(
    () => undefined,
    (error) => error,
  )
  expect(thrown).toBeInstanceOf(TransientFailure)
  return (thrown as TransientFailure).error
}

describe('Content-Range', () => {
  test.each([
    ['bytes 0-499/1234', { start: 0, end: 500, size: 1234 }],
    ['  Bytes \t 7-7/8 ', { start: 7, end: 8, size: 8 }],
    ['bytes 12-34/56', { start: 12, end: 35, size: 56 }],
    ['bytes 0-499/*', undefined],
    ['bytes */1234', undefined],
    ['bytes 5-4/10', undefined],
    ['bytes 0-10/10', undefined],
    ['bytes 0-9/10', { start: 0, end: 10, size: 10 }],
    ['bytes 0-1/99999999999999999999', undefined],
    ['xbytes 0-1/2', undefined],
    ['bytes 0-1/2x', undefined],
    ['bytes0-1/2', undefined],
    ['bytes a-1/2', undefined],
    [null, undefined],
  ])('%j', (header, range) => {
    expect(parseContentRange(header)).toEqual(range)
  })

  test.each([
    ['bytes */0', true],
    [' BYTES  */00 ', true],
    ['bytes */10', false],
    ['bytes */0x', false],
    ['xbytes */0', false],
    ['bytes*/0', false],
    ['bytes 0-0/0', false],
    [null, false],
  ])('of a file without bytes: %j is %s', (header, isEmpty) => {
    expect(isEmptyRange(header)).toBe(isEmpty)
  })
})

describe('a part', () => {
  const canTransfer = 'transfer' in ArrayBuffer.prototype

  test.runIf(canTransfer)('a chunk of a stream of bytes is given back once it is copied', async () => {
    const part = { bytes: new Uint8Array(5), start: 0, filled: 0 }
    const chunks = spyOnChunks()
    await fillPart(part, 5, body([bytes(2), bytes(3)], {}, 'bytes').body)
    expect(part.bytes).toEqual(Uint8Array.of(1, 2, 1, 2, 3))
    expect(chunks.map(({ buffer }) => buffer.byteLength)).toEqual([0, 0])
  })

  test('a chunk of any other stream may be used elsewhere, and stays', async () => {
    const shared = [bytes(2), bytes(3)]
    const part = { bytes: new Uint8Array(5), start: 0, filled: 0 }
    await fillPart(part, 5, body([...shared]).body)
    expect(shared).toEqual([bytes(2), bytes(3)])
  })

  test('a whole body keeps its chunks', async () => {
    expect(await readWhole(body([bytes(2), bytes(3)], {}, 'bytes').body)).toEqual(
      Uint8Array.of(1, 2, 1, 2, 3),
    )
  })

  test('is filled from where it stands, and counted chunk by chunk', async () => {
    const part = { bytes: new Uint8Array(6), start: 100, filled: 1 }
    const { body: given, counts } = body([bytes(2), bytes(2)])
    await fillPart(part, 4, given)
    expect(part).toEqual({ bytes: Uint8Array.of(0, 1, 2, 1, 2, 0), start: 100, filled: 5 })
    expect(counts).toEqual([2, 2])
  })

  test('that is too short holds what came', async () => {
    const part = { bytes: new Uint8Array(6), start: 0, filled: 1 }
    expect(await failure(fillPart(part, 5, body([bytes(2)]).body))).toMatchObject({
      code: 'TRUNCATED',
      message: `${URL_} ended 3 bytes early, again and again. Try again later.`,
      details: { url: URL_.href, expected: 5, actual: 2 },
    })
    expect(part.filled).toBe(3)
  })

  test('that is too long by a byte', async () => {
    const part = { bytes: new Uint8Array(6), start: 0, filled: 1 }
    expect(await failure(fillPart(part, 3, body([bytes(3), bytes(1)]).body))).toMatchObject({
      code: 'TRUNCATED',
      message: `${URL_} gave more than the 3 bytes it promised. Try again.`,
      details: { url: URL_.href, expected: 3 },
    })
  })

  test.each(['gzip', ' br '])('that is packed as %j', async (encoding) => {
    const part = { bytes: new Uint8Array(2), start: 0, filled: 0 }
    const { body: given } = body([bytes(2)], { 'content-encoding': encoding })
    expect(await rejection(fillPart(part, 2, given))).toMatchObject({
      code: 'IO',
      details: { contentEncoding: encoding.trim() },
    })
  })

  test.each(['', 'identity', ' Identity '])('that is packed as %j, which is not', async (encoding) => {
    const part = { bytes: new Uint8Array(2), start: 0, filled: 0 }
    await fillPart(part, 2, body([bytes(2)], { 'content-encoding': encoding }).body)
    expect(part.filled).toBe(2)
  })

  test('of a response without a body is too short', async () => {
    const { body: given } = body([])
    const part = { bytes: new Uint8Array(2), start: 0, filled: 0 }
    const none = { ...given, response: new Response(null) }
    expect((await failure(fillPart(part, 2, none))).code).toBe('TRUNCATED')
  })

  test('whose connection breaks: the network’s reason; one that is aborted: the abort’s', async () => {
    const part = { bytes: new Uint8Array(2), start: 0, filled: 0 }
    const broken = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) }))
    const { body: given } = body([])
    expect(await failure(fillPart(part, 2, { ...given, response: broken() }))).toMatchObject({
      code: 'IO',
      details: { reason: 'NETWORK', problem: 'reset' },
    })
    given.watchdog.end()
    const aborted = fillPart(part, 2, { ...given, response: broken() })
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('a whole file', () => {
  test('of the promised length, of a packed one, or of an unknown one', async () => {
    for (const headers of [
      { 'content-length': '5' },
      { 'content-length': '9', 'content-encoding': 'gzip' },
      {},
    ]) {
      const { body: given, counts } = body([bytes(2), bytes(3)], headers)
      expect(await readWhole(given)).toEqual(Uint8Array.of(1, 2, 1, 2, 3))
      expect(counts).toEqual([2, 3])
    }
  })

  test.each(['4', '6'])('that promised %s bytes and gave 5', async (promised) => {
    const { body: given } = body([bytes(2), bytes(3)], { 'content-length': promised })
    expect(await failure(readWhole(given))).toMatchObject({
      code: 'TRUNCATED',
      message: `${URL_} promised ${promised} bytes and gave 5: try again.`,
      details: { expected: Number(promised), actual: 5 },
    })
  })

  test('of 2^28 bytes is held, of one more is not, promised or not', async () => {
    const quarter = new Uint8Array(2 ** 26)
    const four = [quarter, quarter, quarter, quarter]
    expect(await readWhole(body([...four]).body)).toHaveLength(2 ** 28)
    const promised = body([bytes(1)], { 'content-length': String(2 ** 28 + 1) })
    for (const { body: given } of [promised, body([...four, bytes(1)])]) {
      const error = await rejection(readWhole(given))
      expect(error).toMatchObject({ code: 'IO', details: { size: 2 ** 28 + 1 } })
      expect(isRowspaceError(error) && error.message).toMatch(/gives no ranges.*download the file/)
    }
    expect(promised.counts).toEqual([])
  })
})
