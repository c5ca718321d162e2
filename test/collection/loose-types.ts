/**
 * Filters under TypeScript without `strict`, as Next sets a project up: types.node.test.ts checks this file.
 */
import { Collection } from '../../src/collection.ts'

export async function search(): Promise<void> {
  const notes = await Collection.create({ dimension: 2, columns: { year: 'number', tenant: 'string' } })
  notes.nearest('a', { filter: { year: { gte: 2020 }, tenant: 'acme' } })
  notes.nearest('a', { filter: [{ year: { in: [2020] } }, { tenant: { ne: null } }] })
  notes.where({ year: 2020 })
  notes.where((_, { year }) => (year ?? 0) > 2020)
  // @ts-expect-error: there is no such column
  notes.where({ years: 2020 })
}
