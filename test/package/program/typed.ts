/** A user's program in strict TypeScript: it must compile against the published types. */
import {
  EmbeddingTable,
  type ErrorCode,
  IdSet,
  isRowspaceError,
  loadCore,
  type Match,
  type Matches,
  type SearchOptions,
} from 'rowspace'
import { Collection } from 'rowspace/collection'
import { openDefaultTable } from 'rowspace/default'
import { openTable } from 'rowspace/formats'
import { gpt2Vocabulary } from 'rowspace/gpt2'
import { EmbeddingTable as SlimTable } from 'rowspace/slim'

export async function program(): Promise<string | undefined> {
  const options: SearchOptions = { k: 3, metric: 'dot', exclude: ['a', 2], filter: (id) => id > 1 }
  using table = await EmbeddingTable.from(new Float32Array(8), { dimension: 2, tokens: ['a', 'b', 'c', 'd'] })
  const matches: Matches = table.nearest('a', options)
  const first: Match | undefined = matches.at(0)
  const ids: Uint32Array = matches.ids
  table.analogy(
    { positive: ['a', ['b', 0.5]], negative: [3] },
    { normalize: true, filter: IdSet.from(4, ids) },
  )
  using words = await openDefaultTable()
  using opened = await openTable(new Blob([]), {
    tokens: gpt2Vocabulary(),
    signal: AbortSignal.timeout(1000),
  })
  using slim = await SlimTable.from([1], { dimension: 1, core: await loadCore(new URL('http://127.0.0.1/')) })
  try {
    words.similarity('king', opened.row(0))
  } catch (error) {
    if (isRowspaceError(error, 'DIMENSION_MISMATCH')) {
      const code: ErrorCode = error.code
      return code
    }
  }
  const notes = await Collection.create({ dimension: 2, columns: { year: 'number' } })
  await notes.add({ key: 'a', vector: [1, 2], metadata: { year: 2026 } })
  const year: number | null | undefined = notes.nearest('a', { filter: { year: { gte: 2020 } } }).at(0)
    ?.metadata.year
  // @ts-expect-error: years are numbers
  notes.where({ year: `${year}` })
  // @ts-expect-error: no such metric
  slim.nearest(0, { metric: 'l2' })
  return first?.token
}
