/** Tokens of an index: ids of a few, and the tokens of a few ids, read without the others. */

import { invalidFormat } from '../formats/malformed.ts'
import { spellingsOf } from '../table/vocabulary.ts'
import { tokenIn } from './encode-tokens.ts'
import type { OpenIndex } from './load-index.ts'
import { TokenChunks } from './token-chunks.ts'
import { BLOCK_TOKENS, idInSlot, mayHave, PAGE_SLOTS } from './token-layout.ts'

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

/** A search through the slots. */
interface Probe {
  readonly token: string
  readonly hash: number
  /** The slot that is looked at next. */
  slot: number
  /** Slots that were looked at. */
  seen: number
  /** Ids of tokens that may be equal, the first that was placed before the others. */
  readonly candidates: number[]
}

export class IndexTokens {
  private constructor(
    private readonly index: OpenIndex,
    private readonly chunks: TokenChunks,
    private readonly size: number,
  ) {}

  /** Undefined where the index has no tokens. Throws `CHECKSUM_MISMATCH`, and what the source throws. */
  static async open(index: OpenIndex, size: number, signal: AbortSignal): Promise<IndexTokens | undefined> {
    if (index.marksWordStarts === undefined) return undefined
    return new IndexTokens(index, await TokenChunks.open(index, signal), size)
  }

  /** The ids of the rows that names stand for, as `idOfName`; names that no token has are left out. */
  async idsOf(names: readonly string[], signal: AbortSignal | undefined): Promise<Map<string, number>> {
    const ids = new Map<string, number>()
    const open = new Map(names.map((name) => [name, spellingsOf(name, this.index.marksWordStarts)]))
    while (open.size > 0) {
      const spelled = [...open].map(([name, spellings]) => [name, spellings.shift() ?? ''] as const)
      const found = await this.#find(
        spelled.map(([, token]) => token),
        signal,
      )
      for (const [place, [name]] of spelled.entries()) {
        const id = found[place]
        if (id !== undefined) ids.set(name, id)
        if (id !== undefined || open.get(name)?.length === 0) open.delete(name)
      }
    }
    return ids
  }

  /** What gives the token of each of these ids. */
  async tokensOf(ids: Iterable<number>, signal: AbortSignal | undefined): Promise<(id: number) => string> {
    const blocks = await this.chunks.read(
      Array.from(ids, (id) => this.#blockOf(id)),
      signal,
    )
    return (id) => this.#tokenOf(id, blocks)
  }

  /** The ids of exactly these tokens; those that are not there are left out. */
  async idsOfTokens(tokens: Iterable<string>, signal: AbortSignal | undefined): Promise<Map<string, number>> {
    const list = [...new Set(tokens)]
    const found = await this.#find(list, signal)
    return new Map(
      list.flatMap((token, place) => {
        const id = found[place]
        return id === undefined ? [] : [[token, id] as const]
      }),
    )
  }

  async #find(tokens: readonly string[], signal: AbortSignal | undefined): Promise<(number | undefined)[]> {
    const slots = this.chunks.pages * PAGE_SLOTS
    const probes = tokens.map((token): Probe => {
      const hash = this.chunks.hash(ENCODER.encode(token))
      return { token, hash, slot: hash % slots, seen: 0, candidates: [] }
    })
    let open = probes
    while (open.length > 0) {
      const pages = await this.chunks.read(open.map(pageOf), signal)
      open = open.filter((probe) => this.#goOn(probe, pages.get(pageOf(probe)) ?? new Uint8Array()))
    }
    const tokenOf = await this.tokensOf(
      probes.flatMap(({ candidates }) => candidates),
      signal,
    )
    return probes.map(({ token, candidates }) => candidates.find((id) => tokenOf(id) === token))
  }

  /** Looks at the slots of a page. Returns whether the search goes on behind it. */
  #goOn(probe: Probe, page: Uint8Array): boolean {
    const slots = this.chunks.pages * PAGE_SLOTS
    const view = new DataView(page.buffer, page.byteOffset, page.length)
    const onPage = pageOf(probe)
    while (pageOf(probe) === onPage && probe.seen < slots) {
      const found = view.getUint32(4 * (probe.slot % PAGE_SLOTS), true)
      if (found === 0) return false
      const id = idInSlot(found)
      if (id < 0 || id >= this.size) {
        throw invalidFormat(this.index.source, `a slot of its tokens has the id ${id} of ${this.size} rows.`)
      }
      if (mayHave(found, probe.hash)) probe.candidates.push(id)
      probe.slot = (probe.slot + 1) % slots
      probe.seen++
    }
    return probe.seen < slots
  }

  #tokenOf(id: number, blocks: ReadonlyMap<number, Uint8Array>): string {
    const block = blocks.get(this.#blockOf(id)) ?? new Uint8Array()
    return DECODER.decode(tokenIn(block, id % BLOCK_TOKENS))
  }

  #blockOf(id: number): number {
    return this.chunks.pages + Math.floor(id / BLOCK_TOKENS)
  }
}

const pageOf = ({ slot }: Probe) => Math.floor(slot / PAGE_SLOTS)
