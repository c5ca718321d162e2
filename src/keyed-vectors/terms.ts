/** What most-similar questions are asked with: keys and vectors to add and to take away. */
import { type Expression, type WeightedTerm, weightedTerms } from '../analogy.ts'
import { isVector } from '../arguments.ts'
import { RowspaceError } from '../errors.ts'
import { IdSet } from '../id-set.ts'
import type { EmbeddingTable, Query } from '../table.ts'

/** One key or vector, several of them, or what to add and what to take away. */
export type Terms = Query | readonly Query[] | Expression

export interface RangeOptions {
  /** Search the first so many rows alone: the commonest words, where rows are sorted by frequency. */
  restrictVocab?: number | undefined
  /** The first row to search: 0 unless given. */
  clipStart?: number | undefined
  /** The row to end before: |V| unless given. */
  clipEnd?: number | undefined
}

/** The terms with their weights, negative ones below 0. Throws as `EmbeddingTable.analogy`. */
export function termsOf(terms: Terms): WeightedTerm[] {
  if (typeof terms === 'string' || typeof terms === 'number' || terms instanceof Float32Array) {
    return [{ term: terms, weight: 1 }]
  }
  if (isList(terms)) {
    if (terms.length > 0 && terms.every((term) => typeof term === 'number')) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        'a list of numbers may be ids or a vector: pass { positive: ids }, or a Float32Array',
      )
    }
    return weightedTerms({ positive: terms.map(termOf) })
  }
  return weightedTerms(terms)
}

function isList(terms: Terms): terms is readonly Query[] {
  return Array.isArray(terms)
}

function termOf(term: Query) {
  return isVector(term) ? Float32Array.from(term) : (term as string | number)
}

/** The rows of a range as a filter; undefined for all rows. Throws `INVALID_ARGUMENT`. */
export function rangeFilter({ size }: EmbeddingTable, options: RangeOptions): IdSet | undefined {
  const { restrictVocab, clipStart = 0, clipEnd = size } = options
  const from = restrictVocab === undefined ? checkedBound(clipStart, 'clipStart') : 0
  const to =
    restrictVocab === undefined
      ? checkedBound(clipEnd, 'clipEnd')
      : checkedBound(restrictVocab, 'restrictVocab')
  if (from === 0 && to >= size) return undefined
  const set = new IdSet(size)
  for (let id = from; id < Math.min(to, size); id++) set.add(id)
  return set
}

function checkedBound(value: number, name: string): number {
  if ((Number.isSafeInteger(value) && value >= 0) || value === Number.POSITIVE_INFINITY) return value
  throw new RowspaceError('INVALID_ARGUMENT', `${name} must be a whole number from 0; got ${value}`, {
    [name]: value,
  })
}
