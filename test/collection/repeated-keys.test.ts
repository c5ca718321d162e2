/** A repeated key is found as a Map of the keys finds it, in lists whose hashes collide too. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { findRepeated, hashOf } from '../../src/collection/repeated-keys.ts'
import { Collection, type Key } from '../../src/collection.ts'
import { memoryStore } from './forged.ts'

/** The slow way: each key is compared with all before it. */
const oracle = (keys: readonly Key[]) => keys.findIndex((key, place) => keys.indexOf(key) < place)

test('any list', () => {
  const key = fc.oneof(
    fc.nat({ max: 30 }),
    fc.nat({ max: 30 }).map(String),
    fc.string({ unit: 'binary', maxLength: 2 }),
    fc.constantFrom(2 ** 32, 2 ** 32 + 1, 2 ** 33, Number.MAX_SAFE_INTEGER, 'é', 'e\u0301', '\ud800'),
  )
  fc.assert(
    fc.property(fc.array(key, { maxLength: 40 }), (keys) => {
      expect(findRepeated(keys)).toBe(oracle(keys))
    }),
  )
})

test('of many keys the last repeats the first', () => {
  const keys: Key[] = Array.from({ length: 20_000 }, (_, place) => (place % 3 > 0 ? `key ${place}` : place))
  expect(findRepeated(keys)).toBe(-1)
  expect(findRepeated([...keys, 0])).toBe(20_000)
  expect(findRepeated([...keys, 'key 1'])).toBe(20_000)
})

test('numbers that are equal in 32 bits have hashes of their own', () => {
  const hashes = Array.from({ length: 1000 }, (_, high) => hashOf(high * 2 ** 32 + 7))
  expect(new Set(hashes).size).toBe(1000)
})

/** 2^14 keys of one hash: each part is one of two texts that turn the hash so far into the same. */
function collidingKeys(): string[] {
  const parts: [string, string][] = []
  for (let prefix = ''; parts.length < 14; prefix += parts.at(-1)?.[0]) {
    const seen = new Map<number, string>()
    for (let code = 0; ; code++) {
      const text = String.fromCharCode(code % 60_000, 1 + Math.floor(code / 60_000), code % 50_021)
      const hash = hashOf(prefix + text)
      const other = seen.get(hash)
      if (other !== undefined) {
        parts.push([other, text])
        break
      }
      seen.set(hash, text)
    }
  }
  return Array.from({ length: 2 ** 14 }, (_, bits) =>
    parts.map(([zero, one], part) => ((bits >> part) & 1 ? one : zero)).join(''),
  )
}

test('keys that are made to collide take no more than a few comparisons each', () => {
  const keys = collidingKeys()
  expect(new Set(keys.map(hashOf)).size).toBe(1)
  let reads = 0
  const counted = new Proxy(keys, {
    get(target, name) {
      reads++
      return Reflect.get(target, name)
    },
  })
  expect(findRepeated(counted)).toBe(-1)
  expect(reads).toBeLessThan(20 * keys.length)
  expect(findRepeated([...keys, keys[5] ?? ''])).toBe(keys.length)
  // a few collisions are no reason to give hashes up
  expect(findRepeated([...keys.slice(0, 10), keys[5] ?? ''])).toBe(10)
})

test('an opened collection finds its keys, lists them and saves them', async () => {
  const collection = await Collection.create({ dimension: 1 })
  await collection.add(['a', 7, 'b'].map((key, index) => ({ key, vector: [index + 1] })))
  const [store, again] = [memoryStore(), memoryStore()]
  await collection.save(store)
  const opened = await Collection.open(store)
  const map = vi.spyOn(Map.prototype, 'set')
  expect([...opened.keys()]).toEqual(['a', 7, 'b'])
  expect(opened.size).toBe(3)
  expect(map).not.toHaveBeenCalled()
  map.mockRestore()
  await opened.save(again)
  const keys = opened.keys()
  expect(keys.next().value).toBe('a')
  await opened.delete([7])
  expect([...keys]).toEqual(['b'])
  expect(await opened.add({ vector: [4] })).toEqual([8])
  expect([...opened.keys()]).toEqual(['a', 'b', 8])
  await opened.compact()
  expect([opened.has(7), opened.vector('b')[0], opened.vector(8)[0], opened.size]).toEqual([false, 3, 4, 3])
  expect([...(await Collection.open(again)).keys()]).toEqual(['a', 7, 'b'])
})
