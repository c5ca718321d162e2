/** The answer to a question to a collection: entries, best first, by key. */
import type { ColumnTypes, NoColumns, StoredMetadata } from '../metadata/types.ts'
import type { Key } from './options.ts'

export interface CollectionMatch<Columns extends ColumnTypes = NoColumns> {
  key: Key
  cosine: number
  dot: number
  metadata: StoredMetadata<Columns>
}

/** Keys and measures as lists of one length, and an iterable of objects. It does not change with the collection. */
export class CollectionMatches<Columns extends ColumnTypes = NoColumns>
  implements Iterable<CollectionMatch<Columns>>
{
  constructor(
    readonly keys: readonly Key[],
    readonly cosines: Float32Array,
    readonly dots: Float32Array,
    private readonly metadata: readonly StoredMetadata<Columns>[],
  ) {}

  get length(): number {
    return this.keys.length
  }

  /** The match at a place, 0 the best; undefined past the end. Negative places count from the end. */
  at(place: number): CollectionMatch<Columns> | undefined {
    const index = place < 0 ? this.length + place : place
    const key = this.keys[index]
    if (key === undefined) return undefined
    return {
      key,
      cosine: this.cosines[index]!,
      dot: this.dots[index]!,
      metadata: this.metadata[index]!,
    }
  }

  *[Symbol.iterator](): Generator<CollectionMatch<Columns>> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!
  }

  toArray(): CollectionMatch<Columns>[] {
    return [...this]
  }

  /** What JSON.stringify sees: the array of matches. */
  toJSON(): CollectionMatch<Columns>[] {
    return this.toArray()
  }
}
