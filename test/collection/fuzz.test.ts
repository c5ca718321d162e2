/**
 * Saved collections with anything done to their bytes: each opens as it was saved, or is rejected by a
 * RowspaceError; never as another collection. ROWSPACE_FUZZ_SECONDS lets it run for so long (120 in CI); a
 * failure prints its seed, and ROWSPACE_SEED=<seed> repeats it.
 */
import { expect, test } from 'vitest'
import { Collection, type CollectionStore } from '../../src/collection.ts'
import { isRowspaceError } from '../../src/core/errors.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { join } from '../formats/files.ts'
import { FUZZ_TIMEOUT, fuzz } from '../fuzz.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { COLUMNS, expectSame, makeSaved } from './saved.ts'

const ROUNDS = 400

function memoryStore(saved?: Uint8Array): CollectionStore & { bytes(): Uint8Array } {
  let bytes = saved
  return {
    name: `memory ${Math.random()}`,
    bytes: () => bytes ?? new Uint8Array(),
    read: async () => bytes && bytesSource(bytes),
    write: async (chunks) => {
      const copies: Uint8Array[] = []
      for await (const chunk of chunks) copies.push(chunk.slice())
      bytes = join(copies)
    },
    lock: async () => async () => {},
  }
}

test.each([
  ['with codes', { codes: true }],
  ['without codes', { codes: false }],
  ['of bf16', { dtype: 'bf16' }],
] as const)('%s', { timeout: FUZZ_TIMEOUT }, async (_, options) => {
  using collection = await makeSaved(60, options)
  const store = memoryStore()
  await collection.save(store)
  const saved = store.bytes()
  const header = new DataView(saved.buffer, saved.byteOffset).getUint32(0, true)
  let rejected = 0
  const rounds = await fuzz(ROUNDS, 1 / 3, async (seed) => {
    const random = randomNumbers(seed)
    const lt = (limit: number) => Math.floor(random() * limit)
    let changed: Uint8Array = saved.slice()
    const place = random() < 0.5 ? lt(8 + header) : lt(saved.length)
    const kind = lt(5)
    if (kind === 0) changed = changed.slice(0, place)
    else if (kind === 1) changed[place]! ^= 1 << lt(8)
    else if (kind === 2) changed[place] = lt(256)
    else if (kind === 3) changed = join([changed.subarray(0, place), changed.subarray(place + 1 + lt(16))])
    else changed = join([changed, new Uint8Array(1 + lt(40))])
    try {
      using opened = await Collection.open(memoryStore(changed), { columns: COLUMNS })
      expectSame(opened, collection)
    } catch (error) {
      if (!isRowspaceError(error)) throw error
      rejected++
    }
  })
  expect(rejected).toBeGreaterThan(rounds / 2 - 1)
})
