/** Files that a caller names for a table: how they are asked for. */
import { afterEach, expect, test, vi } from 'vitest'
import { openFastText } from '../../src/open/fasttext-model.ts'
import { openTable } from '../../src/open/open-table.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { fastText, SMALL_MODEL } from '../formats/fasttext-files.ts'
import { ascii, rejection } from '../formats/files.ts'
import { npy } from '../formats/packed-files.ts'

afterEach(() => vi.unstubAllGlobals())

const VECTORS = npy('<f4', [2, 1], Float32Array.of(1, 2))

/** Answers `fetch` with ranges of these files; returns the address and the secret of each request. */
function serve(files: Record<string, Uint8Array>): [address: string, secret: string | null][] {
  const asked: [string, string | null][] = []
  vi.stubGlobal('fetch', async (input: URL, init: { headers: Record<string, string> }) => {
    const headers = new Headers(init.headers)
    asked.push([String(input), headers.get('authorization')])
    const bytes = files[String(input)]
    if (bytes === undefined) return new Response(null, { status: 404 })
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '') ?? []
    const part = bytes.slice(Number(from), Number(to) + 1)
    const end = Number(from) + part.length - 1
    const range = `bytes ${from}-${end}/${bytes.length}`
    return new Response(part, { status: 206, headers: { 'content-range': range, etag: '"1"' } })
  })
  return asked
}

const ROWS = 'https://rows.example/a.npy'
const headers = { authorization: 'secret' }

test('headers are for the origin of the table, and go to its words and counts there alone', async () => {
  for (const [origin, secret] of [
    ['https://rows.example', 'secret'],
    ['https://other.example', null],
  ] as const) {
    const [words, counts] = [`${origin}/words.txt`, `${origin}/counts.txt`]
    const asked = serve({ [ROWS]: VECTORS, [words]: ascii('a\nb\n'), [counts]: ascii('a 5\n') })
    using table = await openTable(ROWS, { headers, words, counts: new URL(counts) })
    expect([table.token(1), table.vocabulary?.counts?.[0]]).toEqual(['b', 5])
    const sent = new Map(asked)
    expect([ROWS, words, counts].map((address) => sent.get(address))).toEqual(['secret', secret, secret])
  }
})

test('headers go with what is named for a table that has no address', async () => {
  const words = 'https://other.example/words.txt'
  const asked = serve({ [words]: ascii('a\nb\n') })
  using table = await openTable(VECTORS, { headers, words })
  expect([table.token(1), asked[0]]).toEqual(['b', [words, 'secret']])
})

test('headers for a table do not go to an index elsewhere', async () => {
  const index = 'https://other.example/a.index.safetensors'
  const asked = serve({ [ROWS]: VECTORS })
  await using stored = await viewTable(ROWS, { headers, index })
  expect((await rejection(stored.nearest([1]))).code).toBe('NOT_FOUND')
  expect(new Map(asked).get(index)).toBe(null)
})

test('a fastText model is opened once', async () => {
  const model = 'https://rows.example/a.bin'
  const asked = serve({ [model]: fastText(SMALL_MODEL) })
  await using opened = await openFastText(model, { headers })
  expect([opened.table.token(2), asked]).toEqual(['king', [[model, 'secret']]])
})
