/** Parts of a source and bytes in memory, one after another, as a source. */

import { RangeSource } from './range-source.ts'
import type { ByteSource, ReadOptions } from './source.ts'

/** Bytes in memory, or the bytes [start, end) of the source. */
export type Part = Uint8Array | { readonly start: number; readonly end: number }

export class JoinedSource extends RangeSource {
  readonly concurrency: number | undefined
  readonly blockBytes: number | undefined

  constructor(
    private readonly source: ByteSource,
    private readonly parts: readonly Part[],
  ) {
    super(
      source.name,
      parts.reduce((sum, part) => sum + lengthOf(part), 0),
    )
    this.concurrency = source.concurrency
    this.blockBytes = source.blockBytes
  }

  protected async fill(
    start: number,
    target: Uint8Array,
    signal: AbortSignal | undefined,
    onBytes?: ReadOptions['onBytes'],
  ): Promise<void> {
    let at = 0
    for (const part of this.parts) {
      const end = at + lengthOf(part)
      const [from, to] = [Math.max(start, at), Math.min(start + target.length, end)]
      if (from < to) {
        const place = target.subarray(from - start, to - start)
        await this.#fillFrom(part, from - at, place, { signal, onBytes })
      }
      at = end
    }
  }

  async #fillFrom(part: Part, offset: number, target: Uint8Array, options: ReadOptions): Promise<void> {
    if (part instanceof Uint8Array) {
      target.set(part.subarray(offset, offset + target.length))
    } else if (this.source.readInto !== undefined) {
      await this.source.readInto(part.start + offset, target, options)
    } else {
      const start = part.start + offset
      target.set(await this.source.read(start, start + target.length, options))
    }
  }
}

const lengthOf = (part: Part) => (part instanceof Uint8Array ? part.length : part.end - part.start)
