/** A checksum of a few rows: whether they are the rows that an index is of. */

import { Checksum } from '../sources/checksum.ts'
import { sampledIds } from './index-layout.ts'
import type { StoredRows } from './stored-rows.ts'

/** XXH64 of the sampled rows as float32. Throws what `fetch` throws. */
export async function sampleOf(rows: StoredRows, size: number, signal?: AbortSignal): Promise<string> {
  const ids = sampledIds(size)
  const found = await rows.fetch(ids, signal)
  const checksum = await Checksum.start()
  for (const id of ids) {
    const row = found.get(id) ?? new Float32Array(0)
    checksum.add(new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
  }
  return checksum.hex()
}
