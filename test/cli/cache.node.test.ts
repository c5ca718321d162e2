/** `cache ls` and `cache rm` of several models whose names begin alike. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cache } from '../../cli/commands/cache.ts'
import { inspect } from '../../cli/commands/inspect.ts'
import { readArguments } from '../../cli/parsing/arguments.ts'
import { addressFolder } from '../../src/hub/layout.ts'
import { openStore } from '../../src/hub/settings.ts'
import { testHub } from '../servers/hub-spec.ts'
import { folder } from './command.ts'

const run = (...words: string[]) => cache.run(readArguments(words, cache))
const NAMES = ['hf:owner/model', 'hf:owner/model-2', 'hf:owner/model/sub/x.safetensors']

let place: string
beforeEach(async () => {
  const table = { name: 'wte.weight', dtype: 'F32', shape: [4, 4] } as const
  const file = { kind: 'model', spec: { tensors: [{ ...table, shape: [4, 4] }], table: table.name, seed: 1 } }
  const files = { 'model.safetensors': file, 'sub/x.safetensors': file } as const
  const hub = await testHub({ models: { 'owner/model': { files }, 'owner/model-2': { files } } } as never)
  place = folder()
  vi.stubEnv('HF_ENDPOINT', hub.endpoint)
  vi.stubEnv('ROWSPACE_CACHE', place)
  for (const name of NAMES) await inspect.run(readArguments([name, '--quiet'], inspect))
})
afterEach(() => vi.unstubAllEnvs())

async function listed(...words: string[]): Promise<string[]> {
  const { document } = await run('ls', ...words)
  return (document as { files: { name: string }[] }).files.map(({ name }) => name)
}

test('all of them, a model, and one file of it', async () => {
  const all = await listed()
  expect(all).toHaveLength(3)
  const second = all.filter((name) => name.startsWith('hf:owner/model-2'))
  expect(second).toHaveLength(1)
  expect(await listed('hf:owner/model-2')).toEqual(second)
  expect(await listed('hf:owner/model')).toEqual(all.filter((name) => !second.includes(name)))
  expect(await listed('hf:owner/model/sub/x.safetensors')).toEqual(
    all.filter((name) => name.endsWith('/sub/x.safetensors')),
  )
  const { text, document } = await run('ls')
  const { bytes } = document as { bytes: number }
  const [head, ...rows] = text().split('\n')
  expect(head).toBe(`${place}  ${bytes} bytes`)
  expect(rows).toHaveLength(3)
  for (const row of rows) expect(row).toMatch(/^ {2}hf:owner\/model.* +\d+ bytes {2}of \d+ bytes$/)
})

test('an index that came over HTTP, by its address', async () => {
  const url = 'https://example.com/rows.index.safetensors'
  const [store, hash] = [openStore(place)!, '0123456789abcdef0123456789abcdef']
  const kept = `${await addressFolder(new URL(url))}/files/${hash}`
  const record = { name: url, endpoint: 'https://example.com', etag: '"1"', size: 9 }
  await store.put(`${kept}/about.json`, new TextEncoder().encode(JSON.stringify(record)))
  await store.put(`${kept}/0-3-${hash}.part`, new Uint8Array(3))
  expect(await listed()).toHaveLength(4)
  expect(await listed(`${url}?signature=x`)).toEqual([url])
  expect((await run('rm', url)).text()).toBe('3 bytes freed')
  expect(await listed()).toHaveLength(3)
})

test('rm frees one model, or all', async () => {
  await run('rm', 'hf:owner/model')
  expect(await listed()).toHaveLength(1)
  const { text } = await run('rm', '--all')
  expect(text()).toMatch(/^\d+ bytes freed$/)
  expect(await listed()).toEqual([])
})
