/**
 * What is cached of a file, against the file itself: whatever is read, whatever fails, the bytes are right.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CachedChunks } from '../../src/hub/cached-chunks.ts'
import { CachedSource } from '../../src/hub/cached-source.ts'
import type { Store } from '../../src/hub/store.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { areBytes, bytesOf } from '../servers/scenario.ts'

const SIZE = 1_000

/** A store in memory whose writes fail where `fails` says so. */
class MemoryStore implements Store {
  readonly name = 'memory'
  readonly files = new Map<string, Uint8Array>()
  constructor(readonly fails: (write: number) => boolean = () => false) {}
  #writes = 0
  async get(path: string) {
    return this.files.get(path)
  }
  async put(path: string, bytes: Uint8Array) {
    if (this.fails(this.#writes++)) throw new Error('the disk is full')
    this.files.set(path, bytes.slice())
  }
  async list(folder: string) {
    return [...this.files.keys()].filter((path) => path.startsWith(folder))
  }
  async remove(paths: readonly string[]) {
    for (const path of paths) this.files.delete(path)
  }
}

interface Opened {
  source: CachedSource
  /** Bytes that were fetched. */
  fetched: () => number
  failures: unknown[]
}

async function open(store: Store): Promise<Opened> {
  let fetched = 0
  const failures: unknown[] = []
  const file = bytesSource(bytesOf(9, 0, SIZE))
  const source = new CachedSource({
    name: 'file',
    size: SIZE,
    version: '"tag"',
    chunks: await CachedChunks.open(store, 'folder'),
    remote: async () => ({
      ...file,
      read: async (start, end) => {
        fetched += end - start
        return file.read(start, end)
      },
    }),
    openSibling: async () => undefined,
    onCacheFailure: (error) => failures.push(error),
  })
  return { source, fetched: () => fetched, failures }
}

const range = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)

test('any reads, in any order, by several that share a store: the right bytes, and none fetched twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(range, fc.boolean())), async (reads) => {
      const store = new MemoryStore()
      let opened = await open(store)
      let fetched = 0
      const seen = new Set<number>()
      for (const [[start, end], again] of reads) {
        if (again) {
          fetched += opened.fetched()
          opened = await open(store)
        }
        expect(areBytes(await opened.source.read(start, end), 9, start, end)).toBe(true)
        for (let index = start; index < end; index++) seen.add(index)
      }
      expect(fetched + opened.fetched()).toBe(seen.size)
    }),
  )
})

test('reads at once give the right bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(range), async (ranges) => {
      const { source } = await open(new MemoryStore())
      const reads = await Promise.all(ranges.map(([start, end]) => source.read(start, end)))
      reads.forEach((bytes, index) => {
        expect(areBytes(bytes, 9, ...ranges[index]!)).toBe(true)
      })
    }),
  )
})

test('the N-th write fails: the bytes are right, it is reported once, and what was cached before stays', async () => {
  for (let failing = 0; failing < 8; failing++) {
    const store = new MemoryStore((write) => write >= failing)
    const { source, failures } = await open(store)
    for (let start = 0; start < 700; start += 100) {
      expect(areBytes(await source.read(start, start + 100), 9, start, start + 100)).toBe(true)
    }
    expect(failures).toHaveLength(failing < 7 ? 1 : 0)
    expect(store.files.size).toBe(Math.min(failing, 7))
  }
})

test('a part under the name of another is not taken for it', async () => {
  const store = new MemoryStore()
  const first = await open(store)
  await first.source.read(0, 100)
  const [path] = [...store.files.keys()]
  store.files.set(path!.replace('0-100', '50-250'), store.files.get(path!)!)
  const { source } = await open(store)
  expect(areBytes(await source.read(60, 240), 9, 60, 240)).toBe(true)
})

test('any byte altered, any length cut: the part is fetched again, and cached as it should be', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.nat(99), fc.boolean(), async (part, place, cut) => {
      const store = new MemoryStore()
      const first = await open(store)
      for (let start = 0; start < 400; start += 100) await first.source.read(start, start + 100)
      const path = [...store.files.keys()][part]!
      const bytes = store.files.get(path)!.slice()
      bytes[place]! ^= 0x10
      store.files.set(path, cut ? bytes.subarray(0, place) : bytes)
      const { source, fetched } = await open(store)
      expect(areBytes(await source.read(0, 400), 9, 0, 400)).toBe(true)
      expect(fetched()).toBe(100)
      const again = await open(store)
      expect(areBytes(await again.source.read(0, 400), 9, 0, 400)).toBe(true)
      expect(again.fetched()).toBe(0)
    }),
  )
})
