/** A condition as a set of entries that is made once and made anew after a change. */
import type { IdSet } from '../core/id-set.ts'

/** What a filter needs of its collection: a number that every change raises. */
export interface Changing {
  readonly version: number
}

/** Made by `collection.where`; good for any number of questions to that collection, also after it has changed. */
export class Filter {
  private made: IdSet | undefined
  private version = -1

  /** Called by `where`. */
  constructor(
    private readonly collection: Changing,
    private readonly select: () => IdSet,
  ) {}

  /** @internal The places that pass now. */
  places(): IdSet {
    if (this.made === undefined || this.version !== this.collection.version) {
      this.made = this.select()
      this.version = this.collection.version
    }
    return this.made
  }

  /** @internal Whether it is this collection's. */
  belongsTo(collection: Changing): boolean {
    return this.collection === collection
  }
}
