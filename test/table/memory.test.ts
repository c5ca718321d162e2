/** Memory: too much is rejected with the number of bytes, and everything else goes on. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isRowspaceError, type RowspaceError } from '../../src/core/errors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

async function rejection(promise: Promise<unknown>): Promise<RowspaceError> {
  const error = await promise.then(
    () => expect.fail('should have been rejected'),
    (reason: unknown) => reason,
  )
  if (!isRowspaceError(error)) throw error
  return error
}

afterEach(() => vi.unstubAllGlobals())

describe('a table of more than one memory holds', () => {
  test.each([
    [1e9, 300],
    [2 ** 32, 1],
    [1, 2 ** 53 - 1],
    [2 ** 53 - 1, 2 ** 53 - 1],
  ])('%d x %d: OUT_OF_MEMORY, and the process goes on', async (size, dimension) => {
    using small = await EmbeddingTable.from([1, 2], { dimension: 1 })
    const write = vi.fn()
    const error = await rejection(EmbeddingTable.fill({ size, dimension }, write))
    expect(error.code).toBe('OUT_OF_MEMORY')
    expect(error.message).toContain(`${size} x ${dimension}`)
    expect(error.message).toContain(String(error.details.byteLength))
    expect(error.details.byteLength).toBeGreaterThan(2 ** 32 - 65_536)
    expect(write).not.toHaveBeenCalled()
    expect([...small.nearest([1], { metric: 'dot' }).ids]).toEqual([1, 0])
  })
})

test('an engine that gives no memory: OUT_OF_MEMORY, and the next table is made', async () => {
  const denied = new RangeError('WebAssembly.Memory(): could not allocate memory')
  vi.stubGlobal('WebAssembly', {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
    ),
    Memory: class {
      constructor() {
        throw denied
      }
    },
  })
  const error = await rejection(EmbeddingTable.from([1, 2], { dimension: 1 }))
  expect(error.code).toBe('OUT_OF_MEMORY')
  expect(error.message).toMatch(/2 x 1 needs \d+ bytes, more than the engine gives/)
  expect(error.details.byteLength).toBeGreaterThan(0)
  vi.unstubAllGlobals()
  using table = await EmbeddingTable.from([1, 2], { dimension: 1 })
  expect(table.size).toBe(2)
})

test('a thousand tables, one after the other', async () => {
  for (let round = 0; round < 1000; round++) {
    using table = await EmbeddingTable.fill(
      { size: 16, dimension: 16_384 },
      (target) => void target.fill(round),
    )
    expect(table.row(15)[0]).toBe(round)
  }
})
