/**
 * Models on the hub of the tests, opened as a user opens them: in Node with a folder for a cache, on a page
 * with the page's.
 */
import { onTestFinished } from 'vitest'
import { openStore } from '../../src/hub/settings.ts'
import type { Store } from '../../src/hub/store.ts'
import { openTable } from '../../src/open/open-table.ts'
import type { HubOptions } from '../../src/sources/source.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { type HubSpec, type TestHub, testHub } from '../servers/hub-spec.ts'
import { gpt2File, numberAt } from '../servers/model-names.ts'

export const SMALL = { rows: 3_000, dimension: 64, layers: 2 }
export const TABLE_BYTES = SMALL.rows * SMALL.dimension * 4
/** Read when a file is opened. */
export const HEAD_BYTES = 65_536

export const SAFETENSORS = 'model.safetensors'

export const smallModel = (seed = 1) => ({ kind: 'model', spec: gpt2File(seed, SMALL) }) as const

export const oneModel = { models: { 'openai/small': { files: { [SAFETENSORS]: smallModel() } } } }

/** Bytes that requests have given. */
export const sum = (requests: readonly { bytes: number }[]) =>
  requests.reduce((bytes, each) => bytes + each.bytes, 0)

export interface Opened extends TestHub {
  hub: HubOptions
  store: Store
  open(name?: string, hub?: HubOptions): Promise<EmbeddingTable>
}

/** A hub, and a cache with nothing in it. */
export async function hubWith(spec: HubSpec): Promise<Opened> {
  const served = await testHub(spec)
  const cache = await emptyCache()
  const hub = { endpoint: served.endpoint, cache }
  return {
    ...served,
    hub,
    store: openStore(cache)!,
    open: (name = 'hf:openai/small', more = {}) =>
      openTable(name, { hub: { ...hub, ...more }, retries: 2, retryMilliseconds: 5 }),
  }
}

/** A cache with nothing in it. */
export async function emptyCache(): Promise<true | string> {
  if (globalThis.caches !== undefined) {
    await globalThis.caches.delete('rowspace-hub-v1')
    return true
  }
  const { mkdtemp, rm } = process.getBuiltinModule('node:fs/promises')
  const { tmpdir } = process.getBuiltinModule('node:os')
  const folder = await mkdtemp(`${tmpdir()}/rowspace-cache-`)
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Whether rows 0, 1, … of the table are those of the seed. */
export function hasRowsOf(table: EmbeddingTable, seed: number): boolean {
  const { size, dimension } = table
  for (const id of [0, 1, Math.floor(size / 2), size - 1]) {
    if (table.row(id).some((value, column) => value !== numberAt(seed, id * dimension + column))) return false
  }
  return true
}
