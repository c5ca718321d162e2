/** What onProgress gets while a collection is saved and opened. */
import { expect, test } from 'vitest'
import { Collection, type OpenProgress, type SaveProgress } from '../../src/collection.ts'
import { memoryStore } from './forged.ts'
import { makeSaved } from './saved.ts'

/** Bytes of the tensors of a file, its header left out. */
function tensorBytes({ bytes }: { bytes: Uint8Array<ArrayBuffer> }): number {
  return bytes.length - 8 - new DataView(bytes.buffer).getUint32(0, true)
}

test('bytes from the first to the last, of every phase', async () => {
  const store = memoryStore()
  const saved: SaveProgress[] = []
  await (await makeSaved(60, { codes: true })).save(store, { onProgress: (progress) => saved.push(progress) })
  const opened: OpenProgress[] = []
  await Collection.open(store, { onProgress: (progress) => opened.push(progress) })
  const total = tensorBytes(store)
  const phases = [...new Set(saved.map(({ phase }) => phase))]
  expect(phases).toEqual(['checksum', 'write'])
  for (const reports of [...phases.map((one) => saved.filter(({ phase }) => phase === one)), opened]) {
    expect(new Set(reports.map((report) => report.total))).toEqual(new Set([total]))
    const done = reports.map((report) => report.done)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.at(-1)).toBe(total)
    expect(done.length).toBeGreaterThan(10)
  }
  // the header is written first
  expect(saved.find(({ phase }) => phase === 'write')?.done).toBe(0)
  expect(opened[0]).toMatchObject({ phase: 'read' })
  expect(opened[0]?.done).toBeGreaterThan(0)
})

test('a save without codes has fewer bytes, and an opening without them reads fewer', async () => {
  const store = memoryStore()
  await (await makeSaved(60, { codes: true })).save(store)
  const totalOf = async (codes: boolean) => {
    let last = 0
    await Collection.open(store, { codes, onProgress: ({ total }) => (last = total) })
    return last
  }
  expect(await totalOf(true)).toBe(tensorBytes(store))
  // 24 codes, a scale and a residual for each of 58 rows, 4 · 24 and 4 numbers for all
  expect((await totalOf(true)) - (await totalOf(false))).toBe(58 * (24 + 4 + 4) + 4 * (4 * 24 + 4))
})
