/** A thousand random changes and questions against a Map and a full sort. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Collection, type Key } from '../../src/collection.ts'
import { searchAll } from '../oracle/search.ts'
import { fillVector, type Kind, randomNumbers } from '../oracle/tables.ts'

interface RowKey {
  vector: Float32Array
  year: number | null
}

const DIMENSION = 20
const STEPS = 200

/** What a collection is to be: keys in the order in which they were added. */
class Oracle {
  readonly rows = new Map<Key, RowKey>()

  nearest(
    query: Float32Array,
    k: number,
    metric: 'cosine' | 'dot',
    allowed: (key: Key, row: RowKey) => boolean,
  ) {
    const entries = [...this.rows]
    const found = searchAll(
      entries.map(([, { vector }]) => vector),
      query,
      { k, metric, allowed: (id) => allowed(...entries[id]!) },
    )
    return found.map(({ id, cosine, dot }) => ({
      key: entries[id]![0],
      cosine,
      dot,
      metadata: { year: entries[id]![1].year },
    }))
  }
}

async function play(seed: number, kind: Kind, codes: boolean | undefined): Promise<void> {
  const random = randomNumbers(seed)
  const whole = (lt: number) => Math.floor(random() * lt)
  const vectorOf = () => fillVector(new Float32Array(DIMENSION), kind, random)
  const yearOf = () => (random() < 0.2 ? null : 2000 + whole(5))
  const oracle = new Oracle()
  const options = { dimension: DIMENSION, columns: { year: 'number' }, capacity: 2, codes } as const
  using collection = await Collection.create(options)
  const someKey = (): Key | undefined => [...oracle.rows.keys()][whole(oracle.rows.size)]
  for (let step = 0; step < STEPS; step++) {
    const dice = random()
    const key = someKey()
    if (dice < 0.35 || key === undefined) {
      const count = 1 + whole(4)
      const entries = Array.from({ length: count }, (_, index) => ({
        key: random() < 0.3 ? undefined : random() < 0.5 ? `${step}/${index}` : 1000 * step + index,
        vector: vectorOf(),
        metadata: { year: yearOf() },
      }))
      const keys = await collection.add(entries)
      expect(new Set([...keys, ...oracle.rows.keys()]).size).toBe(keys.length + oracle.rows.size)
      for (const [index, { vector, metadata }] of entries.entries()) {
        oracle.rows.set(keys[index]!, { vector, ...metadata })
      }
    } else if (dice < 0.45) {
      const [vector, year] = [vectorOf(), yearOf()]
      await collection.add({ key, vector, metadata: { year } }, { duplicates: 'overwrite' })
      oracle.rows.set(key, { vector, year })
    } else if (dice < 0.55) {
      const row = oracle.rows.get(key)!
      const change = random() < 0.5 ? { vector: vectorOf() } : { metadata: { year: yearOf() } }
      await collection.set(key, change)
      oracle.rows.set(key, { ...row, ...change, ...('metadata' in change ? change.metadata : {}) })
    } else if (dice < 0.7) {
      const keys = [...oracle.rows.keys()].filter(() => random() < 0.15)
      await collection.delete(keys)
      for (const one of keys) oracle.rows.delete(one)
    } else if (dice < 0.75) {
      await collection.compact()
    } else {
      const metric = random() < 0.5 ? 'cosine' : 'dot'
      const given = random() < 0.5 ? key : vectorOf()
      const query = given instanceof Float32Array ? given : oracle.rows.get(given)!.vector
      if (query.every((value) => value === 0)) continue
      const minScore = random() < 0.5 ? 2000 + whole(5) : undefined
      const filter = minScore === undefined ? undefined : { year: { gte: minScore } }
      const k = whole(12)
      const found = collection.nearest(given, { k, metric, filter })
      const passes = (one: Key, { year }: RowKey) =>
        one !== given && (minScore === undefined || (year !== null && year >= minScore))
      expect(found.toArray()).toEqual(oracle.nearest(query, k, metric, passes))
    }
    expect([...collection.keys()]).toEqual([...oracle.rows.keys()])
    expect(collection.size).toBe(oracle.rows.size)
  }
  for (const [key, { vector, year }] of oracle.rows) {
    expect(collection.vector(key)).toEqual(vector)
    expect(collection.metadata(key)).toEqual({ year })
  }
}

test.each([true, false, undefined])(
  'codes %s',
  async (codes) => {
    const cases = fc.record({
      seed: fc.integer(),
      kind: fc.constantFrom<Kind>('plain', 'grid', 'model', 'near', 'mixed'),
    })
    await fc.assert(
      fc.asyncProperty(cases, ({ seed, kind }) => play(seed, kind, codes)),
      { numRuns: 5 },
    )
  },
  60_000,
)
