/** Tables and questions for properties. */
import fc from 'fast-check'

export const cases = fc.record({
  size: fc.integer({ min: 4, max: 120 }),
  dimension: fc.integer({ min: 1, max: 40 }),
  kind: fc.constantFrom('plain' as const, 'grid' as const, 'model' as const),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  topn: fc.integer({ min: 0, max: 20 }),
  restrictVocab: fc.option(fc.integer({ min: 0, max: 130 }), { nil: undefined }),
})
