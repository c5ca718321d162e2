/**
 * A cache that was cut, altered, removed or cannot be written: the table is right, at the cost of the
 * network.
 */
import { describe, expect, test } from 'vitest'
import { hubSource, listCache } from '../../src/hub.ts'
import { openTable } from '../../src/open/open-table.ts'
import { rejection } from '../formats/files.ts'
import { gpt2File } from '../servers/model-names.ts'
import { HEAD_BYTES, hasRowsOf, hubWith, oneModel, SAFETENSORS, sum } from './models.ts'

describe('a cache that is not what it was', () => {
  test.each(['cut', 'altered', 'emptied', 'removed'])(
    'a part that is %s is fetched again, offline an error',
    async (how) => {
      const { open, store, log } = await hubWith(oneModel)
      const spoil = async () => {
        const parts = (await store.list('')).filter((path) => path.endsWith('.part'))
        const path = parts.find((each) => !/\/0-/.test(each))!
        const bytes = (await store.get(path))!.slice()
        bytes[1000]! ^= 1
        if (how === 'removed') await store.remove([path])
        else await store.put(path, how === 'altered' ? bytes : bytes.subarray(0, how === 'cut' ? 500 : 0))
      }
      using _ = await open()
      await spoil()
      expect((await rejection(open(undefined, { offline: true }))).code).toBe('OFFLINE')
      const before = sum(await log())
      using again = await open()
      expect(hasRowsOf(again, 1)).toBe(true)
      expect(sum(await log()) - before).toBeGreaterThan(0)
      using offline = await open(undefined, { offline: true })
      expect(hasRowsOf(offline, 1)).toBe(true)
    },
  )

  test.each<[string, (record: Record<string, unknown>) => unknown]>([
    ['of another file', (record) => ({ ...record, name: 'hf:Openai/small/model.safetensors' })],
    ['of another endpoint', (record) => ({ ...record, endpoint: 'https://huggingface.co' })],
    ['of a tag that is no text', (record) => ({ ...record, etag: 7 })],
    ['of a size below 0', (record) => ({ ...record, size: -1 })],
    ['of a size with a fraction', (record) => ({ ...record, size: 1.5 })],
    ['a list', () => []],
    ['null', () => null],
  ])('what it knows of a file is %s: it is requested again', async (_, spoil) => {
    const { open, store, hub } = await hubWith(oneModel)
    using __ = await open()
    for (const path of (await store.list('')).filter((each) => each.includes('/known/'))) {
      const record = JSON.parse(new TextDecoder().decode(await store.get(path)))
      // the choice of the file is left as it is
      if (record.etag === undefined) continue
      expect(record).toMatchObject({ endpoint: hub.endpoint, name: `hf:openai/small/${SAFETENSORS}` })
      await store.put(path, new TextEncoder().encode(JSON.stringify(spoil(record))))
    }
    expect((await rejection(open(undefined, { offline: true }))).code).toBe('OFFLINE')
    using again = await open()
    expect(hasRowsOf(again, 1)).toBe(true)
  })

  test('what it knows was cut short, or leads out of the repository: it is requested again', async () => {
    for (const text of ['{"name":', '', '\u00ff']) {
      const { open, store } = await hubWith(oneModel)
      using __ = await open()
      for (const path of (await store.list('')).filter((each) => each.includes('/known/'))) {
        const name = JSON.parse(new TextDecoder().decode(await store.get(path)))
        const chosen = JSON.stringify({ ...name, chosen: '../../other/one/resolve/main/model.safetensors' })
        await store.put(path, new TextEncoder().encode(text || chosen))
      }
      using again = await open()
      expect(hasRowsOf(again, 1)).toBe(true)
    }
  })

  test.skipIf(globalThis.location !== undefined)(
    'a folder that cannot be written costs the cache, not the table',
    async () => {
      const { open, hub } = await hubWith(oneModel)
      const { writeFile } = process.getBuiltinModule('node:fs/promises')
      const path = `${hub.cache}/file`
      await writeFile(path, '')
      using table = await open(undefined, { cache: path })
      expect(hasRowsOf(table, 1)).toBe(true)
    },
  )

  test('none at all: rows are still read straight to where they belong', async () => {
    const { hub } = await hubWith(oneModel)
    const source = await hubSource('hf:openai/small', { hub: { ...hub, cache: false } })
    const target = new Uint8Array(1_000)
    await source.readInto!(90_000, target)
    expect(target).toEqual(await source.read(90_000, 91_000))
    await source.close?.()
  })

  test('none at all', async () => {
    const { open, store } = await hubWith(oneModel)
    using table = await open(undefined, { cache: false })
    expect(hasRowsOf(table, 1)).toBe(true)
    expect(await store.list('')).toEqual([])
  })
})

test('a load that is aborted leaves what it had; the next one requests the rest alone', async () => {
  const big = { rows: 200_000, dimension: 32, layers: 1 }
  const bytes = big.rows * big.dimension * 4
  const { hub, log, change } = await hubWith({
    models: { 'openai/small': { files: { [SAFETENSORS]: { kind: 'model', spec: gpt2File(3, big) } } } },
    rate: 20_000_000,
  })
  const controller = new AbortController()
  const reason = new Error('enough')
  const seen: number[] = []
  const opening = openTable('hf:openai/small', {
    hub,
    signal: controller.signal,
    onProgress: ({ phase, done, total }) => {
      expect([phase, total]).toEqual(['read', bytes])
      seen.push(done)
      if (done > bytes / 3) controller.abort(reason)
    },
  })
  await expect(opening).rejects.toBe(reason)
  expect(seen.length).toBeLessThan(bytes / 2 / (1 << 20))
  // parts that were being written when it was stopped are whole a little later
  let cached = 0
  for (let earlier = -1; cached !== earlier; ) {
    earlier = cached
    await new Promise((resolve) => setTimeout(resolve, 150))
    cached = (await listCache(hub.cache as true | string))[0]?.cachedBytes ?? 0
  }
  expect(cached).toBeGreaterThan(bytes / 4)
  await change({})
  const before = sum(await log())
  using table = await openTable('hf:openai/small', { hub })
  expect(hasRowsOf(table, 3)).toBe(true)
  expect(sum(await log()) - before).toBe(bytes + HEAD_BYTES - cached + 1)
})
