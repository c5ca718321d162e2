/** The core from a file, as slim has it in Node. */
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { projectPath } from '../shared-data.ts'

const CORE = pathToFileURL(projectPath('build/rowspace.wasm'))

test.each([CORE, CORE.href])('a file: address: %s', async (core) => {
  using table = await EmbeddingTable.from([3, 4, 4, 3], { dimension: 2, core })
  expect(table.similarity(0, 1)).toBeCloseTo(0.96, 6)
})

test('several threads from a file: address', async () => {
  using table = await EmbeddingTable.from([3, 4, 4, 3], { dimension: 2, core: CORE, threads: 2 })
  expect(table.similarity(0, 1)).toBeCloseTo(0.96, 6)
})

test('a file that is not there is named', async () => {
  const missing = new URL('missing.wasm', CORE)
  await expect(EmbeddingTable.from([1], { dimension: 1, core: missing })).rejects.toMatchObject({
    code: 'IO',
    message: expect.stringContaining('missing.wasm'),
  })
})
