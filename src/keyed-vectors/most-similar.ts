/** Rows most similar to a mean of unit rows: 3CosAdd (Mikolov, Yih & Zweig 2013), as gensim has it. */

import type { EmbeddingTable } from '../table/embedding-table.ts'
import { Matches } from '../table/matches.ts'
import { meanVector } from './mean-vector.ts'
import { rangeFilter, type Terms, termsOf } from './terms.ts'
import { checkedTopn, type TopnOptions } from './topn.ts'

interface Asked {
  vector: Float32Array
  inputs: number[]
}

/** The unit mean of the terms, rows scaled to length 1 first, and the rows among them. */
function ask(table: EmbeddingTable, terms: Terms): Asked {
  const weighted = termsOf(terms)
  const vector = meanVector(
    table,
    weighted.map(({ term }) => term),
    { weights: weighted.map(({ weight }) => weight), postNormalize: true, ignoreMissing: false },
  )
  const inputs = weighted.flatMap(({ term }) => (term instanceof Float32Array ? [] : [table.id(term)]))
  return { vector, inputs }
}

/** Throws as `EmbeddingTable.nearest`; `ZERO_QUERY` where the terms cancel out. */
export function mostSimilar(table: EmbeddingTable, terms: Terms, options: TopnOptions): Matches {
  const { vector, inputs } = ask(table, terms)
  const filter = rangeFilter(table, options)
  return table.nearest(vector, { k: checkedTopn(options), exclude: inputs, filter })
}

/** The same of many questions over one reading of the table. */
export function mostSimilarBatch(
  table: EmbeddingTable,
  questions: readonly Terms[],
  options: TopnOptions,
): Matches[] {
  const asked = questions.map((terms) => ask(table, terms))
  const most = asked.reduce((most, { inputs }) => Math.max(most, inputs.length), 0)
  const topn = checkedTopn(options)
  const vectors = asked.map(({ vector }) => vector)
  const found = table.nearestBatch(vectors, { k: topn + most, filter: rangeFilter(table, options) })
  return found.map((matches, index) => firstOthers(table, matches, asked[index]!.inputs, topn))
}

/** The first `topn` matches that are none of `inputs`. */
function firstOthers(
  table: EmbeddingTable,
  matches: Matches,
  inputs: readonly number[],
  topn: number,
): Matches {
  const places: number[] = []
  for (let place = 0; place < matches.length && places.length < topn; place++) {
    if (!inputs.includes(matches.ids[place]!)) places.push(place)
  }
  const pick = <List extends Uint32Array | Float32Array>(list: List, made: List): List => {
    for (const [index, place] of places.entries()) made[index] = list[place]!
    return made
  }
  return new Matches(
    pick(matches.ids, new Uint32Array(places.length)),
    pick(matches.cosines, new Float32Array(places.length)),
    pick(matches.dots, new Float32Array(places.length)),
    (id) => table.token(id),
  )
}
