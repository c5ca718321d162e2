/** What only a browser has: a page, its address, its files. */
import { expect, test } from 'vitest'
import { openTable } from '../../src/open/open-table.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { ROWS, TOKENS } from './rows.ts'

const CORE = new URL('../../build/rowspace.wasm', import.meta.url)

test('the page is cross-origin isolated, so that memory can be shared with workers', () => {
  expect(globalThis.crossOriginIsolated).toBe(true)
  expect(new SharedArrayBuffer(1).byteLength).toBe(1)
})

test('the core is loaded from its file by address', async () => {
  for (const core of [CORE, CORE.href, await fetch(CORE)]) {
    using table = await EmbeddingTable.from([3, 4, 4, 3], { dimension: 2, core })
    expect(table.similarity(0, 1)).toBeCloseTo(0.96, 6)
  }
})

test('a core that is not there names its address and the answer', async () => {
  const core = new URL('/no-such-file.wasm', location.href)
  await expect(EmbeddingTable.from([1], { dimension: 1, core })).rejects.toMatchObject({ code: 'IO' })
})

test('a table answers in a worker as on the page', async () => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  try {
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = (event) => reject(new Error(event.message))
    })
    using table = await EmbeddingTable.from(ROWS, { dimension: 2, tokens: TOKENS })
    expect(answer).toEqual(table.nearest('a').toArray())
  } finally {
    worker.terminate()
  }
})

test('a File opens as a table', async () => {
  const file = new File(['2 3\nking 1 2 3\nqueen 4 5 6\n'], 'vectors.txt')
  using table = await openTable(file)
  expect(table).toMatchObject({ size: 2, dimension: 3 })
  expect([...table.row('queen')]).toEqual([4, 5, 6])
})

test('a string without a scheme is an address on the page, as bundlers give for ?url', async () => {
  const { pathname } = new URL('../../data/glove-20k.safetensors', import.meta.url)
  using table = await openTable(pathname)
  expect(table.size).toBe(20_000)
})

test('an address where nothing is says so', async () => {
  await expect(openTable('no-such-file.safetensors')).rejects.toMatchObject({ name: 'RowspaceError' })
})
