/**
 * What types reject and let pass (types.node.test.ts compiles this file): a filter that may be undefined must
 * not compile.
 */
import {
  Collection,
  type CollectionSearchOptions,
  type Condition,
  type Filter,
} from '../../src/collection.ts'
import { viewCollection } from '../../src/stored.ts'

const columns = { tenant: 'string', year: 'number' } as const
declare const user: { tenant: string | undefined; maybe?: string; known: string }
declare const years: number[]
declare const written: Condition<typeof columns>
declare const search: CollectionSearchOptions<typeof columns>

export async function accepted(): Promise<void> {
  const c = await Collection.create({ dimension: 2, columns })
  c.where({ tenant: 'a' })
  c.where({ tenant: user.known, year: { gte: 1, lt: 3 } })
  c.where([{ tenant: 'a' }, { year: null }])
  c.where((key, { year }) => key !== 'a' && year !== null && year > 3)
  c.where({ year: { in: years }, tenant: { ne: null } })
  c.where({})
  c.where(written)
  const filter: Filter = c.where({ tenant: { eq: user.known } })
  c.nearest('a')
  c.nearest('a', { k: 3, minScore: 0.5 })
  c.nearest('a', search)
  c.nearest('a', { filter })
  c.nearest('a', { filter: undefined, exclude: ['b'] })
  c.nearest('a', { filter: written })
  c.nearest('a', { filter: [{ tenant: 'a' }, { year: { gte: 3 } }] })
  const several: CollectionSearchOptions<typeof columns>[] = [{}, { metric: 'dot' }, { filter: { year: 1 } }]
  for (const options of several) c.nearest('a', options)
  const wrapped = (options?: CollectionSearchOptions<typeof columns>) => c.nearest('a', options)
  wrapped({ k: 3 })
  c.nearestBatch(['a'], { filter: (_, { tenant }) => tenant?.startsWith('a') ?? false })
}

export async function rejected(): Promise<void> {
  const c = await Collection.create({ dimension: 2, columns })
  // @ts-expect-error it may be undefined
  c.where({ tenant: user.tenant })
  // @ts-expect-error it may be missing
  c.where({ tenant: user.maybe })
  // @ts-expect-error
  c.where({ tenant: { eq: user.tenant } })
  // @ts-expect-error
  c.where([{ year: 1 }, { tenant: user.tenant }])
  // @ts-expect-error
  c.where({ tenant: undefined })
  // @ts-expect-error
  c.nearest('a', { filter: { tenant: user.tenant } })
  // @ts-expect-error
  c.nearestBatch(['a'], { filter: { year: 1, tenant: user.maybe } })
  // @ts-expect-error no such column
  c.where({ year: 1, tenat: 'a' })
  // @ts-expect-error no such column
  c.nearest('a', { filter: { tenat: 'a' } })
  // @ts-expect-error another type
  c.where({ year: 'a' })
  // @ts-expect-error an array without in
  c.where({ year: [3, 4] })
  // @ts-expect-error no such comparison
  c.where({ year: { over: 4 } })
  // @ts-expect-error not a condition
  c.where({ tenant: new Set(['a']) })
  // @ts-expect-error no such option
  c.nearest('a', { topK: 3 })
  // @ts-expect-error no such part of an entry
  await c.add({ id: 'a', vector: [1, 2] })
  // @ts-expect-error metadata has a place of its own
  await c.set('a', { year: 3 })
}

/** Opened with its columns, types are known; without, any column may be named. */
export async function opened(): Promise<void> {
  const typed = await Collection.open('notes.safetensors', { columns })
  const year: number | null = typed.metadata('a').year
  typed.nearest('a', { filter: { year: { gte: year ?? 0 } } })
  // @ts-expect-error another type
  typed.where({ year: 'a' })
  const untyped = await Collection.open('notes.safetensors')
  untyped.nearest('a', { filter: { year: { gte: 2020 }, language: { in: ['de', 'en'] } } })
  const value: string | number | boolean | null | undefined = untyped.metadata('a').year
  await untyped.set('a', { metadata: { year: value ?? null } })
  // @ts-expect-error it may be undefined
  untyped.where({ tenant: user.tenant })
}

/** The same of a collection whose rows stay in its file. */
export async function viewed(signal: AbortSignal): Promise<void> {
  const typed = await viewCollection('notes.safetensors', { columns })
  const [match] = (await typed.nearest('a', { filter: { year: { gte: 2020 } }, signal })).toArray()
  const year: number | null | undefined = match?.metadata.year
  await typed.nearestBatch(['a'], { filter: (_, { tenant }) => tenant === 'a' && year !== null })
  await typed.nearest('a')
  // @ts-expect-error it may be undefined
  await typed.nearest('a', { filter: { tenant: user.tenant } })
  // @ts-expect-error no such column
  await typed.nearestBatch(['a'], { filter: { tenat: 'a' } })
  // @ts-expect-error another type
  typed.where({ year: 'a' })
  // @ts-expect-error no such option
  await typed.nearest('a', { topK: 3 })
  const untyped = await viewCollection(new Blob([]))
  await untyped.nearest('a', { filter: untyped.where({ language: 'de' }) })
  // @ts-expect-error it may be undefined
  untyped.where({ tenant: user.tenant })
}
