/** Questions to tables in the private files of a page, from a worker. */
import { expect, test } from 'vitest'
import { FUZZ_TIMEOUT, fuzz } from '../fuzz.ts'

test('a File of OPFS answers in a worker as a table in memory does', { timeout: FUZZ_TIMEOUT }, async () => {
  await fuzz(3, 0, async (seed) => {
    const worker = new Worker(new URL('./opfs-worker.ts', import.meta.url), { type: 'module' })
    try {
      const answer = await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = (event) => reject(new Error(event.message))
        worker.postMessage(seed)
      })
      if (typeof answer !== 'number') throw new Error(String(answer))
      expect(answer).toBeGreaterThanOrEqual(40)
    } finally {
      worker.terminate()
    }
  })
})
