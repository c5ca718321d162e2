/**
 * What is cached of a file, against the file itself: whatever is read, whatever fails, the bytes are right.
 */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { RowspaceError } from '../../src/core/errors.ts'
import { CachedChunks, parseExtent } from '../../src/hub/cached-chunks.ts'
import { type CachedFile, CachedSource } from '../../src/hub/cached-source.ts'
import type { Store } from '../../src/hub/store.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
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

async function open(store: Store, changed: Partial<CachedFile> = {}): Promise<Opened> {
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
    ...changed,
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

test('what is cached comes a mebibyte at a time, what is not by as much as the network likes', async () => {
  const remote: ByteSource = { ...bytesSource(new Uint8Array(1)), blockBytes: 1 << 24 }
  expect((await open(new MemoryStore(), { remote })).source.blockBytes).toBeUndefined()
  expect((await open(new MemoryStore(), { remote, chunks: undefined })).source.blockBytes).toBe(1 << 24)
})

test('progress of the network is passed on', async () => {
  const counts: number[] = []
  const readInto: ByteSource['readInto'] = async (_, target, { onBytes } = {}) => onBytes?.(target.length / 2)
  const { source } = await open(new MemoryStore(), {
    remote: { ...bytesSource(new Uint8Array(1)), readInto },
  })
  await source.readInto(0, new Uint8Array(100), { onBytes: (count) => counts.push(count) })
  expect(counts).toEqual([50])
})

test('a store that cannot be read costs the network, and is said once', async () => {
  const store = new MemoryStore()
  const before = await open(store)
  await before.source.read(0, 500)
  const { source, fetched, failures } = await open(store)
  const reason = new Error('the disk is broken')
  store.get = async () => Promise.reject(reason)
  for (let time = 1; time <= 2; time++) {
    expect(areBytes(await source.read(0, SIZE), 9, 0, SIZE)).toBe(true)
    expect(fetched()).toBe(time * SIZE)
  }
  expect(failures).toEqual([reason])
})

test('reads of fewer bytes than is said are not cached, and are read from what is', async () => {
  const store = new MemoryStore()
  const { source, fetched } = await open(store)
  source.minCachedBytes = 100
  await source.read(0, 99)
  expect(store.files.size).toBe(0)
  await source.read(0, 100)
  expect(store.files.size).toBe(1)
  await source.read(10, 20)
  expect(fetched()).toBe(199)
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

const HASH = '0123456789abcdef0123456789abcdef'
test.each([
  [`0-100-${HASH}.part`, { start: 0, end: 100 }],
  [`folder/17-2000-${HASH}.part`, { start: 17, end: 2_000 }],
  [`folder/x0-100-${HASH}.part`, undefined],
  [`0-100-${HASH}.part.old`, undefined],
  [`0-100-${HASH.slice(1)}.part`, undefined],
  [`0-x-${HASH}.part`, undefined],
  ['about.json', undefined],
])('the name %s', (path, extent) => {
  expect(parseExtent(path)).toEqual(extent && { ...extent, path })
})

test('a part that is read again in steps is read from the store once, unless it is large', async () => {
  const store = new MemoryStore()
  const sizes = [1 << 20, (1 << 20) + 1]
  for (const [index, size] of sizes.entries()) {
    const chunks = await CachedChunks.open(store, `of ${index}`)
    await chunks.add(0, new Uint8Array(size).fill(7))
    let reads = 0
    store.get = async (path) => {
      reads++
      return store.files.get(path)
    }
    for (let start = 0; start < 4; start++) {
      expect(await chunks.readFrom(start, start + 2)).toEqual(Uint8Array.of(7, 7))
    }
    expect(reads).toBe(index === 0 ? 1 : 4)
  }
})

test('what is cached is given as far as it goes, else where the next part begins', async () => {
  const chunks = await CachedChunks.open(new MemoryStore(), 'folder')
  await chunks.add(30, new Uint8Array(10))
  await chunks.add(10, new Uint8Array(10))
  const given = async (position: number, end: number) => {
    const found = await chunks.readFrom(position, end)
    return typeof found === 'number' ? `to ${found}` : found.length
  }
  expect(await Promise.all([given(0, 50), given(0, 5), given(9, 50), given(10, 50), given(19, 50)])).toEqual([
    'to 10',
    'to 5',
    'to 10',
    10,
    1,
  ])
  expect(
    await Promise.all([given(20, 50), given(29, 50), given(39, 50), given(40, 50), given(12, 14)]),
  ).toEqual(['to 30', 'to 30', 1, 'to 50', 2])
})

test('memory that is shared is read into, and cached as memory that is not', async () => {
  const store = new MemoryStore()
  const stored: ArrayBufferLike[] = []
  const { put } = store
  store.put = async (path, bytes) => {
    stored.push(bytes.buffer)
    await put.call(store, path, bytes)
  }
  const { source } = await open(store)
  const shared = new Uint8Array(new SharedArrayBuffer(100))
  await source.readInto(100, shared)
  expect(areBytes(shared, 9, 100, 200)).toBe(true)
  const own = new Uint8Array(50)
  await source.readInto(300, own)
  expect(stored[0]).toBeInstanceOf(ArrayBuffer)
  expect(stored[1]).toBe(own.buffer)
})

test('an engine without shared memory', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined)
  try {
    const { source, failures } = await open(new MemoryStore())
    expect(areBytes(await source.read(0, 100), 9, 0, 100)).toBe(true)
    expect(failures).toEqual([])
  } finally {
    vi.unstubAllGlobals()
  }
})

test('a hub that cannot be reached is tried again at the next read; only a changed file is forgotten', async () => {
  let changes = 0
  let tries = 0
  const onChanged = async () => {
    changes++
  }
  const remote = async () => {
    tries++
    if (tries === 3) return bytesSource(bytesOf(9, 0, SIZE))
    throw new RowspaceError(tries === 1 ? 'IO' : 'CHANGED', 'no')
  }
  const { source } = await open(new MemoryStore(), { remote, onChanged })
  await expect(source.read(0, 10)).rejects.toMatchObject({ code: 'IO' })
  expect(changes).toBe(0)
  await expect(source.read(0, 10)).rejects.toMatchObject({ code: 'CHANGED' })
  expect(changes).toBe(1)
  for (const start of [0, 20]) expect(areBytes(await source.read(start, 30), 9, start, 30)).toBe(true)
  expect(tries).toBe(3)
})

test('the bytes of the network and of files beside it are counted', async () => {
  const counting = (bytesRead: number) => ({ ...bytesSource(bytesOf(9, 0, SIZE)), bytesRead })
  const openSibling = async ([name]: readonly string[]) => (name === 'none' ? undefined : counting(7))
  const { source } = await open(new MemoryStore(), { remote: async () => counting(30), openSibling })
  expect(source.bytesRead).toBe(0)
  await source.read(0, 1)
  expect(await source.sibling('none')).toBeUndefined()
  await source.sibling('words.json')
  expect(source.bytesRead).toBe(37)
  expect((await open(new MemoryStore(), { remote: counting(5) })).source.bytesRead).toBe(5)
})
