/** Threads whose workers come from a file of the app's, in Node. test/package/ has the same on a page. */
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ThreadOptions } from '../../src/core/options.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { makeTable } from '../oracle/tables.ts'
import { projectPath } from '../shared-data.ts'

const FILE = projectPath('build/thread-worker.js')
const { flat, dimension } = makeTable(4500, 64, 'plain', 1)
const tableWith = (threads: unknown) =>
  EmbeddingTable.from(flat, { dimension, threads: threads as ThreadOptions })

test.each([
  ['a path', FILE],
  ['a URL', pathToFileURL(FILE)],
  ['the address of a file', pathToFileURL(FILE).href],
])('the worker from %s answers as the one in the module does', async (_, worker) => {
  using one = await EmbeddingTable.from(flat, { dimension })
  using two = await tableWith({ count: 2, worker })
  await vi.waitFor(() => expect(two.threads).toBe(2), { timeout: 30_000, interval: 2 })
  for (const query of [0, 77, 4499]) {
    expect(two.nearest(query).toArray()).toEqual(one.nearest(query).toArray())
  }
})

test.each([
  [
    'a file that is not there',
    `${FILE}.missing`,
    /js\.missing" did not start; one thread searches: .*Cannot find/,
  ],
  ['a file that is no worker of ours', projectPath('vitest.config.ts'), /did not start/],
  [
    'a path that Node does not take',
    'thread-worker.js',
    /"thread-worker\.js" did not start; .*relative path/,
  ],
])('%s leaves one thread, the right answers and one warning', async (_, worker, message) => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warned.mockRestore())
  using one = await EmbeddingTable.from(flat, { dimension })
  using three = await tableWith({ count: 3, worker })
  expect(three.nearest(5).toArray()).toEqual(one.nearest(5).toArray())
  await vi.waitFor(() => expect(warned).toHaveBeenCalled(), { timeout: 30_000, interval: 5 })
  expect(three.threads).toBe(1)
  expect(warned.mock.calls).toEqual([[expect.stringMatching(message), 'RowspaceWarning']])
})

test('a table that is disposed of before its workers have started warns of nothing', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warned.mockRestore())
  const table = await tableWith({ count: 2, worker: `${FILE}.missing` })
  table.dispose()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(warned).not.toHaveBeenCalled()
})

test.each([
  [{ count: 2, worker: 5 }, /threads\.worker must be a string or a URL; got 5/],
  [{ count: 2, workers: FILE }, /unknown key "workers" in threads; did you mean "worker"\?/],
  [{ worker: FILE }, /threads\.count must be 'auto' or an integer/],
  [{ count: 0, worker: FILE }, /threads must be 'auto' or an integer from 1/],
  [null, /threads must be 'auto' or an integer from 1/],
])('%j is rejected', async (threads, message) => {
  await expect(tableWith(threads)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  })
})
