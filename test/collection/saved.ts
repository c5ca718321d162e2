/** Collections to be saved, and a comparison of two. */
import { expect } from 'vitest'
import { Collection, type CollectionSearchOptions } from '../../src/collection.ts'
import { fillVector, randomNumbers } from '../oracle/tables.ts'

export const COLUMNS = { year: 'number', language: 'string', open: 'boolean' } as const
export type Saved = Collection<typeof COLUMNS>

export async function makeSaved(
  size = 200,
  options: { dtype?: 'f32' | 'bf16' | 'f16'; codes?: boolean; threads?: number } = {},
): Promise<Saved> {
  const random = randomNumbers(7)
  const collection = await Collection.create({ dimension: 24, columns: COLUMNS, capacity: 16, ...options })
  await collection.add(
    Array.from({ length: size }, (_, index) => ({
      key: index % 3 === 0 ? index : `clé ${index} 🗝`,
      vector: fillVector(new Float32Array(24), 'model', random),
      metadata: {
        year: index % 5 === 0 ? null : index,
        language: ['de', 'en', null][index % 3],
        open: [true, false, null][index % 3],
      },
    })),
  )
  await collection.delete([3, 9])
  return collection
}

export function expectSame(actual: Saved, expected: Saved): void {
  expect([...actual.keys()]).toEqual([...expected.keys()])
  for (const key of expected.keys()) {
    expect(actual.vector(key)).toEqual(expected.vector(key))
    expect(actual.metadata(key)).toEqual(expected.metadata(key))
  }
  for (const key of [...expected.keys()].slice(0, 20)) {
    const searches: CollectionSearchOptions<typeof COLUMNS>[] = [
      {},
      { metric: 'dot' },
      { filter: { language: 'de' } },
    ]
    for (const options of searches) {
      expect(actual.nearest(key, options).toArray()).toEqual(expected.nearest(key, options).toArray())
    }
  }
}
